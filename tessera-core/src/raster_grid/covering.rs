//! The raster that an area asks for.

use geo_types::{Rect, coord};

use super::{RasterGrid, RasterGridError};
use crate::area::longitude::normal;
use crate::area::utm_box::UtmBox;
use crate::{Area, Crs, Region, UtmProjection, UtmZone};

/// How far from its central meridian a UTM zone is still used, in degrees.
const REACH: f64 = 60.0;
/// The latitude at which the square of Web Mercator ends.
const WEB_EDGE: f64 = 85.051_128_779_806_6;

impl RasterGrid {
    /// The raster of square cells that covers the box around an area, in the unit of the CRS: degrees or metres. Its
    /// edges are multiples of the resolution, so that neighbouring answers share their cells.
    ///
    /// # Errors
    /// A resolution that is not above 0, more cells than can be, or an area out of reach: more than 60° from the
    /// meridian of a UTM zone, or beyond the square of Web Mercator (85.05°), which cuts what is partly beyond.
    ///
    /// ```
    /// use tessera_core::{Area, Crs, RasterGrid, Region};
    ///
    /// let fiji = Area::from(Region::new(177.0, -19.0, -178.0, -16.0)?);
    /// let grid = RasterGrid::covering(&fiji, Crs::LonLat, 0.1)?;
    /// assert_eq!((grid.west(), grid.north(), grid.rows(), grid.cols()), (177.0, -16.0, 30, 50));
    /// let utm = RasterGrid::covering(&fiji, "EPSG:32760".parse()?, 10.0)?;
    /// assert_eq!((utm.west() % 10.0, utm.north() % 10.0), (0.0, 0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn covering(area: &Area, crs: Crs, resolution: f64) -> Result<Self, RasterGridError> {
        if !resolution.is_finite() || resolution <= 0.0 {
            return Err(RasterGridError::Step { x: resolution, y: resolution });
        }
        let region = area.region();
        let bounds = match crs {
            Crs::LonLat => on_from_west(&region),
            Crs::WebMercator => web_bounds(&region)?,
            Crs::Utm(zone) => utm_bounds(&region, zone)?,
        };
        let (low, high) = (bounds.min(), bounds.max());
        let (west, east) = (near_whole(low.x / resolution).floor(), near_whole(high.x / resolution).ceil());
        let (south, north) = (near_whole(low.y / resolution).floor(), near_whole(high.y / resolution).ceil());
        // A box without width is in one cell. The casts saturate, and what is too much is refused.
        let (rows, cols) = ((north - south).max(1.0) as usize, (east - west).max(1.0) as usize);
        let north = north.max(south + 1.0);
        Self::new(
            crs,
            (edge(west, resolution), edge(north, resolution)),
            (resolution, resolution),
            rows,
            cols,
        )
    }
}

/// A whole number of steps; where a step is a part of 1, as 0.001 is, by dividing, which gives the decimal that a
/// person would write.
fn edge(steps: f64, resolution: f64) -> f64 {
    let parts = (1.0 / resolution).round();
    if parts > 1.0 && 1.0 / parts == resolution { steps / parts } else { steps * resolution }
}

/// The nearest integer, where that is within a millionth: 0.3 / 0.1 is 3.
fn near_whole(steps: f64) -> f64 {
    let whole = steps.round();
    if (steps - whole).abs() < 1e-6 { whole } else { steps }
}

/// The box with an eastern edge that goes on beyond 180.
fn on_from_west(region: &Region) -> Rect<f64> {
    let east = if region.crosses_antimeridian() { region.east() + 360.0 } else { region.east() };
    Rect::new(coord! { x: region.west(), y: region.south() }, coord! { x: east, y: region.north() })
}

fn web_bounds(region: &Region) -> Result<Rect<f64>, RasterGridError> {
    let far = RasterGridError::Far {
        region: *region,
        crs: Crs::WebMercator,
        expected: "latitudes between -85.05 and 85.05",
    };
    let degrees = on_from_west(region);
    let (south, north) = (degrees.min().y.max(-WEB_EDGE), degrees.max().y.min(WEB_EDGE));
    let web = Crs::WebMercator.projection()?;
    let corners = (web.project(degrees.min().x, south), web.project(degrees.max().x, north));
    match corners {
        (Some((west, south_y)), Some((east, north_y))) if south <= north => {
            Ok(Rect::new(coord! { x: west, y: south_y }, coord! { x: east, y: north_y }))
        }
        _ => Err(far),
    }
}

