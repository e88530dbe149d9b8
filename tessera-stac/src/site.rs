//! Where JSON files will be found, and how they point at each other and at their assets.

use std::path::Path;

use crate::{Location, LocationError, StorageScheme, address};

mod on_disk;
mod resolve;

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
    // At least one is there.
    folder: Option<Place>,
    base: Option<Place>,
    storage: Vec<StorageScheme>,
}

/// The address of a folder, with a slash at its end, and of the one that it lies in.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    address: String,
    parent: Option<String>,
}

impl Place {
    fn new(location: &Location) -> Self {
        let text = location.as_str();
        let (host, path) = text.split_at(address::path_start(text));
        let address = format!("{host}{}/", path.trim_end_matches('/'));
        let parent = address::parent(&address).map(str::to_owned);
        Self { address, parent }
    }

    /// A folder on disk. Below the root of a disk everything would lie beside it: that is no parent.
    fn on_disk(location: &Location) -> Self {
        let place = Self::new(location);
        let parent = place.parent.filter(|parent| parent.len() > address::path_start(parent) + 1);
        Self { parent, ..place }
    }
}

/// An asset that lies in the folder or beside it, by its path below the one or the other.
enum Near<'a> {
    Inside(&'a str),
    Beside(&'a str),
}

impl Site {
    /// Files in a folder on disk, with relative links.
    ///
    /// # Errors
    /// As [`Location::file`].
    pub fn folder(path: impl AsRef<Path>) -> Result<Self, LocationError> {
        Ok(Self { folder: Some(Place::on_disk(&Location::file(path)?)), base: None, storage: Vec::new() })
    }

    /// Files at a path or an address, with relative links: what a folder on disk is, at any address.
    ///
    /// ```
    /// use tessera_stac::{Location, Site};
    ///
    /// let site = Site::at("s3://tessera/v1/catalogue")?;
    /// let near = Location::url("s3://tessera/v1/stores/a.zarr")?;
    /// assert_eq!(site.asset_href("2024/collection.json", &near), "../../stores/a.zarr");
    /// assert_eq!(site.resolve("2024/collection.json", "../../stores/a.zarr")?, near);
    /// # Ok::<(), tessera_stac::LocationError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Location::file`] and [`Location::url`].
    pub fn at(place: impl AsRef<Path>) -> Result<Self, LocationError> {
        let place = place.as_ref();
        match place.to_str().filter(|text| text.contains("://")) {
            Some(address) => {
                let folder = Location::url(address.trim_end_matches('/'))?;
                let folder = if folder.is_file() { Place::on_disk(&folder) } else { Place::new(&folder) };
                Ok(Self { folder: Some(folder), base: None, storage: Vec::new() })
            }
            None => Self::folder(place),
        }
    }

    /// Files at an address, with absolute links.
    ///
    /// # Errors
    /// As [`Location::url`].
    pub fn url(base: &str) -> Result<Self, LocationError> {
        Ok(Self { folder: None, base: Some(Place::new(&Location::url(base)?)), storage: Vec::new() })
    }

    /// The address that the folder will be found at: links become absolute.
    ///
    /// # Errors
    /// As [`Location::url`].
    pub fn base_url(mut self, base: &str) -> Result<Self, LocationError> {
        self.base = Some(Place::new(&Location::url(base)?));
        Ok(self)
    }

    /// An object store that assets may lie in. Where they do, they say so. Takes the place of one of the same name.
    #[must_use]
    pub fn storage(mut self, scheme: StorageScheme) -> Self {
        self.storage.retain(|known| known.name() != scheme.name());
        self.storage.push(scheme);
        self
    }

    /// The object stores that are known.
    pub(crate) fn schemes(&self) -> &[StorageScheme] {
        &self.storage
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
        match &self.base {
            Some(base) => joined(&base.address, to),
            None => relative_path(from, to),
        }
    }

    /// The link from a file, given below the folder, to an asset.
    #[must_use]
    pub fn asset_href(&self, from: &str, asset: &Location) -> String {
        match self.near(asset) {
            Some(near) if self.base.is_none() => match near {
                Near::Inside(rest) => relative_path(from, rest),
                Near::Beside(rest) => climbing(from.matches('/').count() + 1, rest),
            },
            _ => self.absolute_href(asset),
        }
    }

    /// The address of an asset from anywhere: below or beside the base address where it lies so on disk and there is
    /// one, else its own.
    pub(crate) fn absolute_href(&self, asset: &Location) -> String {
        let hosted = self.base.as_ref().and_then(|base| match self.near(asset)? {
            Near::Inside(rest) => Some(joined(&base.address, rest)),
            Near::Beside(rest) => Some(joined(base.parent.as_ref()?, rest)),
        });
        hosted.unwrap_or_else(|| asset.as_str().to_owned())
    }

    /// Where an asset on disk lies that links can follow: in the folder, or beside it unless a base address has no
    /// beside.
    fn near<'a>(&self, asset: &'a Location) -> Option<Near<'a>> {
        let folder = self.folder.as_ref()?;
        if let Some(rest) = asset.as_str().strip_prefix(&folder.address) {
            return Some(Near::Inside(rest));
        }
        let rest = asset.as_str().strip_prefix(folder.parent.as_ref()?)?;
        self.base.as_ref().is_none_or(|base| base.parent.is_some()).then_some(Near::Beside(rest))
    }
}

