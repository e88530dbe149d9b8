//! The address of objects on a server.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::LocationError;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemoteScheme {
    /// Objects of a bucket, by the S3 protocol.
    S3,
    /// Files of a web server, unencrypted.
    Http,
    /// Files of a web server.
    Https,
}

/// The address of an object, or of a folder of objects, on a server: `s3://bucket/prefix`, `https://host/prefix` or
/// `http://host/prefix`.
///
/// What follows a bucket is the name as it is; what follows a host is percent-encoded.
///
/// ```
/// use tessera_io::RemoteUrl;
///
/// let url: RemoteUrl = "https://example.org:8443/a%20b/c/".parse()?;
/// assert_eq!((url.host(), url.path()), ("example.org:8443", "a b/c"));
/// assert_eq!(url.join("d e").to_string(), "https://example.org:8443/a%20b/c/d%20e");
/// assert!("https://name:password@example.org/".parse::<RemoteUrl>().is_err());
/// # Ok::<(), tessera_io::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RemoteUrl {
    scheme: RemoteScheme,
    host: String,
    /// Names with `/` between them, not encoded, without one at either end.
    path: String,
}

/// What cannot stand in a path of a URL as it is, by the URL standard, and `%` itself.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl RemoteUrl {
    /// How the server is spoken to.
    #[must_use]
    pub fn scheme(&self) -> RemoteScheme {
        self.scheme
    }

    /// The bucket, or the host with its port.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Names with `/` between them, not encoded, without one at either end; empty for the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What lies below it by a name, or by several with `/` between them; itself for the empty name.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let name = name.trim_matches('/');
        let path = match (self.path.is_empty(), name.is_empty()) {
            (_, true) => self.path.clone(),
            (true, false) => name.to_owned(),
            (false, false) => format!("{}/{name}", self.path),
        };
        Self { scheme: self.scheme, host: self.host.clone(), path }
    }

    /// The folder that it lies in; `None` for the root of a bucket or a host.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.path.is_empty() {
            return None;
        }
        let path = self.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        Some(Self { scheme: self.scheme, host: self.host.clone(), path: path.to_owned() })
    }

    /// The last of its names; `None` for the root.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

/// Whether all parts of a name are names, so that it leads nowhere else.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\0')
}

impl FromStr for RemoteUrl {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        let (scheme, expected) = match scheme.to_ascii_lowercase().as_str() {
            "s3" => (RemoteScheme::S3, "s3://bucket/prefix, of a bucket's letters, digits, '.', '-' and '_'"),
            "http" => (RemoteScheme::Http, "http://host/prefix or http://host:port/prefix"),
            "https" => (RemoteScheme::Https, "https://host/prefix or https://host:port/prefix"),
            _ => return Err(LocationError::Scheme { scheme: scheme.to_owned() }),
        };
        let host_error = |url: String| LocationError::Host { url, expected };
        let Some(rest) = rest.strip_prefix("//") else { return Err(host_error(without_secrets(text))) };
        let authority_end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(authority_end);
        if host.contains('@') {
            return Err(LocationError::Credentials { url: without_secrets(text) });
        }
        // A key of S3 may have them, but then it may be a presigned address as well.
        if path.contains(['?', '#']) {
            return Err(LocationError::Query { url: without_secrets(text) });
        }
        let fits = match scheme {
            RemoteScheme::S3 => is_bucket(host),
            RemoteScheme::Http | RemoteScheme::Https => is_host(host),
        };
        if !fits {
            return Err(host_error(text.to_owned()));
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let wrong = || LocationError::Path { url: text.to_owned() };
        let (host, path) = match scheme {
            RemoteScheme::S3 => (host.to_owned(), path.to_owned()),
            RemoteScheme::Http | RemoteScheme::Https => {
                // An encoded slash would be one of the path's when it is written again.
                if path.to_ascii_lowercase().contains("%2f") {
                    return Err(wrong());
                }
                let path = percent_decode_str(path).decode_utf8().map_err(|_| wrong())?;
                (host.to_ascii_lowercase(), path.into_owned())
            }
        };
        if path.is_empty() || is_plain(&path) { Ok(Self { scheme, host, path }) } else { Err(wrong()) }
    }
}

impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, path } = self;
        let encoded = utf8_percent_encode(path, PATH);
        match scheme {
            RemoteScheme::S3 => write!(f, "s3://{host}/{path}"),
            RemoteScheme::Http => write!(f, "http://{host}/{encoded}"),
            RemoteScheme::Https => write!(f, "https://{host}/{encoded}"),
        }
    }
}

/// A URL without its user, its password, its query and its fragment.
fn without_secrets(url: &str) -> String {
    let url = &url[..url.find(['?', '#']).unwrap_or(url.len())];
    match (url.split_once("//"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}//{rest}"),
        _ => url.to_owned(),
    }
}

/// Buckets of S3 and of those that speak like it.
fn is_bucket(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 255 && name.chars().all(fits) && !matches!(name, "." | "..")
}

/// Names and addresses with or without a port.
fn is_host(text: &str) -> bool {
    let (host, port) = match (text.strip_prefix('['), text.split_once(':')) {
        (Some(bracketed), _) => match bracketed.split_once(']') {
            Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => {
                ("v6", port.strip_prefix(':'))
            }
            _ => return false,
        },
        (None, Some((host, port))) => (host, Some(port)),
        (None, None) => (text, None),
    };
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    !host.is_empty() && host.chars().all(fits) && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, host, path, written) in [
            ("s3://b/a%20b/ü?", "", "", ""),
            ("s3://b", "b", "", "s3://b/"),
            ("s3://b.c-d_e/x y%/z/", "b.c-d_e", "x y%/z", "s3://b.c-d_e/x y%/z"),
            ("HTTPS://Host:80/a%25/%C3%BC=1", "host:80", "a%/ü=1", "https://host:80/a%25/%C3%BC=1"),
            ("http://[::1]:8080/x", "[::1]:8080", "x", "http://[::1]:8080/x"),
        ] {
            let Ok(url) = text.parse::<RemoteUrl>() else {
                assert!(written.is_empty(), "{text}");
                continue;
            };
            assert_eq!((url.host(), url.path(), url.to_string().as_str()), (host, path, written));
            assert_eq!(written.parse(), Ok(url));
        }
    }

    #[test]
    fn names_are_joined_and_taken_apart() {
        let root: RemoteUrl = "s3://b".parse().unwrap();
        let below = root.join("x/").join("").join("y/z");
        assert_eq!(below.path(), "x/y/z");
        assert_eq!((below.file_name(), below.parent()), (Some("z"), Some(root.join("x/y"))));
        assert_eq!(
            (root.file_name(), root.parent(), root.join("x").parent()),
            (None, None, Some(root.clone()))
        );
    }

    #[test]
    fn secrets_are_refused_and_not_repeated() {
        for text in [
            "https://name:secret@host/x",
            "s3://key:secret@bucket/x",
            "https://host/x?X-Amz-Signature=secret",
            "s3://bucket/x#secret",
            "https://secret@host?secret",
        ] {
            let error = text.parse::<RemoteUrl>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for text in [
            "https:///x",
            "https://host:x/",
            "https://ho st/",
            "https://[::1/x",
            "https://h/a/../b",
            "https://h/%2e%2e/b",
            "https://h/a%2Fb",
            "https://h/%ff",
            "s3://b/a//b",
            "s3://b/./a",
            "s3://bü/x",
            "s3:b/x",
            "nothing",
        ] {
            assert!(text.parse::<RemoteUrl>().is_err(), "{text}");
        }
    }
}
