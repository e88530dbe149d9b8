//! Where an asset lies.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use url::Url;

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
    url: Url,
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
        let got = path.as_ref();
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
        Ok(Self { url })
    }

    /// An address in the web or an object store.
    ///
    /// # Errors
    /// Text that is not an address, of another scheme, or not to be published.
    pub fn url(text: &str) -> Result<Self, LocationError> {
        let error = |why: String| LocationError::Url { got: text.to_owned(), why };
        let mut url = Url::parse(text).map_err(|cause| error(cause.to_string()))?;
        if !["file", "http", "https", "s3", "gs", "az", "abfs"].contains(&url.scheme()) {
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
        Ok(Self { url })
    }

    /// Whether it is a path on disk.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.url.scheme() == "file"
    }

    pub(crate) fn as_url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.url.as_str())
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
    use super::*;

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
