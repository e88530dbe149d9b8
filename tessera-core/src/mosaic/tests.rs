//! The mosaic beside a rule applied pixel by pixel.

mod archive;

use ndarray::{Array2, Array3, s};
use proptest::prelude::*;

use super::*;
use crate::{DatasetVersion, PixelStatus, Scales, ScalesView, Source, TileId, UtmProjection, Year};

/// A tile in memory that may hide that it is, in blocks of some rows.
struct Made {
    id: TileId,
    grid: PixelGrid,
    pixels: Quantized,
    hidden: Option<usize>,
    version: DatasetVersion,
}

impl Made {
    /// Pixels of every kind in small patches, different for each tile.
    fn new(name: &str, seed: usize, hidden: Option<usize>) -> Self {
        let id: TileId = name.parse().unwrap();
        let grid = PixelGrid::of_tile(id).unwrap();
        let (rows, cols) = (grid.rows(), grid.cols());
        let data =
            Array3::from_shape_fn((rows, cols, 3), |(r, c, k)| (r * 31 + c * 7 + k * 3 + seed * 13) as i8);
        let scales =
            Array2::from_shape_fn((rows, cols), |(r, c)| match ((r / 5) * 3 + (c / 4) * 7 + seed * 5) % 11 {
                0 | 1 => f32::NAN,
                2 => f32::INFINITY,
                3 => 0.0,
                4 => -161_685.0,
                _ => 0.01 + (r * 100 + c) as f32 * 1e-7 + seed as f32 * 0.1,
            });
        let pixels = Quantized::new(data, Scales::Pixel(scales)).unwrap();
        Self { id, grid, pixels, hidden, version: DatasetVersion::Unknown }
    }

    /// The same with a scale for each channel.
    fn per_channel(mut self, equal: bool) -> Self {
        let (data, scales) = self.pixels.into_parts();
        let Scales::Pixel(one) = scales else { panic!() };
        let all = Array3::from_shape_fn(data.dim(), |(r, c, k)| {
            if equal || k == 0 { one[(r, c)] } else { one[(r, c)] * 0.5 + 0.001 }
        });
        self.pixels = Quantized::new(data, Scales::Channel(all)).unwrap();
        self
    }
}

impl Source for Made {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }
    fn channels(&self) -> usize {
        3
    }
    fn name(&self) -> String {
        self.id.to_string()
    }
    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.pixels
            .view()
            .read_into(window, channels, out)
            .map_err(|cause| SourceError::new(self.name(), cause))
    }
    fn view(&self) -> Option<crate::QuantizedView<'_>> {
        self.hidden.is_none().then(|| self.pixels.view())
    }
    fn block_rows(&self) -> usize {
        self.hidden.unwrap_or(1)
    }
}

impl Tile for Made {
    fn id(&self) -> TileId {
        self.id
    }
    fn year(&self) -> Option<Year> {
        None
    }
    fn version(&self) -> &DatasetVersion {
        &self.version
    }
}

/// The rule, pixel by pixel: values and scale.
fn slow(tiles: &[Made], grid: &PixelGrid, row: usize, col: usize) -> ([i8; 3], f32) {
    let utm = UtmProjection::new(grid.zone()).unwrap();
    let (x, y) = grid.pixel_center(row, col);
    let (lon, lat) = utm.unproject(x, y).unwrap();
    let owner = TileId::containing(lon, lat).unwrap();
    let mut found = Vec::new();
    for tile in tiles {
        if let Some((r, c)) = tile.grid.northern().pixel_at(x, y) {
            let ScalesView::Pixel(scales) = tile.pixels.view().scales() else { panic!() };
            let scale = scales[(r, c)];
            let class = match PixelStatus::of(scale, ScaleLimit::default()) {
                PixelStatus::Valid => 0,
                PixelStatus::Water => 1,
                PixelStatus::NoData => 2,
            };
            let center = utm.project(tile.id.lon(), tile.id.lat()).unwrap();
            let distance = (x - center.0).hypot(y - center.1);
            let data = tile.pixels.view().data();
            found.push((
                class,
                tile.id != owner,
                distance,
                tile.id,
                [0, 1, 2].map(|k| data[(r, c, k)]),
                scale,
            ));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3)));
    match found.first() {
        Some((0, .., values, scale)) => (*values, *scale),
        Some((1, ..)) => ([0; 3], f32::NAN),
        _ => ([0; 3], f32::INFINITY),
    }
}

/// Near a pole off the central meridian, where tiles are narrow, slanted, and lie on one another in threes and fours.
const NAMES: [&str; 6] = [
    "grid_0.05_88.85",
    "grid_0.15_88.85",
    "grid_0.25_88.85",
    "grid_0.05_88.95",
    "grid_0.15_88.95",
    "grid_0.25_88.95",
];
/// Four cells around a corner on the equator.
const EQUATOR: [&str; 4] = ["grid_0.05_0.05", "grid_0.15_0.05", "grid_0.05_-0.05", "grid_0.15_-0.05"];

