//! RFC 8785, the one form in which a payload may stand: a reader re-emits what it parsed and compares.

use std::io;

use serde::Serialize;
use serde_json::Value;

use crate::digest::Digest;

/// The largest integer: 2^53 - 1, the last one that every JSON reader keeps.
pub const MAX_INT: u64 = (1 << 53) - 1;

/// How deep objects and lists may stand in each other.
pub const MAX_DEPTH: usize = 16;

/// Why bytes are not canonical JSON of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    #[error("no JSON: {0}")]
    Syntax(String),
    #[error("not the RFC 8785 form of itself")]
    Form,
    #[error("`{0}` is no integer from 0 to 2^53-1")]
    Number(String),
    #[error("the key `{0}` is not ASCII")]
    Key(String),
    #[error("nested deeper than {MAX_DEPTH}")]
    Depth,
}

/// Parses bytes that are the RFC 8785 form of themselves, within the limits of the format.
pub fn parse(bytes: &[u8]) -> Result<Value, NotCanonical> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| NotCanonical::Syntax(error.to_string()))?;
    check(&value, 0)?;
    // Duplicate keys, other orders, white space, escapes and spellings of numbers all end here.
    if is_written_as(&value, bytes) { Ok(value) } else { Err(NotCanonical::Form) }
}

/// Whether a value is written down as these bytes, without writing it down. For rising ASCII keys and integers this
/// is the RFC 8785 form: strings have one spelling in both.
pub(crate) fn is_written_as(value: &impl Serialize, bytes: &[u8]) -> bool {
    let mut rest = Rest(bytes);
    serde_json::to_writer(&mut rest, value).is_ok() && rest.0.is_empty()
}

/// What is still to come of what is expected.
struct Rest<'a>(&'a [u8]);

impl io::Write for Rest<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        match self.0.strip_prefix(written) {
            Some(rest) => {
                self.0 = rest;
                Ok(written.len())
            }
            None => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn check(value: &Value, depth: usize) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) => match number.as_u64() {
            Some(int) if int <= MAX_INT => Ok(()),
            Some(_) | None => Err(NotCanonical::Number(number.to_string())),
        },
        Value::Array(_) | Value::Object(_) if depth == MAX_DEPTH => Err(NotCanonical::Depth),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(fields) => {
            if !fields.keys().is_sorted() {
                return Err(NotCanonical::Form);
            }
            fields.iter().try_for_each(|(key, item)| {
                if !key.is_ascii() {
                    return Err(NotCanonical::Key(key.clone()));
                }
                check(item, depth + 1)
            })
        }
    }
}

/// The RFC 8785 form.
///
/// # Panics
/// When the value cannot be JSON at all (a map whose keys are no strings): a mistake in this crate, not in the input.
pub fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).expect("a value of the format is JSON")
}

/// The SHA-256 of the RFC 8785 form.
pub fn digest_of(value: &impl Serialize) -> Digest {
    Digest::of(&to_vec(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn strings_have_one_spelling(text: String, key in "[ -~\\x00-\\x1f]{0,8}", number in 0..=MAX_INT) {
            let value = serde_json::json!({"a": [text, number], key: {"": true}});
            proptest::prop_assert!(is_written_as(&value, &to_vec(&value)));
        }
    }

    #[test]
    fn only_the_canonical_form_of_bounded_json_parses() {
        for right in [r#"{"a":1,"b":["x",true,null]}"#, "[]", r#""é""#, "9007199254740991"] {
            assert!(parse(right.as_bytes()).is_ok(), "{right}");
        }
        for (wrong, why) in [
            (r#"{"b":1,"a":2}"#, NotCanonical::Form),
            (r#"{"a":1,"a":1}"#, NotCanonical::Form),
            (r#"{"a": 1}"#, NotCanonical::Form),
            (r#""\u00e9""#, NotCanonical::Form),
            (r#""\/""#, NotCanonical::Form),
            ("1.0", NotCanonical::Number("1.0".into())),
            ("-1", NotCanonical::Number("-1".into())),
            ("9007199254740992", NotCanonical::Number("9007199254740992".into())),
            (r#"{"é":1}"#, NotCanonical::Key("é".into())),
        ] {
            assert_eq!(parse(wrong.as_bytes()), Err(why), "{wrong}");
        }
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert_eq!(parse(deep(MAX_DEPTH + 1).as_bytes()), Err(NotCanonical::Depth));
        assert!(matches!(parse(b"\xff"), Err(NotCanonical::Syntax(_))));
        assert!(matches!(parse(br#"{"a":1}x"#), Err(NotCanonical::Syntax(_))));
    }
}
