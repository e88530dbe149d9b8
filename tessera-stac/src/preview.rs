//! A picture of a tile as an asset.

use tessera_core::PixelGrid;

use crate::asset_json::AssetJson;
use crate::{Location, media_type};

/// A PNG picture of a tile, of its whole grid.
///
/// ```
/// use tessera_stac::{Location, Preview};
///
/// let preview = Preview::new(Location::file("/data/grid_0.15_52.05.png")?).shape(569, 364).size(412_345);
/// assert!(preview.location().is_file());
/// # Ok::<(), tessera_stac::LocationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    location: Location,
    shape: Option<[u32; 2]>,
    size: Option<u64>,
}

impl Preview {
    /// The key of the asset in an item.
    pub const KEY: &'static str = "preview";
    pub(crate) const TITLE: &'static str = "Preview";

    /// The picture at this place, of one pixel for each of the tile's.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self { location, shape: None, size: None }
    }

    /// Rows and columns of the picture, where they are not the tile's.
    #[must_use]
    pub fn shape(mut self, rows: u32, cols: u32) -> Self {
        self.shape = Some([rows.max(1), cols.max(1)]);
        self
    }

    /// The size of the file in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Where it lies.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn file_size(&self) -> Option<u64> {
        self.size
    }

    /// Rows and columns of the picture, where they are not the tile's.
    pub(crate) fn own_shape(&self, grid: &PixelGrid) -> Option<[u32; 2]> {
        self.shape.filter(|&[rows, cols]| (rows as usize, cols as usize) != (grid.rows(), grid.cols()))
    }

    pub(crate) fn has_size(&self) -> bool {
        self.size.is_some()
    }

    /// With what another description of the same picture says, where this one does not.
    pub(crate) fn or(mut self, other: Self) -> Self {
        (self.shape, self.size) = (self.shape.or(other.shape), self.size.or(other.size));
        self
    }

    pub(crate) fn asset(&self, grid: &PixelGrid, href: String) -> AssetJson<'_> {
        // An asset has the item's shape and transform unless it says otherwise.
        let shape = self.own_shape(grid);
        let transform = shape.map(|[rows, cols]| {
            let [a, _, west, _, e, north] = grid.transform();
            let (a, e) = (a * grid.cols() as f64 / f64::from(cols), e * grid.rows() as f64 / f64::from(rows));
            [a, 0.0, west, 0.0, e, north]
        });
        AssetJson {
            size: self.size,
            shape,
            transform,
            ..AssetJson::new(href, Self::TITLE, media_type::PNG, &["thumbnail", "overview"])
        }
    }
}
