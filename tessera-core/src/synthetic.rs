//! A seeded generator of plausible tiles, for tests, benches and demonstrations.
//!
//! A pixel's vector is a low-rank mix of smooth fields, plus the mean of its land cover, plus noise. All of these are
//! functions of the pixel's place on Earth, so neighbouring tiles continue each other, and where they overlap they
//! agree exactly.
//!
//! ```
//! use tessera_core::synthetic::Synthetic;
//! use tessera_core::{ScaleLimit, Source, Tile, Year};
//!
//! let id = "grid_-99.95_80.05".parse()?;
//! let tile = Synthetic::new(7).shape(60, 40).tile(id, Year::new(2024)?)?;
//! assert_eq!(tile.view().dim(), (60, 40, 128));
//! assert_eq!(tile.id(), id);
//! let counts = tile.view().count(ScaleLimit::default());
//! assert_eq!(counts.total(), 2400);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod field;
mod land;
mod random;
mod tile;

use ndarray::{Array2, Array3, Axis, Zip};

pub use tile::SyntheticTile;

use crate::{
    CHANNELS, MemorySource, PixelGrid, PixelGridError, Quantized, Scales, TileId, UtmProjection, Year,
};
use land::Land;

/// The settings of the generator.
#[derive(Debug, Clone)]
pub struct Synthetic {
    seed: u64,
    channels: usize,
    water: f64,
    no_data: f64,
    broken: bool,
    shape: Option<(usize, usize)>,
}

impl Synthetic {
    /// 128 channels, about a tenth of water and a hundredth without data. Another seed is another Earth.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, channels: CHANNELS, water: 0.1, no_data: 0.01, broken: false, shape: None }
    }

    /// The number of channels.
    #[must_use]
    pub fn channels(mut self, channels: usize) -> Self {
        self.channels = channels;
        self
    }

    /// The share of the Earth that is water, 0…1. A single tile may have none, or nothing else.
    #[must_use]
    pub fn water(mut self, share: f64) -> Self {
        self.water = share;
        self
    }

    /// The share of the Earth without data, 0…1.
    #[must_use]
    pub fn no_data(mut self, share: f64) -> Self {
        self.no_data = share;
        self
    }

    /// Whether some pixels near the upper-left corner get scales that no writer means: 0, −161685 and 3.4e38.
    #[must_use]
    pub fn broken(mut self, broken: bool) -> Self {
        self.broken = broken;
        self
    }

    /// Another shape than that of the tile's grid: the corner stays.
    #[must_use]
    pub fn shape(mut self, rows: usize, cols: usize) -> Self {
        self.shape = Some((rows, cols));
        self
    }

    /// Makes a tile.
    ///
    /// # Errors
    /// Where the shape is not one of a grid.
    pub fn tile(&self, id: TileId, year: Year) -> Result<SyntheticTile, PixelGridError> {
        let mut grid = PixelGrid::of_tile(id)?;
        if let Some((rows, cols)) = self.shape {
            grid = grid.with_shape(rows, cols)?;
        }
        let pixels = self.pixels(&grid, year)?;
        Ok(SyntheticTile::new(id, year, MemorySource::from_fitting(grid, pixels)))
    }

    fn pixels(&self, grid: &PixelGrid, year: Year) -> Result<Quantized, PixelGridError> {
        let land = Land::new(self.seed, self.channels, self.water, self.no_data, year);
        let utm = UtmProjection::new(grid.zone())?;
        let mut values = Array3::zeros((1, grid.cols(), self.channels));
        let mut data = Array3::zeros((grid.rows(), grid.cols(), self.channels));
        let mut scales = Array2::zeros((grid.rows(), grid.cols()));
        for row in 0..grid.rows() {
            fill_row(&land, grid, &utm, row, &mut values)?;
            let (q, s) = Quantized::quantize(values.view()).into_parts();
            data.index_axis_mut(Axis(0), row).assign(&q.index_axis(Axis(0), 0));
            if let Scales::Pixel(s) = s {
                scales.row_mut(row).assign(&s.row(0));
            }
        }
        if self.broken {
            let wrong = [0.0, -161_685.0, 3.4e38];
            Zip::indexed(&mut scales).for_each(|(row, col), scale| {
                if (5..5 + wrong.len()).contains(&row) && (5..9).contains(&col) {
                    *scale = wrong[row - 5];
                }
            });
        }
        Ok(Quantized::from_parts(data, Scales::Pixel(scales)))
    }
}

