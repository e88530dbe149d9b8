//! Zones whose every pixel says where it lies.

use std::collections::BTreeMap;

use crate::{
    Channels, DatasetVersion, PixelGrid, Quantized, Region, Source, SourceError, Window, Year, Zones,
};

pub(super) const DEPTH: usize = 4;

pub(super) fn year(number: u16) -> Year {
    Year::new(number).unwrap()
}

/// The pixel of a zone at a row and column of its lattice: a tenth water, a tenth no data.
pub(super) fn pixel(zone: u8, year: Year, row: i64, col: i64) -> ([i8; DEPTH], f32) {
    let mut hash =
        (row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (col as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    hash = (hash ^ (u64::from(zone) << 32) ^ u64::from(year.number())).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 29;
    let bytes = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53).to_le_bytes();
    match bytes[7] % 10 {
        0 => ([0; DEPTH], f32::NAN),
        1 => ([0; DEPTH], f32::INFINITY),
        _ => (std::array::from_fn(|k| bytes[k] as i8), 0.01 + f32::from(bytes[6]) / 1000.0),
    }
}

/// All zones, or some, with the whole lattice or a part of it.
#[derive(Debug, Clone)]
pub(super) struct Encoded {
    pub(super) zones: BTreeMap<u8, PixelGrid>,
    pub(super) years: Vec<Year>,
    pub(super) block_rows: usize,
}

impl Encoded {
    pub(super) fn all() -> Self {
        let zones = (1..=60).map(|number| (number, PixelGrid::of_zone(number).unwrap())).collect();
        Self { zones, years: vec![year(2023), year(2024)], block_rows: 1 }
    }

    /// With a zone that has a window of its lattice only.
    pub(super) fn cut(mut self, number: u8, window: Window) -> Self {
        let grid = PixelGrid::of_zone(number).unwrap().window(&window).unwrap();
        self.zones.insert(number, grid);
        self
    }

    pub(super) fn without(mut self, number: u8) -> Self {
        self.zones.remove(&number);
        self
    }

    /// The pixel that must be there: no data off the grid of a zone.
    pub(super) fn pixel(&self, zone: u8, year: Year, row: i64, col: i64) -> ([i8; DEPTH], f32) {
        let lattice = PixelGrid::of_zone(zone).unwrap();
        let inside = self.zones.get(&zone).and_then(|grid| grid.offset_in(&lattice).map(|at| (grid, at)));
        let has = |from: i64, n: usize, at: i64| (from..from + n as i64).contains(&at);
        match inside {
            Some((grid, (r, c))) if has(r, grid.rows(), row) && has(c, grid.cols(), col) => {
                pixel(zone, year, row, col)
            }
            _ => ([0; DEPTH], f32::INFINITY),
        }
    }
}

impl Zones for Encoded {
    fn name(&self) -> String {
        "encoded".into()
    }

    fn years(&self) -> Vec<Year> {
        self.years.clone()
    }

    fn version(&self) -> DatasetVersion {
        DatasetVersion::Unknown
    }

    fn boxes(&self, year: Year) -> Vec<Region> {
        if self.years.contains(&year) {
            vec![Region::new(-180.0, -90.0, 180.0, 89.5).unwrap()]
        } else {
            vec![]
        }
    }

    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        let west = f64::from(number) * 6.0 - 186.0;
        assert!(
            west <= region.west() && region.west() <= region.east() && region.east() <= west + 6.0,
            "{number} {region}"
        );
        let Some(&grid) = self.zones.get(&number) else { return Ok(None) };
        Ok(Some(Box::new(Zone { grid, year, block_rows: self.block_rows })))
    }
}

struct Zone {
    grid: PixelGrid,
    year: Year,
    block_rows: usize,
}

impl Source for Zone {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        DEPTH
    }

    fn name(&self) -> String {
        format!("encoded zone {}", self.grid.zone().number())
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        let window =
            window.within(self.grid.rows(), self.grid.cols()).map_err(|e| SourceError::new("encoded", e))?;
        let list = channels.resolve(DEPTH).map_err(|e| SourceError::new("encoded", e))?;
        let number = self.grid.zone().number();
        let (row, col) = self.grid.offset_in(&PixelGrid::of_zone(number).unwrap()).unwrap();
        let (mut data, scales) = out.reset(window.rows, window.cols, list.len());
        for at in Window::full(window.rows, window.cols).split(1, 1) {
            let (vector, scale) = pixel(
                number,
                self.year,
                row + (window.row + at.row) as i64,
                col + (window.col + at.col) as i64,
            );
            list.iter().enumerate().for_each(|(to, &k)| data[(at.row, at.col, to)] = vector[k]);
            scales[(at.row, at.col)] = scale;
        }
        Ok(())
    }

    fn block_rows(&self) -> usize {
        self.block_rows
    }
}

/// Fails where a pixel is not what it must be; invalid scales are told apart.
pub(super) fn assert_pixel(
    got: &Quantized,
    (row, col): (usize, usize),
    expected: ([i8; DEPTH], f32),
    what: &str,
) {
    let view = got.view();
    let crate::ScalesView::Pixel(scales) = view.scales() else { panic!("a scale for each channel") };
    let vector: Vec<i8> = view.data().slice(ndarray::s![row, col, ..]).to_vec();
    let (scale, right) = (scales[(row, col)], expected.1);
    assert!(
        scale.to_bits() == right.to_bits() || (scale.is_nan() && right.is_nan()),
        "{what} at {row}, {col}: {scale}, not {right}"
    );
    assert_eq!(vector, expected.0, "{what} at {row}, {col}");
}
