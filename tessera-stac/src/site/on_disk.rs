//! Where on disk a file lies.

use std::path::PathBuf;

use super::{Near, Site, joined};
use crate::Location;

impl Site {
    /// Where on disk a file lies: its own path, or for an address below or beside the base address the path that lies so to
    /// the folder. `None` of any other address.
    pub(crate) fn on_disk(&self, file: &Location) -> Option<PathBuf> {
        if file.is_file() {
            return file.to_path();
        }
        let folder = self.folder.as_ref()?;
        let text = match self.near_base(file)? {
            Near::Inside(rest) => joined(&folder.address, rest),
            Near::Beside(rest) => joined(folder.parent.as_ref()?, rest),
        };
        Location::of_clean(text).to_path()
    }

    /// The path below the folder of a file that lies in it, on disk or below the base address.
    pub(crate) fn inside<'a>(&self, file: &'a Location) -> Option<&'a str> {
        let places = [&self.folder, &self.base].into_iter().flatten();
        places.filter_map(|place| file.as_str().strip_prefix(&place.address)).next()
    }

    fn near_base<'a>(&self, file: &'a Location) -> Option<Near<'a>> {
        let base = self.base.as_ref()?;
        if let Some(rest) = file.as_str().strip_prefix(&base.address) {
            return Some(Near::Inside(rest));
        }
        Some(Near::Beside(file.as_str().strip_prefix(base.parent.as_ref()?)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_web_that_lie_on_disk() {
        let site = Site::folder("/data/out/c").unwrap();
        let on_disk = |site: &Site, text: &str| site.on_disk(&text.parse().unwrap());
        assert_eq!(on_disk(&site, "file:///mnt/a%20b"), Some("/mnt/a b".into()));
        assert_eq!(on_disk(&site, "https://a.org/out/c/x"), None);
        let site = site.base_url("https://a.org/out/c").unwrap();
        for (address, path) in [
            ("https://a.org/out/c/2024/x%20y", Some("/data/out/c/2024/x y")),
            ("https://a.org/out/stores/x", Some("/data/out/stores/x")),
            ("https://a.org/elsewhere/x", None),
            ("s3://tessera/x", None),
        ] {
            assert_eq!(on_disk(&site, address), path.map(PathBuf::from), "{address}");
        }
        let inside = |text: &str| site.inside(&text.parse().unwrap()).map(str::to_owned);
        assert_eq!(inside("https://a.org/out/c/2024/x").as_deref(), Some("2024/x"));
        assert_eq!(inside("/data/out/c/2024/x").as_deref(), Some("2024/x"));
        assert_eq!(inside("/data/out/x"), None);
    }

    #[test]
    fn nothing_on_disk_lies_beside_the_root() {
        let site = Site::folder("/c").unwrap().base_url("https://a.org/out/c").unwrap();
        assert_eq!(site.on_disk(&"https://a.org/out/stores/x".parse().unwrap()), None);
    }
}