#[cfg(feature = "rayon")]
fn fill_row(
    land: &Land,
    grid: &PixelGrid,
    utm: &UtmProjection,
    row: usize,
    values: &mut Array3<f32>,
) -> Result<(), PixelGridError> {
    use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
    let mut values = values.index_axis_mut(Axis(0), 0);
    let pixels: Vec<_> = values.outer_iter_mut().collect();
    pixels.into_par_iter().with_min_len(32).enumerate().try_for_each(|(col, mut pixel)| {
        let (easting, northing) = grid.pixel_center(row, col);
        land.fill(grid.zone(), easting, northing, utm.unproject(easting, northing)?, &mut pixel);
        Ok(())
    })
}

#[cfg(not(feature = "rayon"))]
fn fill_row(
    land: &Land,
    grid: &PixelGrid,
    utm: &UtmProjection,
    row: usize,
    values: &mut Array3<f32>,
) -> Result<(), PixelGridError> {
    for (col, mut pixel) in values.index_axis_mut(Axis(0), 0).outer_iter_mut().enumerate() {
        let (easting, northing) = grid.pixel_center(row, col);
        land.fill(grid.zone(), easting, northing, utm.unproject(easting, northing)?, &mut pixel);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Channels, PixelStatus, ScaleLimit, Source, Window};

    fn year() -> Year {
        Year::new(2024).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_tile_and_another_another() {
        let id = "grid_0.15_52.05".parse().unwrap();
        let make = |seed| {
            Synthetic::new(seed)
                .water(0.0)
                .no_data(0.0)
                .shape(20, 30)
                .tile(id, year())
                .unwrap()
                .view()
                .to_owned()
        };
        assert_eq!(make(3).view().data(), make(3).view().data());
        assert_ne!(make(3).view().data(), make(4).view().data());
        let later = Synthetic::new(3)
            .water(0.0)
            .no_data(0.0)
            .shape(20, 30)
            .tile(id, Year::new(2023).unwrap())
            .unwrap();
        assert_ne!(make(3).view().data(), later.view().data());
    }

    #[test]
    fn overlapping_tiles_agree_in_every_pixel() {
        let (west, east) = ("grid_0.15_52.05".parse().unwrap(), "grid_0.25_52.05".parse().unwrap());
        let make =
            |id, rows, cols| Synthetic::new(1).shape(rows, cols).channels(16).tile(id, year()).unwrap();
        let (a, b) = (make(west, 40, 729), make(east, 40, 60));
        let (row, col) =
            a.grid().pixel_at(b.grid().pixel_center(30, 0).0, a.grid().pixel_center(35, 0).1).unwrap();
        let (row_b, col_b) = {
            let (x, y) = a.grid().pixel_center(row, col);
            b.grid().pixel_at(x, y).unwrap()
        };
        let (part_a, part_b) = (Window::new(row, col, 1, 20), Window::new(row_b, col_b, 1, 20));
        let read = |tile: &SyntheticTile, window| tile.read_window(window, &Channels::All).unwrap();
        assert_eq!(read(&a, part_a).view().data(), read(&b, part_b).view().data());
    }

    #[test]
    fn shares_of_water_and_no_data_are_about_what_was_asked() {
        let mut counts = crate::ScaleCounts::default();
        let synthetic = Synthetic::new(5).water(0.3).no_data(0.1).shape(4, 4).channels(4);
        for column in (0..3600).step_by(60) {
            for row in (300..1500).step_by(60) {
                let tile = synthetic.tile(TileId::from_cell(column, row).unwrap(), year()).unwrap();
                counts += tile.view().count(ScaleLimit::default());
            }
        }
        let share = |n: u64| n as f64 / counts.total() as f64;
        assert!((0.2..0.4).contains(&share(counts.water)), "{counts:?}");
        assert!((0.05..0.15).contains(&share(counts.no_data)), "{counts:?}");
        assert_eq!(counts.rejected(), 0);
    }

    #[test]
    fn broken_scales_are_there_when_asked() {
        let id = "grid_0.15_52.05".parse().unwrap();
        let tile = Synthetic::new(1).broken(true).shape(20, 20).tile(id, year()).unwrap();
        assert_eq!(tile.view().count(ScaleLimit::default()).rejected(), 12);
        assert_eq!(tile.view().status(6, 6, ScaleLimit::default()), PixelStatus::NoData);
    }
}
