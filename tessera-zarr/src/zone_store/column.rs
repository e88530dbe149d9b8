//! The numbers of a coordinate.

use serde_json::{Value, json};
use tessera_core::PixelGrid;

use crate::OpenError;
use crate::general::General;
use crate::group::Group;

/// The numbers of an array of one dimension.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Column {
    Whole(Vec<i64>),
    Float(Vec<f64>),
}

impl Column {
    /// Reads an array of `length` numbers of whatever type; `None` where there is no such array.
    pub(crate) fn read(
        group: &Group,
        path: &str,
        length: Option<u64>,
    ) -> Result<Option<(Self, Value)>, OpenError> {
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
            (Some(&[size]), Some(&[chunk]))
                if size <= most && chunk <= most && length.is_none_or(|length| length == size) =>
            {
                (size, chunk)
            }
            _ => {
                let length = length.map_or(format!("at most {most}"), |length| length.to_string());
                let got = format!("shape {} in chunks of {}", metadata["shape"], metadata["chunk_grid"]);
                return Err(wrong(got, format!("one dimension of {length} numbers")));
            }
        };
        let invalid = |why| OpenError::Metadata { name: group.bytes.name(), object: path.to_owned(), why };
        let (metadata, data_type) = as_numbers(metadata);
        let array = General::new(group.bytes.clone(), path, &metadata, &[chunk], 8).map_err(invalid)?;
        let all = 0..size;
        macro_rules! whole {
            ($t:ty) => {
                array.read::<$t>(&[all]).map(|got| Self::Whole(got.iter().map(|n| i64::from(*n)).collect()))
            };
        }
        let column = match data_type.as_str() {
            "int8" => whole!(i8),
            "int16" => whole!(i16),
            "int32" => whole!(i32),
            "int64" => whole!(i64),
            "uint8" => whole!(u8),
            "uint16" => whole!(u16),
            "uint32" => whole!(u32),
            "float32" => {
                array.read::<f32>(&[all]).map(|got| Self::Float(got.iter().map(|n| f64::from(*n)).collect()))
            }
            "float64" => array.read::<f64>(&[all]).map(|got| Self::Float(got.iter().copied().collect())),
            _ => return Err(wrong(format!("data_type {data_type}"), "numbers".into())),
        };
        Ok(Some((column.map_err(invalid)?, metadata)))
    }

    pub(crate) fn to_floats(&self) -> Vec<f64> {
        match self {
            Self::Whole(values) => values.iter().map(|value| *value as f64).collect(),
            Self::Float(values) => values.clone(),
        }
    }
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
