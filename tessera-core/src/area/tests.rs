mod windows;

use geo_types::{Coord, LineString, MultiPolygon, Polygon, Rect};
use proptest::prelude::*;

use super::longitude::{normal, zone_of};
use super::{Area, AreaError, Cover};
use crate::{Region, UtmZone};

fn ring(corners: &[(f64, f64)]) -> Polygon<f64> {
    Polygon::new(LineString::from(corners.to_vec()), vec![])
}

fn area(corners: &[(f64, f64)]) -> Area {
    Area::polygons(&MultiPolygon::from(ring(corners))).unwrap()
}

fn region(text: &str) -> Region {
    text.parse().unwrap()
}

/// A star around a point: any order of radii gives a ring that does not cross itself.
fn star(at: (f64, f64), radii: &[f64]) -> Vec<(f64, f64)> {
    let corner = |(k, radius): (usize, &f64)| {
        let angle = k as f64 / radii.len() as f64 * std::f64::consts::TAU;
        (at.0 + radius * angle.cos(), at.1 + radius * angle.sin())
    };
    radii.iter().enumerate().map(corner).collect()
}

/// Even-odd as it is written in books, on a plane.
fn plain_contains(corners: &[(f64, f64)], lon: f64, lat: f64) -> bool {
    let mut inside = false;
    for (k, a) in corners.iter().enumerate() {
        let b = corners[(k + 1) % corners.len()];
        if (a.1 > lat) != (b.1 > lat) && lon < (b.0 - a.0) * (lat - a.1) / (b.1 - a.1) + a.0 {
            inside = !inside;
        }
    }
    inside
}

proptest! {
    #[test]
    fn points_are_inside_as_on_a_plane(at in (-100.0..100.0_f64, -40.0..40.0_f64), radii in prop::collection::vec(0.1..45.0_f64, 3..40),
            points in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 40), far in -180.0..180.0_f64) {
        let corners = star(at, &radii);
        // A longer step than 180° would mean the short way.
        prop_assume!(corners.iter().zip(corners.iter().cycle().skip(1)).all(|(a, b)| (a.0 - b.0).abs() < 180.0));
        let plain = area(&corners);
        // The same, elsewhere around the Earth, written within -180..180.
        let moved: Vec<_> = corners.iter().map(|c| (normal(c.0 + far), c.1)).collect();
        let moved = area(&moved);
        for (u, v) in points {
            let (lon, lat) = (at.0 + u * 50.0, at.1 + v * 50.0);
            let expected = plain_contains(&corners, lon, lat);
            prop_assert_eq!(plain.contains(lon, lat), expected);
            prop_assert_eq!(moved.contains(lon + far, lat), expected);
            if expected {
                prop_assert!(plain.region().contains(lon, lat) && moved.region().contains(normal(lon + far), lat));
                prop_assert!(moved.in_zone(zone_of(lon + far)).unwrap().contains(normal(lon + far), lat));
            }
        }
    }

    #[test]
    fn what_covers_a_box_holds_its_points(at in (-180.0..180.0_f64, -60.0..60.0_f64), radii in prop::collection::vec(0.1..30.0_f64, 3..40),
            low in (-180.0..180.0_f64, -90.0..90.0_f64), size in (0.0..20.0_f64, 0.0..20.0_f64),
            points in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 30), boxed: bool) {
        let shape = area(&star(at, &radii));
        let shape = if boxed { Area::from(shape.region()) } else { shape };
        let high = ((low.0 + size.0).min(180.0), (low.1 + size.1).min(90.0));
        let part = Rect::new(Coord { x: low.0, y: low.1 }, Coord { x: high.0, y: high.1 });
        let cover = shape.cover(&part);
        for (u, v) in points {
            let inside = shape.contains(low.0 + (high.0 - low.0) * u, low.1 + (high.1 - low.1) * v);
            prop_assert!(cover == Cover::Part || inside == (cover == Cover::All));
        }
    }

    #[test]
    fn zones_of_a_box_are_those_of_its_cells(west in -1800..1800_i32, width in 0..700_i32, off in prop::sample::select(vec![0.0, 0.03])) {
        let west = f64::from(west) / 10.0 + off;
        let (west, width) = (west.min(180.0), f64::from(width) / 10.0);
        let east = if west + width > 180.0 { west + width - 360.0 } else { west + width };
        let region = Region::new(west, 10.0, east, 10.05).unwrap();
        let area = Area::from(region);
        let mut cells: Vec<u8> = region.tiles().map(|t| UtmZone::of_tile(t).number()).collect();
        cells.dedup();
        prop_assert_eq!(area.zones(), cells);
        let mut wide = 0.0;
        for number in 1..=60 {
            let part = area.in_zone(number);
            prop_assert_eq!(part.is_some(), area.zones().contains(&number));
            wide += part.map_or(0.0, |part| part.east() - part.west());
        }
        prop_assert!((wide - width).abs() < 1e-6, "{} {}", wide, width);
    }
}

