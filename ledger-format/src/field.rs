//! What fields of an event are made of: each type reads only its one form and writes the same bytes back.
//!
//! A form that is broken makes the event junk. Forms say nothing about other events: those are rules of a kind.

mod claim;
mod list;
mod number;
mod reference;
mod text;

pub use claim::{Ci, Git, Plan, Report, Tool};
pub use list::{Empty, List, Map, Set, SetItem};
pub use number::{Int, True, Whole};
pub use reference::{Base64, Blob, Commit, Image, NotAReference, NotBase64, Repository, Run};
pub use text::{Erasable, NotText, Note, Str, Text};

pub(crate) use list::{set_by_form, set_by_value};
pub(crate) use text::text_form;

use serde::{Deserialize, Deserializer};

/// An optional field that is there: absence is the only way to leave it out, `null` is no form of anything.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A struct of fields as `SPEC.md` writes them: strict, and `name?: Type` for what may be absent.
/// With `where <method>` behind it the whole must also pass that method, `fn(&self) -> Result<(), &'static str>`.
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($body:tt)* } $(where $check:ident)?) => {
        $crate::field::record!(@fields [$(#[$meta])* $vis $name $($check)?] [] $($body)*);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$on:meta])* $field:ident ? : $type:ty, $($rest:tt)*) => {
        $crate::field::record!(@fields $head [
            $($done)*
            $(#[$on])*
            #[serde(default, deserialize_with = "crate::field::present", skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        ] $($rest)*);
    };
    (@fields $head:tt [$($done:tt)*] $(#[$on:meta])* $field:ident : $type:ty, $($rest:tt)*) => {
        $crate::field::record!(@fields $head [$($done)* $(#[$on])* pub $field: $type,] $($rest)*);
    };
    (@fields [$(#[$meta:meta])* $vis:vis $name:ident] [$($fields:tt)*]) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        $vis struct $name { $($fields)* }
    };
    (@fields [$(#[$meta:meta])* $vis:vis $name:ident $check:ident] [$($fields:tt)*]) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        $vis struct $name { $($fields)* }

        const _: () = {
            type Checked = $name;

            /// The same fields, read without the check.
            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields, remote = "Checked")]
            #[allow(dead_code)]
            struct Unchecked { $($fields)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let record = Unchecked::deserialize(deserializer)?;
                    record.$check().map_err(serde::de::Error::custom)?;
                    Ok(record)
                }
            }
        };
    };
}
pub(crate) use record;

/// An enum of words, each written as it is said here, and sorted like its text.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$on:meta])* $variant:ident = $word:literal,)+ }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        pub enum $name { $($(#[$on])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests;
