//! The dataset that a tile belongs to.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// The version of the dataset: the name of its folder (`v1`, `v1.1-cam`, `v2-2B-L~beta1`), or unknown.
///
/// Versions are different, incompatible feature spaces. Two tiles may share a mosaic, a PCA or a store only where
/// [`mixes_with`](Self::mixes_with) says so; an unknown version mixes with nothing.
///
/// ```
/// use tessera_core::DatasetVersion;
///
/// let v1 = DatasetVersion::named("v1");
/// assert!(v1.mixes_with(&DatasetVersion::named("v1")));
/// assert!(!v1.mixes_with(&DatasetVersion::named("v1.1-cam")));
/// assert!(!DatasetVersion::Unknown.mixes_with(&DatasetVersion::Unknown));
/// assert_eq!(DatasetVersion::named("v2-2B-L~beta1").number().as_deref(), Some("2.0"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum DatasetVersion {
    /// Nothing says which.
    #[default]
    Unknown,
    /// The name of the dataset, as its folder is called.
    Named(String),
}

impl DatasetVersion {
    /// The version of this name; an empty name, and the word `unknown`, are [`DatasetVersion::Unknown`].
    #[must_use]
    pub fn named(name: &str) -> Self {
        if name.is_empty() || name == "unknown" { Self::Unknown } else { Self::Named(name.to_owned()) }
    }

    /// The version that a folder name stands for, where it has the form of one: `v`, a digit, and anything of
    /// letters, digits and `.-_~`.
    #[must_use]
    pub fn from_folder(name: &str) -> Option<Self> {
        let rest = name.strip_prefix('v')?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-_~".contains(&b);
        (rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(plain)).then(|| Self::named(name))
    }

    /// Whether vectors of the two can be compared: both known, and the same.
    #[must_use]
    pub fn mixes_with(&self, other: &Self) -> bool {
        *self != Self::Unknown && self == other
    }

    /// The number in the name as `major.minor`: `1.0` for `v1`, `1.1` for `v1.1-cam`.
    #[must_use]
    pub fn number(&self) -> Option<String> {
        let Self::Named(name) = self else { return None };
        let digits: String =
            name.strip_prefix('v')?.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let mut parts = digits.split('.').filter(|part| !part.is_empty());
        Some(format!("{}.{}", parts.next()?, parts.next().unwrap_or("0")))
    }
}

impl fmt::Display for DatasetVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.pad("unknown"),
            Self::Named(name) => f.pad(name),
        }
    }
}

impl FromStr for DatasetVersion {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::named(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        for (folder, number) in
            [("v1", "1.0"), ("v1.1-cam", "1.1"), ("v2-2B-L~beta1", "2.0"), ("v10.2", "10.2")]
        {
            assert_eq!(DatasetVersion::from_folder(folder).unwrap().number().as_deref(), Some(number));
        }
        for folder in ["", "v", "video", "2024", "npy", "v1/..", "global_0.1_degree_representation"] {
            assert_eq!(DatasetVersion::from_folder(folder), None, "{folder}");
        }
    }
}
