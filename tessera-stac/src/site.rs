//! Where JSON files will be found, and how they point at each other and at their assets.

use std::path::Path;

use url::Url;

use crate::{Location, LocationError, StorageScheme};

/// Where JSON files will be found: in a folder, at an address, or both; and the object stores that are known there.
///
/// In a folder alone, links are relative. With a base address they are absolute. An asset on disk is linked relatively
/// where it lies in the folder or beside it (below the folder's parent), so that both can be moved or served together;
/// under a base address the same relation is assumed there. Any other asset keeps its full address.
///
/// All of it is arithmetic on names; nothing is looked up.
///
/// ```
/// use tessera_stac::{Location, Site};
///
/// let site = Site::folder("/data/catalogue")?;
/// let near = Location::file("/data/stores/a.zarr")?;
/// assert_eq!(site.asset_href("2024/collection.json", &near), "../../stores/a.zarr");
/// let far = Location::file("/mnt/a.zarr")?;
/// assert_eq!(site.asset_href("2024/collection.json", &far), "file:///mnt/a.zarr");
///
/// let site = site.base_url("https://example.org/catalogue")?;
/// assert_eq!(site.asset_href("2024/collection.json", &near), "https://example.org/stores/a.zarr");
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    // Each ends with a slash; at least one is there.
    folder: Option<Url>,
    base: Option<Url>,
    storage: Vec<StorageScheme>,
}

impl Site {
    /// Files in a folder, with relative links.
    ///
    /// # Errors
    /// As [`Location::file`].
    pub fn folder(path: impl AsRef<Path>) -> Result<Self, LocationError> {
        Ok(Self { folder: Some(folder_url(&Location::file(path)?)), base: None, storage: Vec::new() })
    }

    /// Files at an address, with absolute links.
    ///
    /// # Errors
    /// As [`Location::url`].
    pub fn url(base: &str) -> Result<Self, LocationError> {
        Ok(Self { folder: None, base: Some(folder_url(&Location::url(base)?)), storage: Vec::new() })
    }

    /// The address that the folder will be found at: links become absolute.
    ///
    /// # Errors
    /// As [`Location::url`].
    pub fn base_url(mut self, base: &str) -> Result<Self, LocationError> {
        self.base = Some(folder_url(&Location::url(base)?));
        Ok(self)
    }

    /// An object store that assets may lie in. Where they do, they say so. Takes the place of one of the same name.
    #[must_use]
    pub fn storage(mut self, scheme: StorageScheme) -> Self {
        self.storage.retain(|known| known.name() != scheme.name());
        self.storage.push(scheme);
        self
    }

    /// Whether links are absolute.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.base.is_some()
    }

    /// The object store that an asset lies in, where it is known.
    #[must_use]
    pub fn storage_of(&self, asset: &Location) -> Option<&StorageScheme> {
        self.storage.iter().find(|scheme| scheme.holds(asset))
    }

    /// The link from one file to another, both given below the folder, as `2024/collection.json`.
    #[must_use]
    pub fn href(&self, from: &str, to: &str) -> String {
        if let Some(base) = &self.base {
            return format!("{base}{to}");
        }
        relative_path(from, to)
    }

    /// The link from a file, given below the folder, to an asset.
    #[must_use]
    pub fn asset_href(&self, from: &str, asset: &Location) -> String {
        self.near_href(from, asset).unwrap_or_else(|| asset.to_string())
    }

    /// The link to an asset on disk that lies in the folder or beside it.
    fn near_href(&self, from: &str, asset: &Location) -> Option<String> {
        let folder = self.folder.as_ref()?;
        if !asset.is_file() {
            return None;
        }
        let inside = asset.as_url().path().starts_with(folder.path());
        let parent = folder.join("..").ok()?;
        // Below the root of a disk, or of a host, everything would be "beside".
        let beside = parent.path() != "/" && asset.as_url().path().starts_with(parent.path());
        let hosted = self.base.as_ref().is_none_or(|base| base.path() != "/");
        if !(inside || beside && hosted) {
            return None;
        }
        let relative = folder.join(from).ok()?.make_relative(asset.as_url())?;
        match &self.base {
            Some(base) => Some(base.join(from).ok()?.join(&relative).ok()?.into()),
            None => Some(dotted(relative)),
        }
    }
}

