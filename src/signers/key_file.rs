//! Key files: `<name>.pem` that only its owner can read, and beside it `<name>.pub`, which spares planning the
//! passphrase.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ledger_format::keys::PublicKey;
use ledger_format::name::Fingerprint;
use zeroize::Zeroizing;

use super::Signer as _;
use super::key_source::KeyPlace;
use super::local_key::{LocalKey, PemError, PemKind};
use super::passphrase::Passphrase;
use crate::environment::Environment;
use crate::fs::private::{self, Exposure};

/// A private key that was found and read, not yet opened.
pub struct StoredKey {
    place: KeyPlace,
    pem: Zeroizing<String>,
    kind: PemKind,
    public: Option<PublicKey>,
}

/// Who answers when a key wants its passphrase.
pub enum Passphrases<'a> {
    /// `SEALOG_KEY_PASSPHRASE`: one try.
    Given(Passphrase),
    /// A person at a terminal: asked up to [`TRIES`] times with the number of the try; `None` gives up.
    Ask(&'a mut dyn FnMut(&KeyPlace, usize) -> Option<Passphrase>),
    Nobody,
}

/// How often a person may try.
pub const TRIES: usize = 3;

/// A PEM text longer than this is no key.
const MAX_PEM: u64 = 64 * 1024;

/// Why a key could not be read, opened or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("there is no key at {}", path.display())]
    NotFound { path: PathBuf },
    #[error("{} is not a regular file", path.display())]
    NotAFile { path: PathBuf },
    #[error("{} can be read by others: its permissions are {mode:o}", path.display())]
    TooOpen { path: PathBuf, mode: u32 },
    #[error("{place} is no key that can sign")]
    NotAKey { place: KeyPlace, source: PemError },
    #[error("this passphrase does not open {place}")]
    WrongPassphrase { place: KeyPlace, fingerprint: Option<Fingerprint>, tries: usize },
    #[error("{place} is encrypted, and nobody gave its passphrase")]
    NeedsPassphrase { place: KeyPlace, fingerprint: Option<Fingerprint> },
    #[error("{place} holds another key ({found}) than the .pub file beside it ({expected})")]
    OtherPublicKey { place: KeyPlace, found: Fingerprint, expected: Fingerprint },
    #[error("a key does not belong into a repository: {} lies in {}", path.display(), repository.display())]
    InRepository { path: PathBuf, repository: PathBuf },
    #[error("{} is there already; a key is never written over", path.display())]
    Exists { path: PathBuf },
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot make a key")]
    Make(#[source] PemError),
}

impl StoredKey {
    /// Reads the key without opening it. A file that others can read is refused.
    pub fn read(place: KeyPlace, environment: &Environment) -> Result<Self, KeyError> {
        let (pem, beside) = match &place {
            KeyPlace::File(path) => (read_private(path)?, read_public(&path.with_extension("pub"))),
            KeyPlace::Variable => (Zeroizing::new(environment.get("SEALOG_KEY").unwrap_or_default().to_owned()), None),
        };
        let not_a_key = |source| KeyError::NotAKey { place: place.clone(), source };
        let kind = PemKind::of(&pem).map_err(not_a_key)?;
        let public = match kind {
            PemKind::Encrypted => beside,
            PemKind::Plain | PemKind::Other(_) => {
                Some(LocalKey::from_pem(&pem, None).map_err(not_a_key)?.public().clone())
            }
        };
        Ok(Self { place, pem, kind, public })
    }

    pub fn place(&self) -> &KeyPlace {
        &self.place
    }

    /// The public half, where it is known without a passphrase.
    pub fn public(&self) -> Option<&PublicKey> {
        self.public.as_ref()
    }

    pub fn is_encrypted(&self) -> bool {
        self.kind == PemKind::Encrypted
    }

    /// Opens the key; asks only where it is encrypted.
    pub fn unlock(&self, passphrases: Passphrases<'_>) -> Result<LocalKey, KeyError> {
        if !self.is_encrypted() {
            return self.open(None).map_err(|source| KeyError::NotAKey { place: self.place.clone(), source });
        }
        match passphrases {
            Passphrases::Nobody => Err(self.needs_passphrase()),
            Passphrases::Given(passphrase) => self.try_once(&passphrase)?.ok_or_else(|| self.wrong_passphrase(1)),
            Passphrases::Ask(ask) => {
                for number in 1..=TRIES {
                    let passphrase = ask(&self.place, number).ok_or_else(|| self.needs_passphrase())?;
                    if let Some(key) = self.try_once(&passphrase)? {
                        return Ok(key);
                    }
                }
                Err(self.wrong_passphrase(TRIES))
            }
        }
    }

    /// `None` when the passphrase is wrong.
    fn try_once(&self, passphrase: &Passphrase) -> Result<Option<LocalKey>, KeyError> {
        let key = match self.open(Some(passphrase)) {
            Ok(key) => key,
            Err(PemError::WrongPassphrase) => return Ok(None),
            Err(source) => return Err(KeyError::NotAKey { place: self.place.clone(), source }),
        };
        match &self.public {
            Some(expected) if expected != key.public() => Err(KeyError::OtherPublicKey {
                place: self.place.clone(),
                found: key.public().fingerprint(),
                expected: expected.fingerprint(),
            }),
            Some(_) | None => Ok(Some(key)),
        }
    }

