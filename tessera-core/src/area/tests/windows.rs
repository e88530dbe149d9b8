use proptest::prelude::*;

use super::{area, region, star};
use crate::area::footprint::Footprint;
use crate::area::longitude::{normal, zone_of};
use crate::{Area, PixelGrid, Region, UtmProjection, Window};

/// The smallest window, by looking at every pixel around the middle.
fn slow_window(area: &Area, grid: &PixelGrid, reach: usize) -> Option<Window> {
    let utm = UtmProjection::new(grid.zone()).unwrap();
    let (lon, lat) = area.middle();
    let (row, col) = grid.pixel_at_lon_lat(&utm, lon, lat)?;
    let around = Window::new(row.saturating_sub(reach), col.saturating_sub(reach), 2 * reach, 2 * reach);
    let inside = around.clip(grid.rows(), grid.cols())?.split(1, 1).filter(|pixel| {
        let (lon, lat) = grid.lon_lat(&utm, pixel.row, pixel.col).unwrap();
        zone_of(lon) == grid.zone().number() && area.contains(lon, lat)
    });
    inside.reduce(Window::hull)
}

/// Longitudes that are interesting: borders of zones, the antimeridian, anywhere.
fn any_lon() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-30..=30_i32, -0.002..0.002_f64).prop_map(|(k, off)| normal(f64::from(k) * 6.0 + off)),
        -180.0..180.0_f64,
    ]
}

fn any_lat() -> impl Strategy<Value = f64> {
    prop_oneof![-0.001..0.001_f64, -89.99..89.99_f64, 89.9..89.99_f64, -84.0..84.0_f64]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_window_of_a_box_is_the_smallest(lon in any_lon(), lat in any_lat(), width in 0.0..0.006_f64, height in 0.0..0.005_f64, south_crs: bool) {
        // As many metres in the north as at the equator.
        let width = (width / lat.to_radians().cos()).min(1.0);
        let east = if lon + width > 180.0 { normal(lon + width) } else { lon + width };
        let area = Area::from(Region::new(lon, lat, east, (lat + height).min(90.0)).unwrap());
        let mut windows = 0;
        for number in area.zones() {
            let mut grid = PixelGrid::of_zone(number).unwrap();
            if south_crs {
                grid = grid.in_hemisphere(crate::Hemisphere::South);
            }
            let found = area.found_in(&grid).unwrap();
            windows += usize::from(found.is_some());
            match (slow_window(&area, &grid, 100), found) {
                (Some(slow), found) => prop_assert_eq!(found.map(|f| (f.window, f.stands_in)), Some((slow, false))),
                (None, Some(found)) => {
                    let (row, col) = grid.pixel_at_lon_lat(&UtmProjection::new(grid.zone()).unwrap(), area.middle().0, area.middle().1).unwrap();
                    prop_assert!(found.stands_in);
                    prop_assert_eq!(found.window, Window::new(row, col, 1, 1));
                }
                (None, None) => {}
            }
        }
        prop_assert!(windows >= 1, "an area without any pixel");
    }

    #[test]
    fn the_window_of_polygons_is_the_smallest(lon in any_lon(), lat in -80.0..80.0_f64, radii in prop::collection::vec(0.0..0.003_f64, 3..12)) {
        let area = area(&star((lon, lat), &radii));
        let mut windows = 0;
        for number in area.zones() {
            let grid = PixelGrid::of_zone(number).unwrap();
            let found = area.found_in(&grid).unwrap();
            windows += usize::from(found.is_some());
            if found.is_none_or(|found| !found.stands_in) {
                prop_assert_eq!(found.map(|f| f.window), slow_window(&area, &grid, 120));
            }
        }
        prop_assert!(windows >= 1);
    }

    #[test]
    fn what_is_outside_is_found(lon in any_lon(), lat in -80.0..80.0_f64, radii in prop::collection::vec(0.0..0.004_f64, 3..12), boxed: bool) {
        let shape = area(&star((lon, lat), &radii));
        let shape = if boxed { Area::from(shape.region()) } else { shape };
        let grid = PixelGrid::of_zone(zone_of(lon)).unwrap();
        let utm = UtmProjection::new(grid.zone()).unwrap();
        let (row, col) = grid.pixel_at_lon_lat(&utm, normal(lon), lat).unwrap();
        let window = Window::new(row - 60, col - 60, 120, 150);
        let footprint = Footprint::new(&shape, grid).unwrap();
        let mut outside = std::collections::HashSet::new();
        let split = footprint.split(window).unwrap();
        prop_assert_eq!(split.inside, footprint.window().unwrap().and_then(|own| own.intersect(&window)));
        for part in split.outside {
            for pixel in part.split(1, 1) {
                prop_assert!(window.intersect(&pixel).is_some() && outside.insert(pixel));
            }
        }
        for pixel in window.split(1, 1) {
            let (lon, lat) = grid.lon_lat(&utm, pixel.row, pixel.col).unwrap();
            let inside = zone_of(lon) == grid.zone().number() && shape.contains(lon, lat);
            prop_assert_eq!(inside, !outside.contains(&pixel));
        }
    }
}

#[test]
fn small_areas_have_one_pixel() {
    for (lon, lat) in
        [(5.999_999_9, 10.0), (6.0, -10.0), (180.0, 0.0), (-180.0, 0.0), (0.0, 89.9999), (33.3, 0.0)]
    {
        let point = Area::from(Region::new(lon, lat, lon, lat).unwrap());
        let windows = (1..=60).filter_map(|n| point.window_in(&PixelGrid::of_zone(n).unwrap()).unwrap());
        assert_eq!(windows.map(|window| window.pixels()).collect::<Vec<_>>(), [1], "{lon} {lat}");
    }
    let line = area(&[(10.0, 50.0), (10.0, 50.000_001), (10.0, 50.000_002)]);
    assert_eq!(line.zones(), [32]);
    assert_eq!(line.window_in(&PixelGrid::of_zone(32).unwrap()).unwrap().unwrap().pixels(), 1);
}

#[test]
fn great_areas_are_measured_quickly() {
    let grid = PixelGrid::of_zone(31).unwrap();
    let world = Area::from(Region::WORLD).window_in(&grid).unwrap().unwrap();
    // 3° either side of the meridian at the equator are 333.98 km, and the quadrant 9997.96 km; within 95 m of a pole
    // no centre lies between the borders.
    assert_eq!((world.rows, world.cols), (1_999_574, 66_796));
    let cap = Area::from(region("0,85,6,90")).window_in(&grid).unwrap().unwrap();
    assert_eq!(cap.row, world.row);
    // A coast of 200,000 corners.
    let radii: Vec<f64> = (0..200_000).map(|k| 1.0 + f64::from(k * 7919 % 101) / 1000.0).collect();
    let island = area(&star((3.0, 45.0), &radii));
    let window = island.window_in(&grid).unwrap().unwrap();
    assert!(window.rows > 22_000 && window.cols > 15_000);
}
