//! What a pyramid of pictures says about itself.

use serde_json::{Map, Value, json};
use tessera_core::{PyramidGrid, Year};

use super::RgbPyramidError;
use crate::attributes::conventions::{proj, spatial};

const TITLE: &str = "title";
const YEAR: &str = "year";
/// The attributes that follow from the grid.
const OF_GRID: [&str; 7] = [
    "zarr_conventions",
    "spatial:dimensions",
    "spatial:bbox",
    "spatial:transform_type",
    "spatial:registration",
    "proj:code",
    "multiscales",
];

/// What the pictures of a pyramid are: the attributes of the group beside those that follow from its grid.
///
/// ```
/// use tessera_zarr::PyramidAttributes;
///
/// let mut attributes = PyramidAttributes::new("TESSERA 2024, three components");
/// attributes.extra.insert("explained_variance_ratio".to_owned(), vec![0.41, 0.2, 0.11].into());
/// assert_eq!(attributes.year, None);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PyramidAttributes {
    /// The attribute `title`.
    pub title: String,
    /// The attribute `year`, left out where the pictures are of none or it is not known.
    pub year: Option<Year>,
    /// All others: the dataset, the basis, the legend.
    pub extra: Map<String, Value>,
}

impl PyramidAttributes {
    /// Pictures of this title, of which nothing more is said.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), year: None, extra: Map::new() }
    }

    /// Refuses what would take the place of an attribute of the group's own.
    pub(super) fn check(&self) -> Result<(), RgbPyramidError> {
        let taken = |key: &&String| OF_GRID.contains(&key.as_str()) || [TITLE, YEAR].contains(&key.as_str());
        match self.extra.keys().find(taken) {
            Some(key) => Err(RgbPyramidError::Reserved { key: key.clone() }),
            None => Ok(()),
        }
    }

    /// All attributes of the group.
    pub(super) fn of_group(&self, grid: &PyramidGrid) -> Map<String, Value> {
        let mut out = place(&[spatial(), proj(), multiscales()]);
        out.insert(
            "multiscales".to_owned(),
            json!({
                "layout": (0..grid.levels()).map(|level| layout(grid, level)).collect::<Vec<_>>(),
                "resampling_method": "mean",
            }),
        );
        self.put(&mut out);
        out
    }

    /// The attributes of a group that has others now; those that follow from its grid stay.
    pub(super) fn in_place_of(&self, old: &Map<String, Value>) -> Map<String, Value> {
        let kept = old.iter().filter(|(key, _)| OF_GRID.contains(&key.as_str()));
        let mut out = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
        self.put(&mut out);
        out
    }

    fn put(&self, out: &mut Map<String, Value>) {
        out.insert(TITLE.to_owned(), json!(self.title));
        if let Some(year) = self.year {
            out.insert(YEAR.to_owned(), json!(year.number()));
        }
        out.extend(self.extra.clone());
    }

    /// What the attributes of a group say.
    pub(super) fn of(attributes: &Map<String, Value>) -> Self {
        let year = attributes.get(YEAR).and_then(Value::as_u64).and_then(|year| u16::try_from(year).ok());
        let year = year.and_then(|year| Year::new(year).ok());
        let own = |key: &str| OF_GRID.contains(&key) || key == TITLE || (key == YEAR && year.is_some());
        let extra = attributes.iter().filter(|(key, _)| !own(key));
        Self {
            title: attributes.get(TITLE).and_then(Value::as_str).unwrap_or_default().to_owned(),
            year,
            extra: extra.map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }
}

/// The attributes of the group of one level: where its pixels lie, for those who open it alone.
pub(super) fn of_level(grid: &PyramidGrid, level: u8) -> Map<String, Value> {
    let mut out = place(&[spatial(), proj()]);
    out.insert("spatial:shape".to_owned(), shape(grid, level));
    out.insert("spatial:transform".to_owned(), transform(grid, level));
    out
}

/// The world in degrees, and the conventions that say so.
fn place(conventions: &[Value]) -> Map<String, Value> {
    let attributes = [
        ("spatial:dimensions", json!(["lat", "lon"])),
        ("spatial:bbox", json!([-180.0, -90.0, 180.0, 90.0])),
        ("spatial:transform_type", json!("affine")),
        ("spatial:registration", json!("pixel")),
        ("zarr_conventions", json!(conventions)),
        ("proj:code", json!("EPSG:4326")),
    ];
    attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What the convention `multiscales` says of a level: how it came from the one before, and where it lies.
fn layout(grid: &PyramidGrid, level: u8) -> Value {
    let scale = if level == 0 { 1.0 } else { 2.0 };
    let mut out = json!({"asset": level.to_string()});
    if level > 0 {
        out["derived_from"] = json!((level - 1).to_string());
    }
    out["transform"] = json!({"scale": [scale, scale], "translation": [0.0, 0.0]});
    if level > 0 {
        out["resampling_method"] = json!("mean");
    }
    out["spatial:shape"] = shape(grid, level);
    out["spatial:transform"] = transform(grid, level);
    out
}

/// Rows and columns.
pub(super) fn shape(grid: &PyramidGrid, level: u8) -> Value {
    let (rows, cols) = grid.shape(level);
    json!([rows, cols])
}

/// Rows and columns as geotessera has them, which leaves out what a half would be left of: as many chunks cover them.
pub(super) fn rounded_down(grid: &PyramidGrid, level: u8) -> Value {
    let (rows, cols) = grid.shape(0);
    json!([rows >> level, cols >> level])
}

/// From columns and rows to longitude and latitude.
pub(super) fn transform(grid: &PyramidGrid, level: u8) -> Value {
    let (step, (west, north)) = (grid.step(level), grid.corner());
    json!([step, 0.0, west, 0.0, -step, north])
}

fn multiscales() -> Value {
    json!({
        "uuid": "d35379db-88df-4056-af3a-620245f8e347",
        "name": "multiscales",
        "description": "Multiscale layout of zarr datasets",
        "schema_url": "https://raw.githubusercontent.com/zarr-conventions/multiscales/refs/tags/v0.1/schema.json",
        "spec_url": "https://github.com/zarr-conventions/multiscales/blob/v0.1/README.md",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let grid = PyramidGrid::lon_lat(3).unwrap();
        let mut attributes = PyramidAttributes::new("Previews");
        attributes.extra.insert("dataset".to_owned(), json!("v1"));
        for year in [None, Some(Year::new(2024).unwrap())] {
            attributes.year = year;
            assert_eq!(PyramidAttributes::of(&attributes.of_group(&grid)), attributes);
        }
        // A year of another kind is kept as it is.
        attributes.year = None;
        let mut group = attributes.of_group(&grid);
        group.insert(YEAR.to_owned(), json!("2023 and 2024"));
        assert_eq!(PyramidAttributes::of(&group).extra[YEAR], "2023 and 2024");
    }

    #[test]
    fn names_that_are_taken_are_refused() {
        for key in ["multiscales", "title", "year", "proj:code"] {
            let mut attributes = PyramidAttributes::new("Previews");
            attributes.extra.insert(key.to_owned(), json!(1));
            let told = attributes.check().unwrap_err().to_string();
            assert!(told.contains(key), "{told}");
        }
    }
}