fn check(names: &[&str], order: &[usize], hidden: &[Option<usize>], window: Window, band: usize) {
    let make = |at: usize| Made::new(names[at], at, hidden[at]);
    let tiles: Vec<Made> = (0..names.len()).map(make).collect();
    let zone = PixelGrid::of_zone(31).unwrap();
    let (row, col) = tiles[0].grid.offset_in(&zone).unwrap();
    let grid = zone
        .window(&Window::new(
            (row as usize) + window.row,
            (col as usize) + window.col,
            window.rows,
            window.cols,
        ))
        .unwrap();
    let boxed = order.iter().map(|&at| Box::new(make(at)) as Box<dyn Tile>).collect();
    let mut mosaic = Mosaic::new(grid, boxed, ScaleLimit::default()).unwrap();
    let mut out = Quantized::empty();
    for band in grid.full().row_blocks(band) {
        mosaic.prepare(band.row_range()).unwrap();
        let counts = mosaic.gather(band, &Channels::from(vec![2, 0]), &mut out).unwrap();
        let ScalesView::Pixel(scales) = out.view().scales() else { panic!() };
        let mut valid = 0;
        for (r, c) in (0..band.rows).flat_map(|r| (0..band.cols).map(move |c| (r, c))) {
            let (values, scale) = slow(&tiles, &grid, band.row + r, c);
            assert_eq!(out.view().data().slice(s![r, c, ..]).to_vec(), [values[2], values[0]], "{r} {c}");
            assert_eq!(scales[(r, c)].to_bits(), scale.to_bits(), "{r} {c}");
            valid += u64::from(scale.is_finite());
        }
        assert_eq!(counts.valid, valid);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_pixel_is_taken_by_the_rule_whatever_the_order(
        order in Just([0, 1, 2, 3, 4, 5]).prop_shuffle(),
        hidden in prop::collection::vec(prop::option::of(1..300_usize), 6),
        row in 0..1000_usize, col in 0..100_usize, band in 1..50_usize,
    ) {
        check(&NAMES, &order, &hidden, Window::new(row, col, 60, 50), band);
    }
}

#[test]
fn hemispheres_meet_at_the_equator() {
    let around_the_corner = Window::new(1080, 1090, 60, 70);
    check(&EQUATOR, &[2, 0, 3, 1], &[None, Some(7), Some(1), None], around_the_corner, 16);
}

#[test]
fn scales_that_are_equal_across_channels_are_one_and_others_are_refused() {
    let grid = Made::new(NAMES[0], 0, None).grid;
    let gather = |tile: Made| {
        let mut mosaic = Mosaic::new(grid, vec![Box::new(tile)], ScaleLimit::default()).unwrap();
        mosaic.prepare(0..20).map(|()| {
            let mut out = Quantized::empty();
            mosaic.gather(Window::new(0, 0, 20, grid.cols()), &Channels::All, &mut out).unwrap();
            out
        })
    };
    let plain = gather(Made::new(NAMES[0], 0, None)).unwrap();
    for hidden in [None, Some(16)] {
        let equal = gather(Made::new(NAMES[0], 0, hidden).per_channel(true)).unwrap();
        assert_eq!(plain.view().data(), equal.view().data());
        let error = gather(Made::new(NAMES[0], 0, hidden).per_channel(false)).unwrap_err();
        assert!(
            error.to_string().contains("grid_0.05_88.85") && error.to_string().contains("different scales")
        );
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let grid = PixelGrid::of_zone(31).unwrap().window(&Window::new(0, 0, 10, 10)).unwrap();
    let new = |tiles: Vec<Box<dyn Tile>>| Mosaic::new(grid, tiles, ScaleLimit::default()).unwrap_err();
    assert!(matches!(new(vec![]), MosaicError::Empty));
    let elsewhere = new(vec![Box::new(Made::new("grid_6.05_88.85", 0, None))]);
    assert!(matches!(elsewhere, MosaicError::Place { tile, .. } if tile == "grid_6.05_88.85"));
    let mut other = Made::new(NAMES[1], 0, None);
    other.version = DatasetVersion::named("v2");
    let mixed = new(vec![Box::new(Made::new(NAMES[0], 0, None)), Box::new(other)]);
    assert!(mixed.to_string().contains("grid_0.15_88.85 has dataset version v2"), "{mixed}");
    let mut off = Made::new(NAMES[0], 0, None);
    off.grid = PixelGrid::new(
        off.grid.zone(),
        off.grid.west() + 5.0,
        off.grid.north(),
        off.grid.rows(),
        off.grid.cols(),
    )
    .unwrap();
    assert!(matches!(new(vec![Box::new(off)]), MosaicError::Place { .. }));
}

#[test]
fn rows_that_were_not_prepared_are_an_error() {
    let tile = Made::new(NAMES[0], 0, None);
    let grid = tile.grid;
    let mut mosaic = Mosaic::new(grid, vec![Box::new(tile)], ScaleLimit::default()).unwrap();
    mosaic.prepare(10..20).unwrap();
    let mut out = Quantized::empty();
    let mut rows = |window| mosaic.gather(window, &Channels::All, &mut out);
    assert!(rows(Window::new(10, 0, 10, 5)).is_ok());
    assert!(matches!(rows(Window::new(9, 0, 3, 5)), Err(MosaicError::Rows { .. })));
    assert!(matches!(rows(Window::new(19, 0, 2, 5)), Err(MosaicError::Rows { .. })));
    assert!(matches!(rows(Window::new(10, 0, 3, 5_000)), Err(MosaicError::Window(_))));
}
