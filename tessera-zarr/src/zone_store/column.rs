//! The numbers of a coordinate.

use std::sync::Arc;

use serde_json::{Value, json};
use tessera_core::{ByteRanges, PixelGrid};
use zarrs::array::ElementOwned;

use crate::OpenError;
use crate::general::General;
use crate::group::Group;

/// The types of numbers that are read.
const TYPES: [&str; 9] =
    ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "float32", "float64"];

/// The numbers of an array of one dimension.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Column {
    Whole(Vec<i64>),
    Float(Vec<f64>),
}

/// An array of one dimension, opened.
#[derive(Debug)]
pub(crate) struct StoredColumn {
    path: String,
    metadata: Value,
    data_type: String,
    size: u64,
    chunk: u64,
}

impl StoredColumn {
    /// The array of `length` numbers of whatever type at a path; `None` where there is no such array.
    pub(crate) fn open(group: &Group, path: &str, length: u64) -> Result<Option<Self>, OpenError> {
        let Some(metadata) = group.node(path)? else { return Ok(None) };
        let wrong = |got: String, expected: String| OpenError::Array {
            name: group.bytes.name(),
            array: path.to_owned(),
            got,
            expected,
        };
        let numbers = |value: &Value| value.as_array()?.iter().map(Value::as_u64).collect::<Option<Vec<_>>>();
        let shape = numbers(&metadata["shape"]);
        let chunk = numbers(&metadata["chunk_grid"]["configuration"]["chunk_shape"]);
        // No coordinate is longer than a raster has rows, and no chunk of one needs to be.
        let most = PixelGrid::MAX_EDGE as u64;
        let (size, chunk) = match (shape.as_deref(), chunk.as_deref()) {
            (Some(&[size]), Some(&[chunk])) if size <= most && chunk <= most && length == size => {
                (size, chunk)
            }
            _ => {
                let got = format!("shape {} in chunks of {}", metadata["shape"], metadata["chunk_grid"]);
                return Err(wrong(got, format!("one dimension of {length} numbers, {most} at most")));
            }
        };
        let (metadata, data_type) = as_numbers(metadata);
        if !TYPES.contains(&data_type.as_str()) {
            return Err(wrong(format!("data_type {data_type}"), "numbers".into()));
        }
        Ok(Some(Self { path: path.to_owned(), metadata, data_type, size, chunk }))
    }

    /// The path of the array.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What the numbers count.
    pub(crate) fn units(&self) -> Option<&str> {
        self.metadata["attributes"]["units"].as_str()
    }

    /// The name of its first object, which has all numbers of a short column.
    pub(crate) fn first_object(&self, bytes: Arc<dyn ByteRanges>) -> Option<String> {
        let array = General::new(bytes, &self.path, &self.metadata, &[self.chunk], 8).ok()?;
        Some(array.first_object())
    }

    /// Reads the numbers.
    pub(crate) fn read(&self, bytes: Arc<dyn ByteRanges>) -> Result<Column, OpenError> {
        let name = bytes.name();
        let invalid = |why| OpenError::Metadata { name: name.clone(), object: self.path.clone(), why };
        let array = General::new(bytes, &self.path, &self.metadata, &[self.chunk], 8).map_err(invalid)?;
        let size = self.size;
        let column = match self.data_type.as_str() {
            "int8" => whole::<i8>(&array, size),
            "int16" => whole::<i16>(&array, size),
            "int32" => whole::<i32>(&array, size),
            "int64" => whole::<i64>(&array, size),
            "uint8" => whole::<u8>(&array, size),
            "uint16" => whole::<u16>(&array, size),
            "uint32" => whole::<u32>(&array, size),
            "float32" => float::<f32>(&array, size),
            _ => float::<f64>(&array, size),
        };
        column.map_err(invalid)
    }
}

impl Column {
    pub(crate) fn to_floats(&self) -> Vec<f64> {
        match self {
            Self::Whole(values) => values.iter().map(|value| *value as f64).collect(),
            Self::Float(values) => values.clone(),
        }
    }
}

fn whole<T: ElementOwned + Into<i64> + Copy>(array: &General, size: u64) -> Result<Column, String> {
    Ok(Column::Whole(
        array.read::<T>(std::slice::from_ref(&(0..size)))?.iter().map(|n| (*n).into()).collect(),
    ))
}

fn float<T: ElementOwned + Into<f64> + Copy>(array: &General, size: u64) -> Result<Column, String> {
    Ok(Column::Float(
        array.read::<T>(std::slice::from_ref(&(0..size)))?.iter().map(|n| (*n).into()).collect(),
    ))
}

/// The metadata of an array of numbers, and their type. The dates of numpy, which Zarr has as an extension, are numbers
/// since 1970 and become such.
fn as_numbers(mut metadata: Value) -> (Value, String) {
    let name = metadata["data_type"]["name"].as_str();
    if name == Some("numpy.datetime64") {
        let unit = match metadata["data_type"]["configuration"]["unit"].as_str() {
            Some("D") => "days",
            Some("h") => "hours",
            Some("m") => "minutes",
            Some("s") => "seconds",
            Some("ms") => "milliseconds",
            Some("us") => "microseconds",
            Some("ns") => "nanoseconds",
            _ => "",
        };
        if metadata["data_type"]["configuration"]["scale_factor"].as_u64().unwrap_or(1) == 1
            && !unit.is_empty()
        {
            metadata["data_type"] = json!("int64");
            metadata["fill_value"] = json!(0);
            metadata["attributes"] = json!({"units": format!("{unit} since 1970-01-01")});
        }
    }
    let data_type =
        metadata["data_type"].as_str().map_or_else(|| metadata["data_type"].to_string(), str::to_owned);
    (metadata, data_type)
}
