//! Where an asset lies.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use url::Url;

use crate::address;

/// Where an asset lies: a path on disk, or an address in the web or an object store.
///
/// ```
/// use tessera_stac::Location;
///
/// let store: Location = "s3://tessera/v1/2024/grid_0.15_52.05.zarr".parse()?;
/// assert!(!store.is_file());
/// assert_eq!(Location::file("/data/stores/../a b.zarr")?.to_string(), "file:///data/a%20b.zarr");
/// assert!(Location::url("https://user:secret@example.org/x.zarr").is_err());
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    // As a URL parser writes it.
    text: String,
}

/// Why something is not a [`Location`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// A path that cannot be made absolute.
    #[error("path {got:?} cannot be made absolute: {why}")]
    Path {
        /// The path as given.
        got: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Text that is not an address.
    #[error(
        "{got:?} is not an address: {why}; expected one as https://example.org/x.zarr or s3://bucket/x.zarr"
    )]
    Url {
        /// The text as given.
        got: String,
        /// What is wrong with it.
        why: String,
    },
    /// An address of a kind that data does not lie at.
    #[error("address of scheme {got:?}: expected file, http, https, s3, gs, az or abfs")]
    Scheme {
        /// The scheme.
        got: String,
    },
    /// An address with a user name, password, query or fragment, which must not be published or would not last.
    #[error("address at {host:?} has a {part}: expected one that can be published, without {part}")]
    Unpublishable {
        /// The host or bucket; the rest may be secret.
        host: String,
        /// What it has.
        part: &'static str,
    },
}

impl Location {
    /// A path on disk. A relative one is taken from the current folder; `.` and `..` are resolved by name, without
    /// looking at the disk.
    ///
    /// # Errors
    /// [`LocationError::Path`] for an empty path, or where the current folder is unknown.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, LocationError> {
        let path = path.as_ref();
        // A path with a slash at its beginning is whole on Unix, and lacks its drive on Windows.
        let clean = path
            .to_str()
            .filter(|text| cfg!(unix) && text.strip_prefix('/').is_some_and(address::is_clean_path));
        match clean {
            Some(text) => Ok(Self { text: format!("file://{text}") }),
            None => Self::parse_file(path),
        }
    }

    fn parse_file(got: &Path) -> Result<Self, LocationError> {
        let error = |why: String| LocationError::Path { got: got.to_owned(), why };
        let absolute = std::path::absolute(got).map_err(|cause| error(cause.to_string()))?;
        let mut normal = PathBuf::new();
        for part in absolute.components() {
            match part {
                Component::ParentDir => {
                    normal.pop();
                }
                Component::CurDir => {}
                part => normal.push(part),
            }
        }
        let url =
            Url::from_file_path(&normal).map_err(|()| error("no address can be made of it".to_owned()))?;
        Ok(Self { text: url.into() })
    }

    /// An address in the web or an object store.
    ///
    /// # Errors
    /// Text that is not an address, of another scheme, or not to be published.
    pub fn url(text: &str) -> Result<Self, LocationError> {
        if address::is_clean(text) { Ok(Self { text: text.to_owned() }) } else { Self::parse_url(text) }
    }

    fn parse_url(text: &str) -> Result<Self, LocationError> {
        let error = |why: String| LocationError::Url { got: text.to_owned(), why };
        let mut url = Url::parse(text).map_err(|cause| error(cause.to_string()))?;
        if !address::SCHEMES.contains(&url.scheme()) {
            return Err(LocationError::Scheme { got: url.scheme().to_owned() });
        }
        let secret = !url.username().is_empty() || url.password().is_some();
        let parts = [("user name or password", secret), ("query", url.query().is_some())];
        let parts = parts.into_iter().chain([("fragment", url.fragment().is_some())]);
        if let Some((part, _)) = parts.into_iter().find(|(_, has)| *has) {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(LocationError::Unpublishable { host, part });
        }
        if url.scheme() != "file" && url.host_str().is_none_or(str::is_empty) {
            return Err(error("no host or bucket".to_owned()));
        }
        url.path_segments_mut().map_err(|()| error("no path".to_owned()))?.pop_if_empty();
        Ok(Self { text: url.into() })
    }

    /// Whether it is a path on disk.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.text.starts_with("file:")
    }

    /// The path on disk; `None` of an address.
    ///
    /// ```
    /// use tessera_stac::Location;
    ///
    /// let picture = Location::url("file:///data/a%20b.png")?;
    /// assert_eq!(picture.to_path(), Some("/data/a b.png".into()));
    /// assert_eq!(Location::url("s3://tessera/a.png")?.to_path(), None);
    /// # Ok::<(), tessera_stac::LocationError>(())
    /// ```
    #[must_use]
    pub fn to_path(&self) -> Option<PathBuf> {
        if self.is_file() { Url::parse(&self.text).ok()?.to_file_path().ok() } else { None }
    }

    /// The address as text; that of a path is `file:///…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// An address that is known to be clean, or was parsed.
    pub(crate) fn of_clean(text: String) -> Self {
        Self { text }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Location {
    type Err = LocationError;

    /// Text with `://` is an address, any other a path.
    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text.contains("://") { Self::url(text) } else { Self::file(text) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn short_cuts_lead_to_the_same(
            path in "/?([a-z0-9~+=@, %;:-]{1,4}|\\.|\\.\\.|)(/([a-z0-9-._~%;:&]{1,4}|\\.|\\.\\.|)){0,4}",
            start in "(file:/|s3:|https:|http:|HTTPS:)//(tessera|example\\.org|10\\.1|a\\.b:443|)",
        ) {
            prop_assert_eq!(Location::file(&path), Location::parse_file(Path::new(&path)));
            let address = format!("{start}{path}");
            prop_assert_eq!(Location::url(&address), Location::parse_url(&address));
        }
    }

    #[test]
    fn addresses_keep_their_text() {
        for text in
            ["s3://tessera/v2-2B-L~beta1/grid_-0.05_50.75.zarr", "https://example.org/a/b.npy", "file:///a/b"]
        {
            assert_eq!(text.parse::<Location>().unwrap().to_string(), text);
        }
        assert_eq!(Location::url("s3://b/x.zarr/").unwrap(), Location::url("s3://b/x.zarr").unwrap());
        assert_eq!(Location::file("/a/./b/../c").unwrap(), Location::url("file:///a/c").unwrap());
    }

    #[test]
    fn secrets_are_refused_and_not_repeated() {
        let text = "https://me:hunter2@example.org/x.zarr?X-Amz-Signature=abc";
        let message = Location::url(text).unwrap_err().to_string();
        assert!(
            !message.contains("hunter2") && !message.contains("abc") && message.contains("example.org"),
            "{message}"
        );
        assert!(matches!(
            Location::url("https://example.org/x?sig=1"),
            Err(LocationError::Unpublishable { part: "query", .. })
        ));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in
            ["", "x.zarr", "https://", "s3:///x", "javascript:alert(1)", "mailto:a@example.org", "ftp://a/b"]
        {
            assert!(Location::url(text).is_err(), "{text}");
        }
        assert!(matches!(Location::file(""), Err(LocationError::Path { .. })));
    }
}
