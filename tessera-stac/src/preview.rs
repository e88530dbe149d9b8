//! A picture of a tile as an asset.

use serde_json::json;
use stac::Asset;
use tessera_core::PixelGrid;

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

    pub(crate) fn has_size(&self) -> bool {
        self.size.is_some()
    }

    pub(crate) fn asset(&self, grid: &PixelGrid, href: String) -> Asset {
        let mut asset = Asset::new(href).role("thumbnail").role("overview");
        asset.title = Some("Preview".to_owned());
        asset.r#type = Some(media_type::PNG.to_owned());
        let fields = &mut asset.additional_fields;
        if let Some(size) = self.size {
            fields.insert("file:size".to_owned(), json!(size));
        }
        // An asset has the item's shape and transform unless it says otherwise.
        if let Some([rows, cols]) = self.shape
            && (rows as usize, cols as usize) != (grid.rows(), grid.cols())
        {
            let [a, _, west, _, e, north] = grid.transform();
            let (a, e) = (a * grid.cols() as f64 / f64::from(cols), e * grid.rows() as f64 / f64::from(rows));
            fields.insert("proj:shape".to_owned(), json!([rows, cols]));
            fields.insert("proj:transform".to_owned(), json!([a, 0.0, west, 0.0, e, north]));
        }
        asset
    }
}
