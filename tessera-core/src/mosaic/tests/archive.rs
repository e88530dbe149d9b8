//! An archive as whole zones, beside the rule applied pixel by pixel.

use ndarray::s;

use super::{Made, NAMES, slow};
use crate::{
    ArchiveZones, Channels, DatasetVersion, PixelGrid, Quantized, Region, ScaleLimit, ScalesView,
    SourceError, Stamp, Tile, TileId, Window, Year, Zones,
};

/// An archive of the tiles above, of one year.
struct Few(Vec<&'static str>);

impl crate::Archive for Few {
    fn name(&self) -> String {
        "few".into()
    }
    fn years(&self) -> Vec<Year> {
        vec![Year::new(2024).unwrap()]
    }
    fn tiles(&self, _: Year) -> Vec<TileId> {
        let mut all: Vec<TileId> = self.0.iter().map(|name| name.parse().unwrap()).collect();
        all.sort();
        all
    }
    fn open(&self, id: TileId, _: Year) -> Result<Option<Box<dyn Tile>>, SourceError> {
        let at = self.0.iter().position(|name| *name == id.to_string());
        Ok(at.map(|at| Box::new(Made::new(self.0[at], at, None)) as Box<dyn Tile>))
    }
    fn version(&self) -> DatasetVersion {
        DatasetVersion::Unknown
    }
    fn stamp(&self, _: TileId, _: Year) -> Result<Option<Stamp>, SourceError> {
        Ok(None)
    }
}

#[test]
fn a_zone_of_an_archive_is_the_mosaic_of_its_tiles() {
    let few = Few(NAMES.to_vec());
    let (zones, year) = (ArchiveZones::new(&few), Year::new(2024).unwrap());
    let region = Region::new(0.0, 88.8, 0.3, 89.0).unwrap();
    let zone = zones.zone(31, year, &region).unwrap().unwrap();
    assert_eq!(zone.grid(), &PixelGrid::of_zone(31).unwrap());
    let tiles: Vec<Made> = NAMES.iter().enumerate().map(|(at, name)| Made::new(name, at, None)).collect();
    let (row, col) = tiles[4].grid.offset_in(zone.grid()).unwrap();
    // More rows than are gathered at a time, and beyond the tiles on every side.
    let window = Window::new(row as usize - 40, col as usize - 30, 300, 90);
    let mut out = Quantized::empty();
    zone.read_window_into(window, &Channels::All, &mut out).unwrap();
    let grid = zone.grid().window(&window).unwrap();
    let ScalesView::Pixel(scales) = out.view().scales() else { panic!() };
    for (r, c) in (0..300).step_by(7).flat_map(|r| (0..90).map(move |c| (r, c))) {
        let (values, scale) = slow(&tiles, &grid, r, c);
        assert_eq!(
            (out.view().data().slice(s![r, c, ..]).to_vec(), scales[(r, c)].to_bits()),
            (values.to_vec(), scale.to_bits())
        );
    }
    // Where no tile is, nothing is: not an error.
    zone.read_window_into(Window::new(5000, 5000, 3, 3), &Channels::All, &mut out).unwrap();
    assert_eq!(out.view().count(ScaleLimit::default()).infinite, 9);
    assert!(zones.zone(32, year, &Region::new(6.0, 88.8, 6.3, 89.0).unwrap()).unwrap().is_none());
    let boxes: Vec<_> = zones.boxes(year).iter().map(ToString::to_string).collect();
    assert_eq!(boxes, ["0,88.8,0.3,89"]);
}

#[test]
fn a_tile_is_found_where_it_reaches_beyond_its_cell() {
    let few = Few(vec![NAMES[0]]);
    let (zones, year) = (ArchiveZones::new(&few), Year::new(2024).unwrap());
    // The box of pixels around the slanted cell 0.0…0.1 covers part of its neighbour.
    let beside =
        |west: f64| zones.zone(31, year, &Region::new(west, 88.82, west + 0.02, 88.84).unwrap()).unwrap();
    assert!(beside(0.11).is_some());
    assert!(beside(3.0).is_none());
}
