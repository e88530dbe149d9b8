//! Where something is: on this machine or elsewhere.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;

use crate::RemoteUrl;

/// Where something is: a path of this machine, or the address of an object, or a folder of objects, on a server.
///
/// Written as a path, `file:///path`, `s3://bucket/prefix`, `https://host/prefix` or `http://host/prefix`.
///
/// ```
/// use tessera_io::Location;
///
/// let store: Location = "s3://tessera/zones/utm31.zarr/".parse()?;
/// assert!(store.is_remote());
/// assert_eq!(store.join("zarr.json").to_string(), "s3://tessera/zones/utm31.zarr/zarr.json");
/// assert_eq!(store.file_name().as_deref(), Some("utm31.zarr"));
/// let local: Location = "file:///data/a%20b".parse()?;
/// assert_eq!(local.as_path(), Some(std::path::Path::new("/data/a b")));
/// assert!("ftp://host/x".parse::<Location>().is_err());
/// # Ok::<(), tessera_io::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// A path of this machine.
    Path(PathBuf),
    /// An address on a server.
    Url(RemoteUrl),
}

/// What is no location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocationError {
    /// Nothing at all.
    #[error("expected a path or a URL, found nothing")]
    Empty,
    /// A scheme that is not read here.
    #[error("{scheme}: is not read here: expected a path, file://, s3://, https:// or http://")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// A name or a password in the URL, which is not repeated here.
    #[error(
        "{url}: names and passwords are not taken from a URL, where all can see them: give credentials by the \
         environment or the profile files of AWS"
    )]
    Credentials {
        /// The URL without them.
        url: String,
    },
    /// A query or a fragment, as of a presigned URL, which is not repeated here.
    #[error(
        "{url}: expected a URL without ? and #: what is read here are many objects, and a presigned URL is good for one"
    )]
    Query {
        /// The URL without it.
        url: String,
    },
    /// No host, no bucket, or one that cannot be.
    #[error("{url}: expected {expected}")]
    Host {
        /// The URL.
        url: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A path with empty parts, `.` or `..`, or that is not UTF-8.
    #[error("{url}: expected a path of names in UTF-8, without //, . and ..")]
    Path {
        /// The URL.
        url: String,
    },
}

impl Location {
    /// What lies below it by a name, or by several with `/` between them.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        match self {
            Self::Path(path) => Self::Path(path.join(name)),
            Self::Url(url) => Self::Url(url.join(name)),
        }
    }

    /// The folder that it lies in; `None` where that has no name, as above a bucket.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            // A relative path of one part lies in the current folder.
            Self::Path(path) => path.parent().map(|parent| {
                Self::Path(if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() })
            }),
            Self::Url(url) => url.parent().map(Self::Url),
        }
    }

    /// The last of its names; `None` for a root, and for a name of a path that is not UTF-8.
    #[must_use]
    pub fn file_name(&self) -> Option<String> {
        match self {
            Self::Path(path) => path.file_name()?.to_str().map(str::to_owned),
            Self::Url(url) => url.file_name().map(str::to_owned),
        }
    }

    /// Whether it is on a server.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::Url(_))
    }

    /// The path, where it is on this machine.
    #[must_use]
    pub fn as_path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Url(_) => None,
        }
    }

    /// The address, where it is on a server.
    #[must_use]
    pub fn as_url(&self) -> Option<&RemoteUrl> {
        match self {
            Self::Path(_) => None,
            Self::Url(url) => Some(url),
        }
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        if text.is_empty() {
            return Err(LocationError::Empty);
        }
        let Some((scheme, rest)) = split_scheme(text) else { return Ok(Self::Path(PathBuf::from(text))) };
        match scheme.to_ascii_lowercase().as_str() {
            "file" => file_path(text, rest).map(Self::Path),
            "s3" | "http" | "https" => text.parse().map(Self::Url),
            _ => Err(LocationError::Scheme { scheme: scheme.to_owned() }),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::Path(path)
    }
}

impl From<RemoteUrl> for Location {
    fn from(url: RemoteUrl) -> Self {
        Self::Url(url)
    }
}

/// The scheme before `://`, and what comes after. The schemes that are read here count with one slash too, or none: they
/// are more likely mistyped than the beginnings of paths.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    // One letter is a drive.
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    if !is_scheme {
        return None;
    }
    let known = ["file", "s3", "http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    match rest.strip_prefix("//") {
        Some(rest) => Some((scheme, rest)),
        None => known.then_some((scheme, rest)),
    }
}

/// The path that a URL of a file means, by RFC 8089.
fn file_path(url: &str, rest: &str) -> Result<PathBuf, LocationError> {
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !url["file:".len()..].starts_with("//") || !path.starts_with('/') {
        return Err(LocationError::Host {
            url: url.to_owned(),
            expected: "file:///path, without the name of a machine",
        });
    }
    if path.contains(['?', '#']) {
        let cut = url.find(['?', '#']).unwrap_or(url.len());
        return Err(LocationError::Query { url: url[..cut].to_owned() });
    }
    let path = percent_decode_str(path).decode_utf8();
    let path = path.map_err(|_| LocationError::Path { url: url.to_owned() })?;
    // `file:///C:/data` is `C:/data`.
    let path = if cfg!(windows) { path.strip_prefix('/').unwrap_or(&path) } else { &path };
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Location, LocationError> {
        text.parse()
    }

    #[test]
    fn paths_stay_paths() {
        for text in ["a/b", "/a:b/c", "./s3", "a b?c#d", "C:\\data", "..", "time:stamp"] {
            let location = parse(text).unwrap();
            assert_eq!((location.as_path(), location.to_string()), (Some(Path::new(text)), text.to_owned()));
        }
        assert_eq!(parse("a").unwrap().parent(), Some(Location::Path(".".into())));
    }

    #[test]
    fn what_is_no_location_is_told() {
        for (text, found) in [
            ("", "nothing"),
            ("gs://bucket/x", "gs"),
            ("s3:bucket/x", "s3://bucket"),
            ("file://host/x", "file:///path"),
            ("file:x", "file:///path"),
            ("file:///x?y", "without ?"),
            ("s3:///x", "s3://bucket"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(found), "{text}: {error}");
        }
    }
}
