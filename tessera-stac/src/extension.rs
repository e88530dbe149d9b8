//! The STAC extensions that our JSON declares.

pub(crate) const ASSET_TEMPLATES: &str =
    "https://stac-extensions.github.io/asset-templates/v0.1.0/schema.json";
pub(crate) const DATACUBE: &str = "https://stac-extensions.github.io/datacube/v2.3.0/schema.json";
pub(crate) const FILE: &str = "https://stac-extensions.github.io/file/v2.1.0/schema.json";
pub(crate) const GRID: &str = "https://stac-extensions.github.io/grid/v1.1.0/schema.json";
pub(crate) const LINK_TEMPLATES: &str = "https://stac-extensions.github.io/link-templates/v1.0.0/schema.json";
pub(crate) const PROCESSING: &str = "https://stac-extensions.github.io/processing/v1.2.0/schema.json";
pub(crate) const PROJECTION: &str = "https://stac-extensions.github.io/projection/v2.0.0/schema.json";
pub(crate) const SCIENTIFIC: &str = "https://stac-extensions.github.io/scientific/v1.0.0/schema.json";
pub(crate) const STORAGE: &str = "https://stac-extensions.github.io/storage/v2.0.0/schema.json";
pub(crate) const VERSION: &str = "https://stac-extensions.github.io/version/v1.2.0/schema.json";
pub(crate) const WEB_MAP_LINKS: &str = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json";
pub(crate) const ZARR: &str = "https://stac-extensions.github.io/zarr/v1.1.0/schema.json";

/// Those that are used.
pub(crate) fn used<T: From<&'static str>, const N: usize>(extensions: [(&'static str, bool); N]) -> Vec<T> {
    extensions.into_iter().filter(|(_, used)| *used).map(|(extension, _)| extension.into()).collect()
}