#[test]
fn rings_around_a_pole_are_closed_over_it() {
    let lons = [-150.0, -60.0, 30.0, 120.0];
    for (lat, turn) in [(70.0, 1.0), (70.0, -1.0), (-70.0, 1.0), (-70.0, -1.0)] {
        let corners: Vec<_> = lons.iter().map(|lon| (lon * turn, lat)).collect();
        let cap = area(&corners);
        for lon in [-180.0, -179.0, 0.0, 30.0, 179.9] {
            assert!(
                cap.contains(lon, lat * 1.1)
                    && !cap.contains(lon, lat * 0.9)
                    && !cap.contains(lon, -lat * 1.1)
            );
            assert!(cap.contains(lon, 89.999_f64.copysign(lat)));
        }
        let (south, north) = if lat > 0.0 { (lat, 90.0) } else { (-90.0, lat) };
        assert_eq!(cap.region(), Region::new(-180.0, south, 180.0, north).unwrap());
        assert_eq!(cap.zones(), (1..=60).collect::<Vec<_>>());
    }
    // Longitudes that run on past 180 mean the same.
    let on = area(&[(0.0, 70.0), (100.0, 70.0), (200.0, 70.0), (300.0, 70.0)]);
    assert!(on.contains(-10.0, 80.0) && !on.contains(-10.0, 60.0));
    // A hole around the pole.
    let hole = LineString::from(vec![(0.0, 80.0), (120.0, 80.0), (-120.0, 80.0)]);
    let outer = LineString::from(vec![(0.0, 70.0), (120.0, 70.0), (-120.0, 70.0)]);
    let band = Area::polygons(&MultiPolygon::from(Polygon::new(outer, vec![hole]))).unwrap();
    assert!(band.contains(179.0, 75.0) && !band.contains(179.0, 85.0) && !band.contains(179.0, 65.0));
    assert_eq!(band.region(), region("-180,70,180,80"));
}

#[test]
fn steps_around_the_whole_earth() {
    // As map makers write Antarctica: along the antimeridian to the pole and back.
    let coast = [(-180.0, -84.0), (-90.0, -70.0), (0.0, -75.0), (90.0, -66.0), (180.0, -84.0)];
    let written: Vec<_> = coast.into_iter().chain([(180.0, -90.0), (-180.0, -90.0)]).collect();
    for antarctica in [area(&written), area(&coast)] {
        assert!(antarctica.contains(-179.0, -89.0) && antarctica.contains(90.0, -67.0));
        assert!(!antarctica.contains(-90.0, -69.0) && !antarctica.contains(180.0, -83.0));
        assert_eq!(antarctica.region(), region("-180,-90,180,-66"));
    }
    let world = area(&[(-180.0, -90.0), (180.0, -90.0), (180.0, 90.0), (-180.0, 90.0)]);
    let band = area(&[(-180.0, 50.0), (180.0, 50.0), (180.0, 60.0), (-180.0, 60.0)]);
    for lon in [-180.0, -90.0, 0.0, 179.9] {
        assert!(world.contains(lon, 0.0) && world.contains(lon, 89.0) && world.contains(lon, -90.0));
        assert!(
            band.contains(lon, 50.0)
                && band.contains(lon, 59.0)
                && !band.contains(lon, 61.0)
                && !band.contains(lon, 0.0)
        );
    }
    assert_eq!((world.region(), band.region()), (Region::WORLD, region("-180,50,180,60")));
    assert_eq!(world.zones().len(), 60);
    assert_eq!(world.in_zone(60), Some(region("174,-90,180,90")));
}

