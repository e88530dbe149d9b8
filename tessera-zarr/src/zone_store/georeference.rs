//! Where the pixels of a zone group lie.

use serde_json::{Map, Value};
use tessera_core::{Hemisphere, PIXEL_SIZE, PixelGrid, UtmZone};

use super::column::StoredColumn;
use super::name::GroupName;
use crate::OpenError;
use crate::group::Group;

/// Metres by which coordinates may be off for lack of digits.
const ROUNDING: f64 = 1e-3;
const CODE: &str = "the code of a UTM zone on WGS 84, as in EPSG:32631";
const TRANSFORM: &str = "six numbers, pixels of 10 m, north up";

/// A group of a zone in its store.
pub(crate) struct Georeference<'a> {
    pub(crate) store: &'a Group,
    /// The path of the group.
    pub(crate) path: &'a str,
    pub(crate) name: GroupName,
    pub(crate) attributes: &'a Map<String, Value>,
}

impl Georeference<'_> {
    /// The grid of rows and columns as the attributes describe it or, where they do not, the coordinates.
    pub(crate) fn grid(&self, rows: u64, cols: u64) -> Result<PixelGrid, OpenError> {
        let zone = self.zone()?;
        let (west, north) = match self.attributes.get("spatial:transform") {
            Some(transform) => {
                corner(transform, self.attributes).ok_or_else(|| self.bad("spatial:transform", TRANSFORM))?
            }
            None => (
                self.edge(&["x", "easting"], cols, PIXEL_SIZE)?,
                self.edge(&["y", "northing"], rows, -PIXEL_SIZE)?,
            ),
        };
        // A number of rows beyond any machine's becomes one beyond any grid's, which is an error.
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        PixelGrid::new(zone, west, north, count(rows), count(cols)).map_err(|e| OpenError::Array {
            name: self.store.bytes.name(),
            array: format!("{}/embeddings", self.path),
            got: e.to_string(),
            expected: "a raster of UTM".into(),
        })
    }

    /// The CRS that an attribute names, else that of the group's name.
    fn zone(&self) -> Result<UtmZone, OpenError> {
        let named = ["proj:code", "proj:epsg", "crs"]
            .into_iter()
            .find_map(|key| Some((key, self.attributes.get(key)?)));
        let Some((key, value)) = named else {
            let hemisphere = self.name.hemisphere.unwrap_or(Hemisphere::North);
            return UtmZone::new(self.name.number, hemisphere).map_err(|_| self.bad("proj:code", CODE));
        };
        let code = match value {
            Value::String(text) => text.strip_prefix("EPSG:").unwrap_or(text).parse().ok(),
            number => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        let zone = code.and_then(|code| UtmZone::from_epsg(code).ok());
        // What a group is called and where it says it lies must be one zone.
        zone.filter(|zone| zone.number() == self.name.number)
            .ok_or_else(|| self.bad(key, "the EPSG code of the UTM zone that the group is named after"))
    }

    /// The edge before the first of the centres of rows or columns, which must be as far apart as pixels are.
    fn edge(&self, names: &[&'static str; 2], length: u64, step: f64) -> Result<f64, OpenError> {
        for name in names {
            let path = format!("{}/{name}", self.path);
            let Some(column) = StoredColumn::open(self.store, &path, length)? else { continue };
            let centres = column.read(self.store.ahead.clone())?.to_floats();
            let first = centres.first().copied().unwrap_or(f64::NAN);
            let fits = |at: usize, centre: f64| (centre - (first + step * at as f64)).abs() < ROUNDING;
            if let Some((at, centre)) = centres.iter().enumerate().find(|(at, centre)| !fits(*at, **centre)) {
                return Err(OpenError::Array {
                    name: self.store.bytes.name(),
                    array: path,
                    got: format!("{centre} at {at} after {first} at 0"),
                    expected: format!("centres of pixels, steps of {step} m"),
                });
            }
            return Ok(((first - step / 2.0) * 1000.0).round() / 1000.0);
        }
        Err(self.bad("spatial:transform", "six numbers, or coordinates of pixels in arrays x and y"))
    }

    /// The error of an attribute that is missing or makes no sense.
    fn bad(&self, attribute: &'static str, expected: &'static str) -> OpenError {
        let got = self.attributes.get(attribute).map_or("missing".into(), Value::to_string);
        OpenError::Attribute {
            name: format!("{}/{}", self.store.bytes.name(), self.path),
            attribute,
            got,
            expected,
        }
    }
}

/// West and north of a transform of square pixels of 10 m.
fn corner(transform: &Value, attributes: &Map<String, Value>) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = transform.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    let &[a, b, west, d, e, north] = numbers.as_slice() else { return None };
    let of_corners = attributes.get("spatial:registration").is_none_or(|value| value == "pixel");
    ([a, b, d, e] == [PIXEL_SIZE, 0.0, 0.0, -PIXEL_SIZE] && of_corners).then_some((west, north))
}