fn joined(folder: &str, rest: &str) -> String {
    let mut text = String::with_capacity(folder.len() + rest.len());
    text.push_str(folder);
    text.push_str(rest);
    text
}

/// The way to what lies below a folder so many levels up.
fn climbing(up: usize, rest: &str) -> String {
    let mut text = String::with_capacity(3 * up + rest.len());
    (0..up).for_each(|_| text.push_str("../"));
    text.push_str(rest);
    text
}

/// The way from one file to another below the same folder, as a link that cannot be taken for anything else.
fn relative_path(from: &str, to: &str) -> String {
    let mut folders = from.split_inclusive('/').filter(|part| part.ends_with('/')).peekable();
    let mut rest = to;
    while let Some(inner) = folders.peek().and_then(|folder| rest.strip_prefix(folder)) {
        rest = inner;
        folders.next();
    }
    match folders.count() {
        0 => joined("./", rest),
        up => climbing(up, rest),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

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

    /// The link to an asset, by what a URL parser says of joining and relative links.
    fn href_of_urls(folder: &str, base: Option<&str>, from: &str, asset: &Location) -> String {
        let url = |text: &str| Url::parse(text).unwrap();
        let (folder, asset) = (url(&format!("file://{folder}/")), url(asset.as_str()));
        let parent = folder.join("..").unwrap();
        let inside = asset.path().starts_with(folder.path());
        let beside = parent.path() != "/" && asset.path().starts_with(parent.path());
        let base = base.map(|base| url(&format!("{base}/")));
        let hosted = base.as_ref().is_none_or(|base| base.path() != "/");
        if asset.scheme() != "file" || !(inside || beside && hosted) {
            return asset.into();
        }
        let relative = folder.join(from).unwrap().make_relative(&asset).unwrap();
        match base {
            Some(base) => base.join(from).unwrap().join(&relative).unwrap().into(),
            None if relative.starts_with("../") => relative,
            None => format!("./{relative}"),
        }
    }

    proptest! {
        #[test]
        fn links_are_those_of_a_parser_and_lead_back(
            folder in "/[a-c](/[a-c ]){0,3}",
            base in prop::option::of("https://example\\.org(/[a-c]){0,2}"),
            from in "([a-c]/){0,3}x\\.json",
            path in "/[a-c](/[a-c %]){0,6}",
        ) {
            let asset = Location::file(&path).unwrap();
            let mut site = Site::folder(&folder).unwrap();
            if let Some(base) = &base {
                site = site.base_url(base).unwrap();
            }
            let href = site.asset_href(&from, &asset);
            prop_assert_eq!(&href, &href_of_urls(&folder, base.as_deref(), &from, &asset));
            let back = site.resolve(&from, &href).unwrap();
            if base.is_none() || href.starts_with("file:") {
                prop_assert_eq!(&back, &asset);
            }
            prop_assert_eq!(site.asset_href(&from, &back), href);
        }
    }

    #[test]
    fn an_asset_may_be_the_folder_or_the_file_itself() {
        let site = Site::folder("/data/out/c").unwrap();
        let href = |path: &str| site.asset_href("2024/x.json", &path.parse().unwrap());
        assert_eq!(href("/data/out/c"), "../../c");
        assert_eq!(href("/data/out/c/2024/x.json"), "./x.json");
        assert_eq!(href("/data/out"), "file:///data/out");
    }
}
