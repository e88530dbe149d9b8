//! Addresses that need no parser: text that is written as a URL parser would write it.

/// The schemes that data lies at.
pub(crate) const SCHEMES: [&str; 7] = ["file", "http", "https", "s3", "gs", "az", "abfs"];

/// Whether text is an address that a parser would leave as it is, and that may be published. Most are; the others are
/// parsed.
pub(crate) fn is_clean(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let Some((host, path)) = rest.split_once('/') else { return false };
    let host = if scheme == "file" { host.is_empty() } else { is_clean_host(host) };
    host && SCHEMES.contains(&scheme) && is_clean_path(path)
}

/// Whether each part between slashes is a name, of characters that stand for themselves in an address.
pub(crate) fn is_clean_path(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | "..") && is_plain(part))
}

/// Whether all characters stand for themselves in an address.
pub(crate) fn is_plain(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+=@,".contains(&b))
}

/// Whether it is the name of a host that is no number and not an encoded one.
fn is_clean_host(host: &str) -> bool {
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|&b| plain(b))
            && bytes.last().is_some_and(|&b| plain(b))
            && bytes.iter().all(|&b| plain(b) || b == b'-')
            && !label.starts_with("xn--")
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    last.starts_with(|c: char| c.is_ascii_lowercase()) && host.split('.').all(label)
}

/// Where the path of an address starts: at the slash after the host, or at the end.
pub(crate) fn path_start(address: &str) -> usize {
    let host = address.find("://").map_or(0, |at| at + 3);
    address[host..].find('/').map_or(address.len(), |at| host + at)
}

/// The folder that a file or folder lies in, with a slash at its end; `None` at the root, and of a drive.
pub(crate) fn parent(address: &str) -> Option<&str> {
    let name = address.strip_suffix('/').unwrap_or(address);
    let slash = name.rfind('/').filter(|&slash| slash >= path_start(address))?;
    let drive = matches!(&name.as_bytes()[slash + 1..], [letter, b':'] if letter.is_ascii_alphabetic());
    (!(drive && &address[..=slash] == "file:///")).then(|| &address[..=slash])
}

/// Whether a link says by itself where it leads, as `https://example.org/x`, rather than from where it stands.
pub(crate) fn has_scheme(href: &str) -> bool {
    let Some((scheme, _)) = href.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    proptest! {
        #[test]
        fn a_parser_leaves_what_is_clean(
            text in "(file|http|https|s3|gs|az|abfs|ftp|S3)://[a-zA-Z0-9.x_-]{0,12}(:80|:443|:9000|)(/[a-zA-Z0-9-._~+=@,%:;|\\\\ ]{0,6}){0,4}"
        ) {
            if is_clean(&text) {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.as_str(), &text);
                prop_assert_eq!(url.path(), &text[path_start(&text)..]);
                let above = url.join(".").unwrap();
                prop_assert_eq!(parent(&text), Some(above.as_str()));
            }
        }

        #[test]
        fn clean_hosts_are_what_a_parser_leaves(host in "[a-f0-9x.-]{1,10}") {
            let text = format!("https://{host}/x");
            if is_clean(&text) {
                prop_assert_eq!(String::from(Url::parse(&text).unwrap()), text);
            }
        }
    }

    #[test]
    fn what_a_parser_would_change_is_not_clean() {
        for text in [
            "https://1.2/x",
            "https://0x7f.1/x",
            "https://Example.org/x",
            "https://example.org:443/x",
            "https://xn--a/x",
            "https://example.org/a/../x",
            "https://example.org/a//x",
            "https://example.org/a/",
            "https://example.org",
            "https://me@example.org/x",
            "https://example.org/x?y",
            "https://example.org/%2e%2e/x",
            "file://localhost/x",
            "file:///C|/x",
            "s3:///x",
            "x.zarr",
            "",
        ] {
            assert!(!is_clean(text), "{text}");
        }
        for text in
            ["https://s3.example.org/tessera/v2-2B-L~beta1/x.zarr", "s3://tessera/year=2024/x", "file:///a"]
        {
            assert!(is_clean(text), "{text}");
        }
    }

    #[test]
    fn parents_are_those_of_a_parser() {
        for (address, expected) in [
            ("file:///data/out/", Some("file:///data/")),
            ("file:///data/x", Some("file:///data/")),
            ("file:///data/", Some("file:///")),
            ("file:///", None),
            ("file:///C:/", None),
            ("file:///C:/x/", Some("file:///C:/")),
            ("https://example.org/", None),
            ("https://example.org/a//b/", Some("https://example.org/a//")),
            ("https://example.org/a//", Some("https://example.org/a/")),
        ] {
            assert_eq!(parent(address), expected, "{address}");
            let link = if address.ends_with('/') { ".." } else { "." };
            let parsed = Url::parse(address).unwrap().join(link).unwrap();
            assert_eq!(expected.unwrap_or(address), parsed.as_str());
        }
    }

    #[test]
    fn links_with_a_scheme() {
        for (href, has) in [
            ("https://example.org/x", true),
            ("mailto:x", true),
            ("./a:b", false),
            ("a/b:c", false),
            (":x", false),
            ("1a:b", false),
            ("x", false),
        ] {
            assert_eq!(has_scheme(href), has, "{href}");
        }
    }
}
