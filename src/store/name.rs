//! The name under which a store keeps an event: `e-<generation, 10 digits>-<64 hex digits of its id>`.

use std::fmt;
use std::str::FromStr;

use ledger_format::digest::Digest;
use ledger_format::name::EventId;

/// The largest generation that a name can say.
pub const MAX_GENERATION: u64 = 9_999_999_999;

/// An event by generation and id, which is also the order in which events are listed.
/// The generation is the writer's word until the event was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredName {
    generation: u64,
    id: EventId,
}

/// Why there is no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAStoredName {
    #[error("`{0}` names no event: `e-`, 10 digits, `-` and 64 lower-case hex digits do")]
    Text(String),
    #[error("generation {0} is over {MAX_GENERATION}, the largest that a store can name")]
    Generation(u64),
}

impl StoredName {
    pub fn new(generation: u64, id: EventId) -> Result<Self, NotAStoredName> {
        match generation <= MAX_GENERATION {
            true => Ok(Self { generation, id }),
            false => Err(NotAStoredName::Generation(generation)),
        }
    }

    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub fn id(&self) -> EventId {
        self.id
    }
}

impl fmt::Display for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e-{:010}-{}", self.generation, self.id.0.hex())
    }
}

impl fmt::Debug for StoredName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for StoredName {
    type Err = NotAStoredName;

    fn from_str(text: &str) -> Result<Self, NotAStoredName> {
        let parse = || {
            let (generation, id) = text.strip_prefix("e-")?.split_once('-')?;
            let exact = generation.len() == 10 && generation.bytes().all(|byte| byte.is_ascii_digit());
            let generation = exact.then(|| generation.parse().ok())??;
            Some(Self { generation, id: EventId(Digest::from_hex(id).ok()?) })
        };
        parse().ok_or_else(|| NotAStoredName::Text(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_form_is_a_name() {
        let hex = Digest::of(b"").hex();
        let right = format!("e-0000000042-{hex}");
        assert_eq!(right.parse::<StoredName>().map(|name| name.to_string()), Ok(right.clone()));
        for wrong in [
            format!("e-42-{hex}"),
            format!("e-+000000042-{hex}"),
            format!("b-0000000042-{hex}"),
            format!("{right}0"),
            right.to_uppercase(),
            format!("{right}.tmp"),
            "e-".to_owned(),
        ] {
            assert!(wrong.parse::<StoredName>().is_err(), "{wrong}");
        }
        assert!(StoredName::new(MAX_GENERATION + 1, EventId(Digest::of(b""))).is_err());
    }
}
