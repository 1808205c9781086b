//! Lists and maps, never empty: sets are sorted lists, a list whose order carries meaning has its own type.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// How items of one type stand in a set.
pub trait SetItem {
    /// Strings by bytes, numbers by value, images by digest then repository, other objects by their RFC 8785 form.
    fn set_order(&self, other: &Self) -> Ordering;
}

/// The order in sets is that of the type.
macro_rules! set_by_value {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::field::SetItem for $type {
            fn set_order(&self, other: &Self) -> std::cmp::Ordering {
                self.cmp(other)
            }
        }
    )+};
}
pub(crate) use set_by_value;

/// The order in sets is that of the RFC 8785 form.
macro_rules! set_by_form {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::field::SetItem for $type {
            fn set_order(&self, other: &Self) -> std::cmp::Ordering {
                $crate::canonical::to_vec(self).cmp(&$crate::canonical::to_vec(other))
            }
        }
    )+};
}
pub(crate) use set_by_form;

set_by_value!(
    crate::digest::Digest,
    crate::field::Str,
    crate::name::Component,
    crate::name::EventId,
    crate::name::Fingerprint,
    crate::name::Name,
    crate::name::Pattern,
);

impl<const MIN: u64, const MAX: u64> SetItem for crate::field::Whole<MIN, MAX> {
    fn set_order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl<T: Serialize + SetItem> SetItem for Set<T> {
    fn set_order(&self, other: &Self) -> Ordering {
        crate::canonical::to_vec(self).cmp(&crate::canonical::to_vec(other))
    }
}

/// A list or map without anything in it: the field is left out instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("empty: it is left out instead")]
pub struct Empty;

/// A set: a non-empty list, sorted, each item once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Set<T>(Vec<T>);

impl<T: SetItem> Set<T> {
    /// Sorts, and keeps each item once; `None` of nothing.
    pub fn new(items: impl IntoIterator<Item = T>) -> Option<Self> {
        let mut items: Vec<T> = items.into_iter().collect();
        items.sort_by(SetItem::set_order);
        items.dedup_by(|a, b| a.set_order(b).is_eq());
        if items.is_empty() { None } else { Some(Self(items)) }
    }

    pub fn one(item: T) -> Self {
        Self(vec![item])
    }

    pub fn contains(&self, item: &T) -> bool {
        self.0.binary_search_by(|probe| probe.set_order(item)).is_ok()
    }

    pub fn is_subset(&self, of: &Self) -> bool {
        self.0.iter().all(|item| of.contains(item))
    }
}

/// A non-empty list whose order carries meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct List<T>(Vec<T>);

impl<T> List<T> {
    pub fn new(items: Vec<T>) -> Option<Self> {
        if items.is_empty() { None } else { Some(Self(items)) }
    }
}

/// A non-empty map with names as keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Map<K, V>(BTreeMap<K, V>);

impl<K: Ord, V> Map<K, V> {
    pub fn new(entries: impl IntoIterator<Item = (K, V)>) -> Option<Self> {
        let entries: BTreeMap<K, V> = entries.into_iter().collect();
        if entries.is_empty() { None } else { Some(Self(entries)) }
    }
}

impl<'de, T: Deserialize<'de> + SetItem> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        if items.is_empty() {
            return Err(D::Error::custom(Empty));
        }
        match items.windows(2).position(|pair| pair[0].set_order(&pair[1]).is_ge()) {
            Some(at) => Err(D::Error::custom(format_args!("not sorted, or not unique, at item {}", at + 1))),
            None => Ok(Self(items)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(Empty))
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Map<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(BTreeMap::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(Empty))
    }
}

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, K, V> IntoIterator for &'a Map<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
