//! What a GeoTIFF holds, and where on Earth.

use tessera_core::{PixelGrid, RasterGrid};

use super::GeoTiffError;

/// The most rows or columns: GDAL counts them in 32 bits with a sign.
pub(super) const MOST_SIDE: usize = i32::MAX as usize;
/// The most bands: TIFF counts them in 16 bits.
pub(super) const MOST_BANDS: usize = u16::MAX as usize;

/// What a GeoTIFF holds, and where on Earth.
///
/// ```
/// use tessera_core::{PixelGrid, RasterGrid};
/// use tessera_io::GeoTiffSpec;
///
/// let grid = PixelGrid::of_tile("grid_-99.95_80.05".parse()?)?;
/// let bands = (0..128).map(|band| format!("band_{band}")).collect();
/// let mut spec = GeoTiffSpec::of_grid(&grid, bands);
/// spec.metadata.push(("year".to_owned(), "2024".to_owned()));
/// assert_eq!((spec.epsg, spec.rows, spec.cols), (32614, 1119, 211));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GeoTiffSpec {
    /// The CRS: 326zz or 327zz (UTM), 3857 (Web Mercator) or 4326 (longitude and latitude).
    pub epsg: u32,
    /// From (column, row) to metres or degrees, `[a, b, c, d, e, f]` with x = a·col + b·row + c and y = d·col + e·row +
    /// f. North up: b and d are 0, a is positive and e negative, and they need not be the same length.
    pub transform: [f64; 6],
    /// Rows, from the north.
    pub rows: usize,
    /// Columns, from the west.
    pub cols: usize,
    /// What each band is called.
    pub bands: Vec<String>,
    /// Names and values of GDAL's metadata, for the whole file.
    pub metadata: Vec<(String, String)>,
}

impl GeoTiffSpec {
    /// The pixels of a grid.
    #[must_use]
    pub fn of_grid(grid: &PixelGrid, bands: Vec<String>) -> Self {
        Self::of_raster(&(*grid).into(), bands)
    }

    /// The cells of a raster in any CRS.
    #[must_use]
    pub fn of_raster(grid: &RasterGrid, bands: Vec<String>) -> Self {
        Self {
            epsg: grid.crs().epsg(),
            transform: grid.transform(),
            rows: grid.rows(),
            cols: grid.cols(),
            bands,
            metadata: Vec::new(),
        }
    }

    /// A picture of the cells of a raster: red, green, blue and alpha.
    #[must_use]
    pub fn of_picture(grid: &RasterGrid) -> Self {
        Self::of_raster(grid, ["red", "green", "blue", "alpha"].map(str::to_owned).into())
    }

    /// Whether a GeoTIFF can hold it.
    pub(super) fn check(&self) -> Result<(), GeoTiffError> {
        let Self { epsg, transform, rows, cols, ref bands, ref metadata } = *self;
        let side = 1..=MOST_SIDE;
        if !side.contains(&rows) || !side.contains(&cols) || !(1..=MOST_BANDS).contains(&bands.len()) {
            return Err(GeoTiffError::Size { rows, cols, bands: bands.len() });
        }
        if !is_projected(epsg) && epsg != GEOGRAPHIC {
            return Err(GeoTiffError::Crs { got: epsg });
        }
        let [a, b, c, d, e, f] = transform;
        let finite = transform.iter().all(|v| v.is_finite());
        if !(finite && a > 0.0 && e < 0.0 && b == 0.0 && d == 0.0) {
            return Err(GeoTiffError::Transform { got: [a, b, c, d, e, f] });
        }
        let texts = bands.iter().chain(metadata.iter().flat_map(|(name, value)| [name, value]));
        for text in texts {
            // XML 1.0 has no way to write most of them, not even escaped.
            if text.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')) {
                return Err(GeoTiffError::Text { got: text.clone() });
            }
        }
        Ok(())
    }
}

/// Longitude and latitude on WGS 84.
pub(super) const GEOGRAPHIC: u32 = 4326;

/// Whether a code is that of a projected CRS that is known here.
pub(super) fn is_projected(epsg: u32) -> bool {
    matches!(epsg, 32601..=32660 | 32701..=32760 | 3857)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> GeoTiffSpec {
        GeoTiffSpec {
            epsg: 32631,
            transform: [10.0, 0.0, 300_930.0, 0.0, -10.0, 5_776_130.0],
            rows: 3,
            cols: 2,
            bands: vec!["a".to_owned()],
            metadata: vec![("é <&>".to_owned(), "\"".to_owned())],
        }
    }

    #[test]
    fn takes_what_can_be_written() {
        assert!(spec().check().is_ok());
        for epsg in [32601, 32660, 32701, 32760, 3857, 4326] {
            assert!(GeoTiffSpec { epsg, ..spec() }.check().is_ok(), "{epsg}");
        }
        assert!(GeoTiffSpec { transform: [0.1, 0.0, -180.0, 0.0, -0.2, 90.0], ..spec() }.check().is_ok());
    }

    #[test]
    fn refuses_what_cannot() {
        for (rows, cols, bands) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1 << 31, 1, 1), (1, 1, 1 << 16)] {
            let spec = GeoTiffSpec { rows, cols, bands: vec![String::new(); bands], ..spec() };
            assert!(matches!(spec.check(), Err(GeoTiffError::Size { .. })), "{rows} {cols} {bands}");
        }
        for epsg in [0, 4258, 32600, 32661, 32761, 27700] {
            assert!(
                matches!(GeoTiffSpec { epsg, ..spec() }.check(), Err(GeoTiffError::Crs { .. })),
                "{epsg}"
            );
        }
        for (index, value) in
            [(0, 0.0), (0, -10.0), (1, 0.1), (2, f64::NAN), (3, 1e-9), (4, 10.0), (5, f64::INFINITY)]
        {
            let mut spec = spec();
            spec.transform[index] = value;
            assert!(matches!(spec.check(), Err(GeoTiffError::Transform { .. })), "{index} {value}");
        }
        for text in ["a\0", "a\nb", "\u{ffff}"] {
            let named = GeoTiffSpec { bands: vec![text.to_owned()], ..spec() };
            assert!(matches!(named.check(), Err(GeoTiffError::Text { .. })), "{text:?}");
            let metadata = GeoTiffSpec { metadata: vec![("year".to_owned(), text.to_owned())], ..spec() };
            assert!(matches!(metadata.check(), Err(GeoTiffError::Text { .. })), "{text:?}");
        }
    }
}