fn utm_bounds(region: &Region, zone: UtmZone) -> Result<Rect<f64>, RasterGridError> {
    let degrees = on_from_west(region);
    // From the meridian, the way that is shorter to the middle.
    let middle = normal(degrees.center().x - zone.central_meridian());
    let (west, east) = (middle - degrees.width() / 2.0, middle + degrees.width() / 2.0);
    if west < -REACH || east > REACH {
        return Err(RasterGridError::Far {
            region: *region,
            crs: Crs::Utm(zone),
            expected: "longitudes within 60° of its central meridian",
        });
    }
    let boxes = UtmBox::new(UtmProjection::new(zone)?)?;
    let own = Rect::new(coord! { x: west, y: region.south() }, coord! { x: east, y: region.north() });
    Ok(boxes.metres(&own)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn covers_the_box_and_no_more(w in -180.0..179.0_f64, s in -80.0..79.0_f64, width in 0.0..20.0_f64, height in 0.0..1.0_f64,
                at in (0.0..=1.0_f64, 0.0..=1.0_f64), step in 1..400_u32) {
            let region = Region::new(w, s, normal(w + width), s + height).unwrap();
            let area = Area::from(region);
            let zone = UtmZone::containing(w, s);
            let (lon, lat) = (w + width * at.0, s + height * at.1);
            for (crs, resolution) in [(Crs::LonLat, f64::from(step) / 1000.0), (Crs::LonLat, 1.0 / f64::from(step)),
                    (Crs::WebMercator, f64::from(step) * 10.0), (Crs::Utm(zone), f64::from(step) * 10.0)] {
                let grid = RasterGrid::covering(&area, crs, resolution).unwrap();
                let (x, y) = crs.projection().unwrap().project(lon, lat).unwrap();
                let (row, col) = grid.place(x, y);
                prop_assert!(-1e-5 < row && row < grid.rows() as f64 + 1e-5 && -1e-5 < col && col < grid.cols() as f64 + 1e-5);
                prop_assert!((grid.west() / resolution - (grid.west() / resolution).round()).abs() < 1e-6);
                // Neighbouring answers share their cells.
                let other = RasterGrid::covering(&Area::from(Region::new(w, s, w, s).unwrap()), crs, resolution).unwrap();
                let apart = (grid.west() - other.west()) / resolution;
                prop_assert!((apart - apart.round()).abs() < 1e-6);
                prop_assert_eq!((other.rows(), other.cols()), (1, 1));
            }
            let lonlat = RasterGrid::covering(&area, Crs::LonLat, 0.1).unwrap();
            prop_assert!(lonlat.cols() as f64 <= width * 10.0 + 2.0 && lonlat.rows() as f64 <= height * 10.0 + 2.0);
        }
    }

    #[test]
    fn refuses_what_is_out_of_reach() {
        let of = |text: &str, crs: &str, resolution| {
            RasterGrid::covering(
                &Area::from(text.parse::<Region>().unwrap()),
                crs.parse().unwrap(),
                resolution,
            )
        };
        assert!(matches!(of("0,86,1,87", "EPSG:3857", 10.0), Err(RasterGridError::Far { .. })));
        assert!(of("0,84,1,87", "EPSG:3857", 10.0).is_ok());
        assert!(matches!(of("100,0,101,1", "EPSG:32631", 10.0), Err(RasterGridError::Far { .. })));
        assert!(of("100,0,101,1", "EPSG:4326", 0.0).is_err());
        assert!(of("100,0,101,1", "EPSG:4326", f64::NAN).is_err());
        assert!(matches!(of("100,0,101,1", "EPSG:4326", 1e-300), Err(RasterGridError::Shape { .. })));
        assert_eq!(of("-180,-90,180,90", "EPSG:4326", 0.5).unwrap().rows(), 360);
    }
}
