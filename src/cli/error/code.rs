//! Every error that sealog ends with: its word, its exit code, what it means and what to do. Words are stable and never
//! reused. `docs/reference/errors.md` and `sealog explain` are made from this list.

/// How a command ends. Documented, tested, never reused for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done,
    /// The work failed.
    Failed,
    /// Wrong usage or configuration; a missing or locked key too.
    Usage,
    /// Tampering, a bad signature, a forked authority, a pin not met, a ledger behind what was seen.
    Unverified,
    /// By policy, or not approved.
    Refused,
    /// Waiting timed out, or would have been needed.
    Busy,
    /// Store or network.
    Unreachable,
    /// The ledger is intact, but somebody has to review something.
    OpenFindings,
    Drift,
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unverified => 3,
            Self::Refused => 4,
            Self::Busy => 5,
            Self::Unreachable => 6,
            Self::OpenFindings => 7,
            Self::Drift => 10,
        }
    }

    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "the work failed",
            Self::Usage => "wrong usage or configuration; a missing or locked key too",
            Self::Unverified => {
                "verification failed: tampering, a bad signature, a forked authority, a pin not met, a ledger behind what was seen"
            }
            Self::Refused => "refused by policy, or not approved",
            Self::Busy => "waiting timed out, or would have been needed",
            Self::Unreachable => "a store or the network could not be reached",
            Self::OpenFindings => "intact, but findings are open",
            Self::Drift => "drift found",
        }
    }
}

macro_rules! codes {
    ($($name:ident, $word:literal, $exit:ident, $meaning:literal, $advice:literal;)+) => {
        /// The word in `error[...]`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $name,)+
        }

        impl Code {
            /// In the order of their words.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            pub const fn exit(self) -> Exit {
                match self { $(Self::$name => Exit::$exit,)+ }
            }

            /// What happened.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }

            /// What to do.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
}

// One entry a code, sorted by word.
codes! {
    Declined, "declined", Failed,
        "A question was answered with no, which is the default.",
        "Nothing was done. Run the command again and answer `y`, or give `--yes`.";
    Internal, "internal", Failed,
        "A mistake in sealog itself: something happened that its authors held to be impossible.",
        "What was recorded before stays valid: `sealog verify` tells. Please report the message and the command.";
    KeyExists, "key-exists", Usage,
        "A key was to be made where a file is already. A key is never written over.",
        "Choose another name, or move the file away if nobody needs that key any more.";
    KeyExposed, "key-exposed", Usage,
        "The file of the private key can be read or changed by others than its owner.",
        "Run `chmod 600` on it. If others may have read it, end the key (`sealog ledger keys end`) and enrol a new one.";
    KeyInRepository, "key-in-repository", Usage,
        "A private key was to be made inside a repository, from where it would sooner or later be committed.",
        "Choose a place outside; without one given it is the folder `keys` of sealog's configuration in your home.";
    KeyLocked, "key-locked", Usage,
        "The private key is encrypted, and its passphrase was not given or is another one.",
        "Type it when asked, or set SEALOG_KEY_PASSPHRASE where nobody can be asked. A forgotten passphrase is a lost key: another root ends it, and a new one is enrolled.";
    KeyNotFound, "key-not-found", Usage,
        "No private key was found where one was named, or none was named and you have none.",
        "`sealog init` makes a key for a new ledger, `sealog ledger keys request` one for a ledger that is there. CI takes it from SEALOG_KEY or SEALOG_KEY_FILE.";
    KeyUnreadable, "key-unreadable", Usage,
        "The private key could not be read or written: the file system said why.",
        "Look at the file and its folder: who owns it, what are its permissions, is the disk full?";
    KeyUnusable, "key-unusable", Usage,
        "What was named as a key is none that can sign: not PEM, not PKCS#8, neither Ed25519 nor P-256, or another key than the public half beside it.",
        "sealog signs with Ed25519 or ECDSA P-256 keys in PKCS#8 PEM form: `openssl genpkey -algorithm ed25519` makes one, `openssl pkcs8 -topk8` converts older forms.";
    KeysSeveral, "keys-several", Usage,
        "Several private keys could sign and nothing says which.",
        "Name one: `--key <file>`, or SEALOG_KEY_NAME with the file's name without `.pem`.";
    NeedsAnswer, "needs-answer", Usage,
        "The command has a question, and nobody is there to answer it: standard input or standard error is not a terminal.",
        "Answer with the command; the error names the flag.";
    NoHome, "no-home", Usage,
        "There is no folder for keys and for what this machine remembers of ledgers.",
        "Set HOME, or SEALOG_HOME to a folder that lasts.";
    OutputFailed, "output-failed", Failed,
        "The answer could not be written to standard output, for instance because the disk is full. What the command did before is done.",
        "Make room and ask again; `sealog ledger log` shows whether something was recorded.";
    UnknownCode, "unknown-code", Usage,
        "There is no error of this name.",
        "`sealog explain` without a name lists all of them.";
    Usage, "usage", Usage,
        "The command line was not understood.",
        "`sealog help <command>` shows what the command takes.";
}

impl Code {
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_unique_and_explained() {
        assert!(Code::ALL.is_sorted_by(|one, next| one.word() < next.word()), "sort the list by word");
        for code in Code::ALL {
            assert!(code.word().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code:?}");
            assert!(code.meaning().ends_with('.') && code.advice().ends_with(['.', '?']), "{code:?}");
            assert_eq!(Code::from_word(code.word()), Some(*code));
        }
    }
}