/// The address of a folder: with a slash at its end, so that names are joined below it.
fn folder_url(location: &Location) -> Url {
    let mut url = location.as_url().clone();
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// A relative link that cannot be taken for anything else.
fn dotted(relative: String) -> String {
    if relative.starts_with("../") { relative } else { format!("./{relative}") }
}

/// The way from one file to another below the same folder.
fn relative_path(from: &str, to: &str) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (from.split('/').collect(), to.split('/').collect());
    let folders = (from.len().min(to.len())).saturating_sub(1);
    let shared = (0..folders).take_while(|&i| from[i] == to[i]).count();
    let up = "../".repeat(from.len() - 1 - shared);
    dotted(format!("{up}{}", to[shared..].join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "2024/e000n50/grid_0.15_52.05_2024.json";

    #[test]
    fn links_between_files() {
        let site = Site::folder("/data/catalogue").unwrap();
        for (from, to, href) in [
            (ITEM, "catalog.json", "../../catalog.json"),
            (ITEM, "2024/collection.json", "../collection.json"),
            (ITEM, "2024/e000n50/catalog.json", "./catalog.json"),
            ("catalog.json", "catalog.json", "./catalog.json"),
            ("catalog.json", "2024/collection.json", "./2024/collection.json"),
            ("2024/collection.json", "2024/e000n50/catalog.json", "./e000n50/catalog.json"),
        ] {
            assert_eq!(site.href(from, to), href);
        }
        let site = site.base_url("https://example.org/c/").unwrap();
        assert_eq!(site.href(ITEM, "catalog.json"), "https://example.org/c/catalog.json");
    }

    #[test]
    fn links_to_assets() {
        let href = |site: &Site, path: &str| site.asset_href(ITEM, &path.parse().unwrap());
        let site = Site::folder("/data/out/catalogue").unwrap();
        assert_eq!(href(&site, "/data/out/stores/x.zarr"), "../../../stores/x.zarr");
        assert_eq!(href(&site, "/data/out/catalogue/2024/e000n50/x.zarr"), "./x.zarr");
        assert_eq!(href(&site, "/data/out/my stores/x.zarr"), "../../../my%20stores/x.zarr");
        assert_eq!(href(&site, "/data/outside/x.zarr"), "file:///data/outside/x.zarr");
        assert_eq!(href(&site, "s3://tessera/x.zarr"), "s3://tessera/x.zarr");

        let site = site.base_url("https://example.org/out/catalogue").unwrap();
        assert_eq!(href(&site, "/data/out/stores/x.zarr"), "https://example.org/out/stores/x.zarr");
        assert_eq!(href(&site, "/data/outside/x.zarr"), "file:///data/outside/x.zarr");
    }

    #[test]
    fn nothing_lies_beside_the_root() {
        let store: Location = "/data/x.zarr".parse().unwrap();
        let site = Site::folder("/catalogue").unwrap();
        assert_eq!(site.asset_href(ITEM, &store), "file:///data/x.zarr");

        let site = Site::folder("/data/catalogue").unwrap().base_url("https://example.org").unwrap();
        assert_eq!(site.asset_href(ITEM, &store), "file:///data/x.zarr");
        let inside: Location = "/data/catalogue/stores/x.zarr".parse().unwrap();
        assert_eq!(site.asset_href(ITEM, &inside), "https://example.org/stores/x.zarr");
        assert_eq!(Site::url("https://example.org").unwrap().asset_href(ITEM, &store), "file:///data/x.zarr");
    }
}
