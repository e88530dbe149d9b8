use super::*;
use proptest::prelude::*;

use crate::area::longitude::normal;
use crate::{Hemisphere, UtmZone};

/// Half the circumference of the equator in EPSG:3857, in degrees of it.
const METRES_A_DEGREE: f64 = 20_037_508.342_789_244 / 180.0;

/// How far, in metres, cells are put from where they are; and how many were looked at.
fn error(raster: &RasterGrid, zone: UtmZone) -> (f64, usize) {
    let grid = PixelGrid::of_zone(zone.number()).unwrap().in_hemisphere(zone.hemisphere());
    let lookup = PixelLookup::new(raster, 0..raster.cols(), &grid).unwrap();
    let utm = UtmProjection::new(zone).unwrap();
    let projection = raster.crs().projection().unwrap();
    let (mut most, mut seen) = (0.0_f64, 0);
    for row in (0..raster.rows()).step_by(5).chain([raster.rows() - 1]) {
        lookup.places(row, |col, (r, c)| {
            seen += 1;
            if col % 7 != 0 && col + 1 != raster.cols() {
                return;
            }
            let (x, y) = raster.center(row, col);
            let (lon, lat) = projection.unproject(x, y).unwrap();
            let (easting, northing) = utm.project(lon, lat).unwrap();
            let found = (grid.west() + c * 10.0, grid.north() - r * 10.0);
            most = most.max((found.0 - easting).hypot(found.1 - northing));
        });
    }
    (most, seen)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cells_are_put_within_two_centimetres(lon in -180.0..180.0_f64, lat in -84.0..84.0_f64, edge in -3.0..3.0_f64,
            near_edge: bool, web: bool, size in 5.0..20.0_f64, rows in 1..150_usize, cols in 1..150_usize) {
        let zone = UtmZone::containing(lon, lat);
        // Anywhere in the zone, or a hair beside one of its borders, on either side.
        let lon = if near_edge { zone.central_meridian() + edge.signum() * 3.0 + edge * 1e-3 } else { lon };
        let (crs, corner, step) = if web {
            let y = lat.to_radians().tan().asinh().to_degrees();
            (Crs::WebMercator, (lon * METRES_A_DEGREE, y * METRES_A_DEGREE), size)
        } else {
            (Crs::LonLat, (lon, lat), size / METRES_A_DEGREE)
        };
        let raster = RasterGrid::new(crs, corner, (step, step), rows, cols).unwrap();
        let (most, seen) = error(&raster, zone);
        prop_assert!(most < 0.02, "{most} m");
        prop_assert!(seen >= cols);
    }
}

#[test]
fn nodes_are_set_closer_where_cells_are_large() {
    for step in [0.0001, 0.001, 0.01, 0.1] {
        let raster = RasterGrid::new(Crs::LonLat, (-2.0, 47.0), (step, step), 40, 50).unwrap();
        let (most, seen) = error(&raster, UtmZone::containing(1.0, 45.0));
        assert!(most < 0.02 && seen == 9 * 50, "{step}: {most} m");
    }
}

#[test]
fn the_poles_are_near_enough_and_nothing_lies_beyond_them() {
    for (north, hemisphere) in [(90.01, Hemisphere::North), (-89.99, Hemisphere::South)] {
        let raster = RasterGrid::new(Crs::LonLat, (3.0, north), (0.0001, 0.0001), 200, 100).unwrap();
        let zone = UtmZone::new(31, hemisphere).unwrap();
        let (most, seen) = error(&raster, zone);
        assert!(most < 0.02, "{most} m");
        // Half of the rows, of which every fifth and the last were looked at.
        let last = usize::from(hemisphere == Hemisphere::North);
        assert_eq!(seen, (20 + last) * 100);
    }
}

#[test]
fn pixels_are_those_of_an_exact_projection() {
    let zone = UtmZone::containing(179.9, -16.0);
    let grid = PixelGrid::of_tile("grid_179.95_-16.55".parse().unwrap()).unwrap();
    let utm = UtmProjection::new(zone).unwrap();
    // It begins beside the tile, and goes on beyond the antimeridian.
    let raster = RasterGrid::new(Crs::LonLat, (179.85, -16.48), (0.0003, 0.0003), 300, 600).unwrap();
    let lookup = PixelLookup::new(&raster, 0..9999, &grid).unwrap();
    let (mut found, mut apart, mut window) = (0, 0, None::<Window>);
    for row in 0..raster.rows() {
        let mut pixels = vec![None; raster.cols()];
        lookup.for_row(row, |col, pixel| pixels[col] = Some(pixel));
        for (col, pixel) in pixels.into_iter().enumerate() {
            let (lon, lat) = raster.center(row, col);
            apart += usize::from(pixel != grid.pixel_at_lon_lat(&utm, normal(lon), lat));
            let Some((r, c)) = pixel else { continue };
            found += 1;
            let one = Window::new(r, c, 1, 1);
            window = Some(window.map_or(one, |all| all.hull(one)));
        }
    }
    assert!(found > 50_000 && apart < found / 1000, "{apart} of {found}");
    let (all, hull) = (lookup.window().unwrap(), window.unwrap());
    assert_eq!(all, all.hull(hull));
    assert!(all.rows < hull.rows + 40 && all.cols < hull.cols + 40, "{all:?} {hull:?}");
}

#[test]
fn a_raster_elsewhere_shows_no_pixel() {
    let grid = PixelGrid::of_tile("grid_0.15_52.05".parse().unwrap()).unwrap();
    let raster = RasterGrid::new(Crs::LonLat, (0.1, 51.0), (0.0001, 0.0001), 10, 10).unwrap();
    let lookup = PixelLookup::new(&raster, 0..10, &grid).unwrap();
    assert_eq!(lookup.window(), None);
    for row in 0..20 {
        lookup.for_row(row, |_, _| panic!("a pixel"));
    }
    let none = PixelLookup::new(&raster, 4..4, &grid).unwrap();
    assert_eq!(none.window(), None);
    none.for_row(3, |_, _| panic!("a pixel"));
}
