//! Which paths may be asked for.

use std::path::{Component, Path};

use percent_encoding::percent_decode_str;

/// Metadata of Zarr V2: the only names with a dot in front that are served.
const ZARR_V2: [&str; 4] = [".zgroup", ".zarray", ".zattrs", ".zmetadata"];

/// The path of an address, decoded: names below the served folder, none of which leads up or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServedPath {
    names: Vec<String>,
    /// Whether it ends with a slash, as those of folders do.
    folder: bool,
}

impl ServedPath {
    /// Decodes the path of an address, once. None where a name in it cannot be one, or is not served.
    pub(super) fn decode(path: &str) -> Option<Self> {
        if path == "/" {
            return Some(Self { names: Vec::new(), folder: true });
        }
        let path = path.strip_prefix('/')?;
        let (path, folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
        let name = |part: &str| {
            let name = percent_decode_str(part).decode_utf8().ok()?;
            (is_one_name(&name) && is_served(&name)).then(|| name.into_owned())
        };
        Some(Self { names: path.split('/').map(name).collect::<Option<_>>()?, folder })
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn is_folder(&self) -> bool {
        self.folder
    }

    /// The same, with a slash at its end.
    pub(super) fn as_folder(&self) -> Self {
        Self { names: self.names.clone(), folder: true }
    }

    /// The path of what has this name in it.
    pub(super) fn child(&self, name: &str) -> Self {
        Self { names: self.names.iter().cloned().chain([name.to_owned()]).collect(), folder: false }
    }

    /// As it stands below the folder: `2024/collection.json`.
    pub(super) fn below(&self) -> String {
        self.names.join("/")
    }
}

/// Whether it names one thing in a folder, on any system.
fn is_one_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let one = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
    one && !name.contains(['/', '\\', '\0'])
}

/// Whether a file or folder of this name is served: neither hidden ones, which are in the making or nobody's business,
/// nor the records beside a zone store.
pub(super) fn is_served(name: &str) -> bool {
    (!name.starts_with('.') || ZARR_V2.contains(&name)) && !name.ends_with(".build")
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn below(path: &str) -> Option<String> {
        ServedPath::decode(path).map(|path| path.below())
    }

    #[test]
    fn names_are_decoded_once() {
        for (path, expected) in [
            ("/", ""),
            ("/catalog.json", "catalog.json"),
            ("/my%20stores/a.zarr/.zarray", "my stores/a.zarr/.zarray"),
            ("/2024/", "2024"),
            ("/100%25/%2525", "100%/%25"),
            ("/a+b/%C3%A9", "a+b/é"),
            ("/a...b", "a...b"),
        ] {
            assert_eq!(below(path).as_deref(), Some(expected), "{path}");
        }
        assert!(
            ServedPath::decode("/2024/").unwrap().is_folder() && ServedPath::decode("/").unwrap().is_folder()
        );
        assert!(!ServedPath::decode("/2024").unwrap().is_folder());
    }

    #[test]
    fn what_leads_elsewhere_is_no_path() {
        for path in [
            "",
            "x",
            "*",
            "//",
            "//evil.example/",
            "/a//b",
            "/..",
            "/../x",
            "/a/../b",
            "/./a",
            "/%2e%2e/x",
            "/.%2E/x",
            "/%2e/x",
            "/a%2fb",
            "/..%2f..%2fetc",
            "/a%5cb",
            "/..%5c..%5cx",
            "/a\\b",
            "/a%00",
            "/%00",
            "/%ff",
            "/.git/config",
            "/.tmpAbC/x",
            "/.zgroup2",
            "/a/.hidden",
            "/zones.zarr.build/utm31",
        ] {
            assert_eq!(below(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn nothing_leads_out(path in "/\\PC*") {
            if let Some(path) = ServedPath::decode(&path) {
                let joined = Path::new("/served").join(path.names().iter().collect::<std::path::PathBuf>());
                prop_assert!(joined.starts_with("/served"));
                prop_assert_eq!(joined.components().count(), 2 + path.names().len());
                prop_assert!(joined.components().all(|part| part != Component::ParentDir));
            }
        }

        #[test]
        fn what_is_encoded_is_found(names in prop::collection::vec("[^./\\\\\0][^/\\\\\0]{0,8}", 1..5)) {
            prop_assume!(names.iter().all(|name| !name.ends_with(".build")));
            let encoded = names.iter().map(|n| format!("/{}", utf8_percent_encode(n, NON_ALPHANUMERIC)));
            let path = ServedPath::decode(&encoded.collect::<String>());
            prop_assert_eq!(path.map(|path| path.names), Some(names));
        }
    }
}
