//! Where the chunks of a pyramid of pictures lie on Earth.

mod chunk;
mod touching;

pub use chunk::PyramidChunk;

use crate::{Crs, RasterGrid, RasterGridError};

/// Half the circumference of the equator in EPSG:3857, metres.
const WEB_HALF: f64 = 20_037_508.342_789_244;

/// Degrees of longitude and latitude of a pixel of level 0 in EPSG:4326.
const LON_LAT_STEP: f64 = 0.0001;

/// Pixels of the world at level 0 in EPSG:4326, (rows, cols).
const LON_LAT_SHAPE: (u64, u64) = (1_800_000, 3_600_000);

/// Where the pixels of a pyramid of pictures lie: the whole Earth at level 0, and half as many rows and columns at each
/// further level, all cut into square chunks. What is not covered by data is not stored, so a pyramid of one region is a
/// few chunks of it.
///
/// There are two. [`lon_lat`](Self::lon_lat) is the grid of the published `global_rgb`: EPSG:4326, pixels of 0.0001° from
/// (−180, 90), chunks of 512. [`web_mercator`](Self::web_mercator) is that of web maps (XYZ): EPSG:3857, chunks of 256,
/// where level 0 has the greatest zoom.
///
/// ```
/// use tessera_core::{Crs, PyramidChunk, PyramidGrid, Region};
///
/// let world = PyramidGrid::lon_lat(5)?;
/// assert_eq!((world.shape(0), world.shape(4)), ((1_800_000, 3_600_000), (112_500, 225_000)));
/// let cambridge = Region::new(0.1, 52.2, 0.11, 52.21)?;
/// let touched: Vec<_> = world.touching(0, &cambridge).collect();
/// assert_eq!(touched, [PyramidChunk::new(0, 738, 3517)]);
/// let raster = world.raster(touched[0])?;
/// assert_eq!((raster.rows(), raster.cols(), raster.step_x()), (512, 512, 0.0001));
///
/// let web = PyramidGrid::web_mercator(14)?;
/// assert_eq!((web.crs(), web.levels(), web.edge()), (Crs::WebMercator, 15, 256));
/// assert_eq!(web.zoom(PyramidChunk::new(0, 5, 7)), Some(14));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PyramidGrid {
    crs: Crs,
    levels: u8,
}

/// A pyramid that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PyramidGridError {
    /// No level, or more than the world can be halved.
    #[error("a pyramid of {got} levels: expected 1 to {max}")]
    Levels {
        /// The levels asked for.
        got: u8,
        /// The most that there can be.
        max: u8,
    },
    /// A zoom beyond what pixels of 10 m can show.
    #[error("zoom {got}: expected 0 to {max}")]
    Zoom {
        /// The zoom asked for.
        got: u8,
        /// The greatest that there can be.
        max: u8,
    },
}

impl PyramidGrid {
    /// The most levels in EPSG:4326: at the last, the world is two chunks.
    pub const MAX_LEVELS: u8 = 13;

    /// The greatest zoom in EPSG:3857: pixels of 2.4 m at the equator.
    pub const MAX_ZOOM: u8 = 16;

    /// The zoom at which a pixel is no larger than one of 10 m, anywhere: 9.55 m at the equator.
    pub const NATIVE_ZOOM: u8 = 14;

    /// The grid of `global_rgb` in EPSG:4326, with so many levels.
    ///
    /// # Errors
    /// [`PyramidGridError::Levels`] for none or more than [`MAX_LEVELS`](Self::MAX_LEVELS).
    pub fn lon_lat(levels: u8) -> Result<Self, PyramidGridError> {
        if !(1..=Self::MAX_LEVELS).contains(&levels) {
            return Err(PyramidGridError::Levels { got: levels, max: Self::MAX_LEVELS });
        }
        Ok(Self { crs: Crs::LonLat, levels })
    }

    /// The grid of web maps in EPSG:3857: level 0 is `zoom`, the last level is zoom 0.
    ///
    /// # Errors
    /// [`PyramidGridError::Zoom`] beyond [`MAX_ZOOM`](Self::MAX_ZOOM).
    pub fn web_mercator(zoom: u8) -> Result<Self, PyramidGridError> {
        if zoom > Self::MAX_ZOOM {
            return Err(PyramidGridError::Zoom { got: zoom, max: Self::MAX_ZOOM });
        }
        Ok(Self { crs: Crs::WebMercator, levels: zoom + 1 })
    }

    /// EPSG:4326 or EPSG:3857.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// The number of levels; level 0 is the finest.
    #[must_use]
    pub fn levels(&self) -> u8 {
        self.levels
    }

    /// Rows and columns of a chunk, in pixels.
    #[must_use]
    pub fn edge(&self) -> usize {
        if self.is_web() { 256 } else { 512 }
    }

    /// Width and height of a pixel of a level, in the unit of the CRS.
    #[must_use]
    pub fn step(&self, level: u8) -> f64 {
        let finest = if self.is_web() {
            let pixels = 256.0 * f64::from(1_u32 << u32::from(self.levels - 1));
            2.0 * WEB_HALF / pixels
        } else {
            LON_LAT_STEP
        };
        finest * f64::from(1_u32 << u32::from(level.min(31)))
    }

