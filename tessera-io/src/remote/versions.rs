//! Which version of each object is being read.

use std::collections::HashMap;

use http::HeaderMap;
use http::header::{ETAG, LAST_MODIFIED};

/// What a time has before it where an ETag could stand, which begins with a quote or a `W`.
const AT: &str = "at ";

/// What tells one version of an object from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// The ETag, as it was sent.
    pub(super) tag: Option<String>,
    /// The time of modification, as it was sent.
    pub(super) modified: Option<String>,
    /// The size of the whole object.
    pub(super) bytes: Option<u64>,
}

impl Version {
    pub(super) fn of(headers: &HeaderMap, bytes: Option<u64>) -> Self {
        let text =
            |name| headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned());
        Self { tag: text(ETAG), modified: text(LAST_MODIFIED), bytes }
    }

    /// The ETag that may be asked for by `If-Match`, which takes strong ones only (RFC 9110, 13.1.1).
    pub(super) fn strong(&self) -> Option<&str> {
        self.tag.as_deref().filter(|tag| !tag.starts_with("W/"))
    }

    /// Whether it tells anything, so that one version is known from another.
    pub(super) fn is_known(&self) -> bool {
        self.tag.is_some() || (self.modified.is_some() && self.bytes.is_some())
    }

    /// Whether it may be the same version as another: by the ETag, else by time and size, as far as both have them.
    pub(super) fn fits(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let sizes = agree(self.bytes.as_ref(), other.bytes.as_ref());
        match (&self.tag, &other.tag) {
            (Some(one), Some(other)) => one == other && sizes,
            _ => sizes && agree(self.modified.as_ref(), other.modified.as_ref()),
        }
    }

    /// As the text that a cache knows it by; none where it cannot be told from another one.
    pub(super) fn key(&self) -> Option<String> {
        match (&self.tag, &self.modified, self.bytes) {
            (Some(tag), _, _) => Some(tag.clone()),
            (None, Some(modified), Some(_)) => Some(format!("{AT}{modified}")),
            _ => None,
        }
    }

    /// That of a key, of an object of so many bytes.
    pub(super) fn of_key(key: &str, bytes: u64) -> Self {
        let (tag, modified) = match key.strip_prefix(AT) {
            Some(modified) => (None, Some(modified.to_owned())),
            None => (Some(key.to_owned()), None),
        };
        Self { tag, modified, bytes: Some(bytes) }
    }

    /// As the text of a stamp: the ETag without its quotes, as listings differ in them, or the time.
    pub(super) fn text(&self) -> Option<String> {
        self.tag.as_deref().map(unquoted).or(self.modified.as_deref()).map(str::to_owned)
    }
}

/// An ETag without its quotes.
pub(super) fn unquoted(tag: &str) -> &str {
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag)
}

/// The versions of the objects that were read last, two times so many at most: those that were not asked for since so many
/// others were are forgotten.
#[derive(Debug)]
pub(super) struct Versions {
    young: HashMap<String, Version>,
    old: HashMap<String, Version>,
    most: usize,
}

impl Versions {
    pub(super) fn new(most: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), most }
    }

    pub(super) fn get(&mut self, object: &str) -> Option<Version> {
        if let Some(version) = self.young.get(object) {
            return Some(version.clone());
        }
        let (object, version) = self.old.remove_entry(object)?;
        self.insert(object, version.clone());
        Some(version)
    }

    /// Fixes the version of an object, where none is fixed; false where it is another one than what is.
    pub(super) fn fix(&mut self, object: &str, version: &Version) -> bool {
        match self.get(object) {
            Some(fixed) => fixed.fits(version),
            None => {
                if version.is_known() {
                    self.insert(object.to_owned(), version.clone());
                }
                true
            }
        }
    }

    pub(super) fn forget(&mut self, object: &str) {
        self.young.remove(object);
        self.old.remove(object);
    }

    fn insert(&mut self, object: String, version: Version) {
        if self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(object, version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(tag: &str) -> Version {
        Version { tag: Some(tag.into()), modified: None, bytes: Some(9) }
    }

    #[test]
    fn the_first_version_is_kept() {
        let mut versions = Versions::new(4);
        assert!(versions.fix("a", &version("\"1\"")) && versions.fix("a", &version("\"1\"")));
        assert!(!versions.fix("a", &version("\"2\"")));
        versions.forget("a");
        assert!(versions.fix("a", &version("\"2\"")) && !versions.fix("a", &version("\"1\"")));
    }

    #[test]
    fn what_is_used_stays_and_the_rest_is_bounded() {
        let mut versions = Versions::new(4);
        for number in 0..100 {
            assert!(versions.fix(&format!("{number}"), &version("x")));
            assert!(!versions.fix("0", &version("y")), "{number}");
        }
        assert!(versions.young.len() + versions.old.len() <= 8);
        assert!(versions.get("1").is_none());
    }

    #[test]
    fn without_tags_time_and_size_tell() {
        let of = |modified: &str, bytes| Version { tag: None, modified: Some(modified.into()), bytes };
        assert!(of("a", Some(1)).fits(&of("a", Some(1))));
        assert!(!of("a", Some(1)).fits(&of("a", Some(2))) && !of("a", Some(1)).fits(&of("b", Some(1))));
        assert!(of("a", Some(1)).fits(&of("a", None)));
        let dated = of("a", Some(1));
        assert_eq!(Version::of_key(&dated.key().unwrap(), 1), dated);
        assert_eq!(Version::of_key(&version("\"1\"").key().unwrap(), 9), version("\"1\""));
        assert_eq!(of("a", None).key(), None);
        assert!(!of("a", None).is_known() && version("W/\"1\"").is_known());
        assert_eq!((version("W/\"1\"").strong(), version("\"1\"").strong()), (None, Some("\"1\"")));
    }
}