    fn open(&self, passphrase: Option<&Passphrase>) -> Result<LocalKey, PemError> {
        LocalKey::from_pem(&self.pem, passphrase)
    }

    fn needs_passphrase(&self) -> KeyError {
        KeyError::NeedsPassphrase { place: self.place.clone(), fingerprint: self.fingerprint() }
    }

    fn wrong_passphrase(&self, tries: usize) -> KeyError {
        KeyError::WrongPassphrase { place: self.place.clone(), fingerprint: self.fingerprint(), tries }
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        self.public.as_ref().map(PublicKey::fingerprint)
    }
}

/// Whether a key may be made here: not inside a repository, and not over another file.
pub fn check_new(path: &Path) -> Result<(), KeyError> {
    if let Some(repository) = private::repository_of(path) {
        return Err(KeyError::InRepository { path: path.to_owned(), repository });
    }
    if path.exists() { Err(KeyError::Exists { path: path.to_owned() }) } else { Ok(()) }
}

/// Writes `<name>.pem` (0600) and `<name>.pub`.
pub fn store_new(path: &Path, key: &LocalKey, passphrase: Option<&Passphrase>) -> Result<(), KeyError> {
    check_new(path)?;
    let pem = key.to_pem(passphrase).map_err(KeyError::Make)?;
    let failed = |doing| move |source| KeyError::Io { doing, path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        private::create_folder(folder).map_err(failed("make the folder of the key"))?;
    }
    private::create(path, pem.as_bytes()).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
        _ => failed("write the key")(source),
    })?;
    std::fs::write(path.with_extension("pub"), public_pem(key.public())).map_err(|source| {
        // Nothing half written: a key without its public half would be found by the next run.
        let _ = std::fs::remove_file(path);
        failed("write the public half beside")(source)
    })
}

/// `-----BEGIN PUBLIC KEY-----`, as OpenSSL writes it.
pub fn public_pem(key: &PublicKey) -> String {
    let base64 = key.to_base64();
    let lines: Vec<&str> = base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn read_private(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyError::NotFound { path: path.to_owned() },
        _ => KeyError::Io { doing: "read the key", path: path.to_owned(), source },
    };
    // A pipe could be waited for for ever, and a folder has permissions that mean something else.
    if !path.metadata().map_err(failed)?.is_file() {
        return Err(KeyError::NotAFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(failed)?;
    if let Exposure::Others(mode) = private::exposure(&file).map_err(failed)? {
        return Err(KeyError::TooOpen { path: path.to_owned(), mode });
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_PEM).read_to_end(&mut bytes).map_err(failed)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| KeyError::NotAKey { place: KeyPlace::File(path.to_owned()), source: PemError::NotPem })?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The public half is a convenience: where it is missing or wrong the passphrase is asked earlier, no more.
fn read_public(path: &Path) -> Option<PublicKey> {
    let text = std::fs::read_to_string(path).ok()?;
    let body = text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let base64: String = body.split_whitespace().collect();
    PublicKey::from_base64(&base64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned()).unwrap()
    }

    fn stored(path: &Path) -> Result<StoredKey, KeyError> {
        StoredKey::read(KeyPlace::File(path.to_owned()), &Environment::default())
    }

    #[test]
    fn a_locked_key_shows_its_public_half_and_opens_with_its_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/ana.pem");
        let key = LocalKey::generate().unwrap();
        store_new(&path, &key, Some(&passphrase("one"))).unwrap();
        let stored = stored(&path).unwrap();
        assert_eq!(stored.public(), Some(key.public()));
        assert!(stored.unlock(Passphrases::Given(passphrase("one"))).is_ok());

        let mut asked = Vec::new();
        let mut answers = ["no", "again no", "one"].into_iter();
        let mut ask = |_: &KeyPlace, number: usize| {
            asked.push(number);
            answers.next().map(passphrase)
        };
        assert!(stored.unlock(Passphrases::Ask(&mut ask)).is_ok());
        assert_eq!(asked, [1, 2, 3]);
        let wrong = stored.unlock(Passphrases::Ask(&mut |_, _| Some(passphrase("two")))).unwrap_err();
        assert!(matches!(wrong, KeyError::WrongPassphrase { tries: 3, fingerprint: Some(_), .. }), "{wrong}");
        let wrong = stored.unlock(Passphrases::Given(passphrase("two"))).unwrap_err();
        assert!(matches!(wrong, KeyError::WrongPassphrase { tries: 1, .. }), "{wrong}");
        let locked = stored.unlock(Passphrases::Nobody).unwrap_err();
        assert!(matches!(locked, KeyError::NeedsPassphrase { .. }), "{locked}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ana.pem");
        store_new(&path, &LocalKey::generate().unwrap(), None).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for (mode, refused) in [(0o400, false), (0o640, true), (0o604, true), (0o600, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(matches!(stored(&path), Err(KeyError::TooOpen { .. })), refused, "{mode:o}");
        }
    }

    #[test]
    fn a_key_is_never_written_over_nor_into_a_repository() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ana.pem");
        let key = LocalKey::generate().unwrap();
        store_new(&path, &key, None).unwrap();
        assert!(matches!(store_new(&path, &key, None), Err(KeyError::Exists { .. })));
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let inside = folder.path().join("not/yet/there/ben.pem");
        assert!(matches!(store_new(&inside, &key, None), Err(KeyError::InRepository { .. })));
        assert!(!inside.exists() && !folder.path().join("not").exists());
    }
}