    /// The x and y of the upper-left corner of all levels.
    #[must_use]
    pub fn corner(&self) -> (f64, f64) {
        if self.is_web() { (-WEB_HALF, WEB_HALF) } else { (-180.0, 90.0) }
    }

    /// Rows and columns of the world at a level, in pixels; where a half would be left over, it is rounded up.
    #[must_use]
    pub fn shape(&self, level: u8) -> (u64, u64) {
        let (rows, cols) = if self.is_web() {
            let side = 256 << (self.levels - 1);
            (side, side)
        } else {
            LON_LAT_SHAPE
        };
        let part = 1_u64 << u32::from(level.min(31));
        (rows.div_ceil(part), cols.div_ceil(part))
    }

    /// Rows and columns of chunks at a level.
    #[must_use]
    pub fn chunks(&self, level: u8) -> (u32, u32) {
        let (rows, cols) = self.shape(level);
        let edge = self.edge() as u64;
        // At most 3,600,000 / 512 or 2¹⁶ of them.
        (rows.div_ceil(edge) as u32, cols.div_ceil(edge) as u32)
    }

    /// Whether the pyramid has such a chunk.
    #[must_use]
    pub fn contains(&self, chunk: PyramidChunk) -> bool {
        let (rows, cols) = self.chunks(chunk.level);
        chunk.level < self.levels && chunk.row < rows && chunk.col < cols
    }

    /// The zoom of a chunk, where this is the grid of a web map.
    #[must_use]
    pub fn zoom(&self, chunk: PyramidChunk) -> Option<u8> {
        if self.is_web() { (self.levels - 1).checked_sub(chunk.level) } else { None }
    }

    /// Where the pixels of a chunk lie: edge × edge of them, also where the chunk reaches beyond the world.
    ///
    /// # Errors
    /// Never for a chunk that the pyramid has.
    pub fn raster(&self, chunk: PyramidChunk) -> Result<RasterGrid, RasterGridError> {
        let (west, north) = self.corner();
        let (step, edge) = (self.step(chunk.level), self.edge());
        // From whole numbers of pixels, so that neighbours meet to the last bit.
        let at = |chunks: u32| f64::from(chunks) * edge as f64;
        let corner = if self.is_web() {
            (west + at(chunk.col) * step, north - at(chunk.row) * step)
        } else {
            let parts = 10_000.0 / f64::from(1_u32 << u32::from(chunk.level.min(31)));
            (west + at(chunk.col) / parts, north - at(chunk.row) / parts)
        };
        RasterGrid::new(self.crs, corner, (step, step), edge, edge)
    }

    fn is_web(&self) -> bool {
        self.crs == Crs::WebMercator
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grids() -> [PyramidGrid; 3] {
        [
            PyramidGrid::lon_lat(13).unwrap(),
            PyramidGrid::web_mercator(14).unwrap(),
            PyramidGrid::web_mercator(0).unwrap(),
        ]
    }

    proptest! {
        #[test]
        fn children_fill_their_parent(of in 0..2_usize, level in 0..12_u8, row: u32, col: u32) {
            let grid = grids()[of];
            let (rows, cols) = grid.chunks(level);
            let chunk = PyramidChunk::new(level, row % rows, col % cols);
            let parent = chunk.parent();
            prop_assert!(grid.contains(chunk) && grid.contains(parent));
            prop_assert!(parent.children().unwrap().contains(&chunk));
            let (own, up) = (grid.raster(chunk).unwrap(), grid.raster(parent).unwrap());
            prop_assert!((up.step_x() / own.step_x() - 2.0).abs() < 1e-12);
            let half = grid.edge() as f64 / 2.0;
            let (dx, dy) = (f64::from(chunk.col & 1) * half, f64::from(chunk.row & 1) * half);
            prop_assert!((own.west() - (up.west() + dx * up.step_x())).abs() < 1e-6);
            prop_assert!((own.north() - (up.north() - dy * up.step_y())).abs() < 1e-6);
        }
    }

    #[test]
    fn the_world_is_covered() {
        for grid in grids() {
            let last = grid.levels() - 1;
            let (rows, cols) = grid.chunks(last);
            assert!(rows * cols <= 2, "{grid:?}");
            let first = grid.raster(PyramidChunk::new(last, 0, 0)).unwrap();
            assert_eq!((first.west(), first.north()), grid.corner());
        }
        let web = PyramidGrid::web_mercator(0).unwrap();
        let bounds = web.raster(PyramidChunk::new(0, 0, 0)).unwrap().bounds();
        assert!((bounds.max().x - WEB_HALF).abs() < 1e-6 && (bounds.min().y + WEB_HALF).abs() < 1e-6);
    }

    #[test]
    fn levels_and_zooms_out_of_range_are_refused() {
        assert_eq!(PyramidGrid::lon_lat(0), Err(PyramidGridError::Levels { got: 0, max: 13 }));
        assert_eq!(PyramidGrid::lon_lat(14), Err(PyramidGridError::Levels { got: 14, max: 13 }));
        assert_eq!(PyramidGrid::web_mercator(17), Err(PyramidGridError::Zoom { got: 17, max: 16 }));
    }
}