#[test]
fn polygons_cut_at_the_antimeridian_are_one() {
    let east = ring(&[(177.0, -19.0), (180.0, -19.0), (180.0, -16.0), (177.0, -16.0)]);
    let west = ring(&[(-180.0, -19.0), (-178.0, -19.0), (-178.0, -16.0), (-180.0, -16.0)]);
    let fiji = Area::polygons(&MultiPolygon::new(vec![east.clone(), west])).unwrap();
    for lon in [177.0, 179.999, 180.0, -180.0, -178.001] {
        assert!(fiji.contains(lon, -17.0), "{lon}");
    }
    assert!(!fiji.contains(176.9, -17.0) && !fiji.contains(-178.0, -17.0));
    assert_eq!((fiji.region(), fiji.zones()), (region("177,-19,-178,-16"), vec![60, 1]));
    // One half ends at 180, and is in zone 60 alone.
    let half = Area::polygons(&MultiPolygon::from(east)).unwrap();
    assert_eq!((half.region(), half.zones()), (region("177,-19,180,-16"), vec![60]));
    assert!(!half.contains(180.0, -17.0) && half.contains(179.999, -17.0));
    // Longitudes past 180, and a hole that is written on the other side.
    let hole = LineString::from(vec![(-179.0, -18.0), (-178.5, -18.0), (-178.5, -17.0), (-179.0, -17.0)]);
    let past = LineString::from(vec![(177.0, -19.0), (182.0, -19.0), (182.0, -16.0), (177.0, -16.0)]);
    let past = Area::polygons(&MultiPolygon::from(Polygon::new(past, vec![hole]))).unwrap();
    assert!(past.contains(-179.5, -17.5) && !past.contains(-178.7, -17.5) && past.contains(-178.7, -16.5));
    assert_eq!(past.region(), region("177,-19,-178,-16"));
    // Too wide to cross the antimeridian as a box.
    let wide =
        area(&[(100.0, 0.0), (180.0, 0.0), (-110.0, 0.0), (-50.0, 10.0), (-110.0, 10.0), (180.0, 10.0)]);
    assert_eq!(wide.region(), region("-180,0,180,10"));
}

#[test]
fn refuses_what_is_not_an_area() {
    let of = |polygons| Area::polygons(&MultiPolygon::new(polygons)).unwrap_err();
    assert_eq!(of(vec![]), AreaError::Empty);
    assert_eq!(of(vec![ring(&[(0.0, 0.0), (1.0, 1.0)])]), AreaError::Ring { ring: 0, got: 2 });
    assert_eq!(of(vec![ring(&[])]), AreaError::Ring { ring: 0, got: 0 });
    let corner = |lon: f64, lat: f64| of(vec![ring(&[(0.0, 0.0), (1.0, 1.0), (lon, lat)])]);
    assert!(matches!(corner(0.0, 90.1), AreaError::Corner { corner: 2, .. }));
    assert!(matches!(corner(361.0, 0.0), AreaError::Corner { .. }));
    assert!(matches!(corner(f64::NAN, 0.0), AreaError::Corner { .. }));
}
