//! The metadata of a group as it is stored.

use std::sync::Arc;

use serde_json::{Map, Value};
use tessera_core::{ByteRange, ByteRanges, Fetches};

use crate::ahead::Ahead;
use crate::{OpenError, ZarrFormat};

/// Which documents to ask for first, where each costs a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// Those of both formats at once.
    Any,
    /// That of a format; of the other one, if there is none.
    Of(ZarrFormat),
}

/// The document of a group of Zarr V3.
const V3: &str = "zarr.json";
/// The consolidated metadata of Zarr V2.
const V2: &str = ".zmetadata";

/// A group of either format, with the metadata that came with it.
pub(crate) struct Group {
    pub(crate) bytes: Arc<dyn ByteRanges>,
    /// The same, for what is read when the store is opened.
    pub(crate) ahead: Arc<Ahead>,
    pub(crate) format: ZarrFormat,
    pub(crate) attributes: Map<String, Value>,
    /// Consolidated metadata: of V3 by array, of V2 by document.
    consolidated: Option<Map<String, Value>>,
}

impl Group {
    /// Opens the group, most likely of Zarr V3: one read where its metadata is consolidated.
    pub(crate) fn open(bytes: Arc<dyn ByteRanges>) -> Result<Self, OpenError> {
        Self::open_as(bytes, First::Of(ZarrFormat::V3))
    }

    /// Opens the group, asking for these documents first.
    pub(crate) fn open_as(bytes: Arc<dyn ByteRanges>, first: First) -> Result<Self, OpenError> {
        let ahead = Ahead::new(bytes.clone());
        let far = bytes.fetching().in_flight > 1;
        if first == First::Any {
            ahead.read(&[V3, V2]);
        }
        if far
            && first == First::Of(ZarrFormat::V2)
            && let Some(group) = Self::consolidated_v2(&bytes, &ahead)?
        {
            return Ok(group);
        }
        if let Some(mut document) = document(&*ahead, V3)? {
            let format = document.get("zarr_format").and_then(Value::as_u64);
            if format != Some(3) || document.get("node_type").and_then(Value::as_str) != Some("group") {
                return Err(invalid(&*bytes, V3, "it is not the metadata of a Zarr V3 group"));
            }
            let mut take = |key: &str| match document.remove(key) {
                Some(Value::Object(map)) => Some(map),
                _ => None,
            };
            let attributes = take("attributes").unwrap_or_default();
            let consolidated =
                take("consolidated_metadata").and_then(|mut all| match all.remove("metadata") {
                    Some(Value::Object(map)) => Some(map),
                    _ => None,
                });
            return Ok(Self { bytes, ahead, format: ZarrFormat::V3, attributes, consolidated });
        }
        if let Some(group) = Self::consolidated_v2(&bytes, &ahead)? {
            return Ok(group);
        }
        ahead.read(&[".zgroup", ".zattrs"]);
        if document(&*ahead, ".zgroup")?.is_none() {
            return Err(OpenError::NotAStore { name: bytes.name() });
        }
        let attributes = document(&*ahead, ".zattrs")?.unwrap_or_default();
        Ok(Self { bytes, ahead, format: ZarrFormat::V2, attributes, consolidated: None })
    }

    fn consolidated_v2(bytes: &Arc<dyn ByteRanges>, ahead: &Arc<Ahead>) -> Result<Option<Self>, OpenError> {
        let Some(mut all) = document(&**ahead, V2)? else { return Ok(None) };
        let Some(Value::Object(mut documents)) = all.remove("metadata") else {
            return Err(invalid(&**bytes, V2, "it has no object `metadata`"));
        };
        let attributes = match documents.remove(".zattrs") {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let (bytes, ahead) = (bytes.clone(), ahead.clone());
        Ok(Some(Self { bytes, ahead, format: ZarrFormat::V2, attributes, consolidated: Some(documents) }))
    }

    /// Reads documents at once that will be needed, unless the metadata of all stands in one document.
    pub(crate) fn read_ahead<T: AsRef<str>>(&self, documents: &[T]) {
        if self.consolidated.is_none() {
            self.ahead.read(documents);
        }
    }

    /// What was asked so far to open the store.
    pub(crate) fn asked(&self) -> Fetches {
        self.ahead.total()
    }

    pub(crate) fn is_consolidated(&self) -> bool {
        self.consolidated.is_some()
    }

    /// The metadata of an array, by its path in the group.
    pub(crate) fn array(&self, array: &str) -> Result<Value, OpenError> {
        let missing = || OpenError::MissingArray { name: self.bytes.name(), array: array.to_owned() };
        match self.format {
            ZarrFormat::V2 => self.document(&format!("{array}/.zarray"), &format!("{array}/.zarray"))?,
            ZarrFormat::V3 => self.node(array)?,
        }
        .ok_or_else(missing)
    }

    /// The metadata of an array or a group below this one, of Zarr V3, by its path; `None` where there is none.
    pub(crate) fn node(&self, path: &str) -> Result<Option<Value>, OpenError> {
        self.document(path, &format!("{path}/zarr.json"))
    }

    fn document(&self, key: &str, object: &str) -> Result<Option<Value>, OpenError> {
        match &self.consolidated {
            Some(all) => Ok(all.get(key).cloned()),
            None => Ok(document(&*self.ahead, object)?.map(Value::Object)),
        }
    }

    /// The paths of all that is below the group, where the metadata of all stands in one document of Zarr V3.
    pub(crate) fn paths(&self) -> Option<impl Iterator<Item = &str>> {
        let all = self.consolidated.as_ref().filter(|_| self.format == ZarrFormat::V3)?;
        Some(all.keys().map(String::as_str))
    }

    /// An attribute of text.
    pub(crate) fn text(&self, attribute: &'static str, expected: &'static str) -> Result<&str, OpenError> {
        let value = self.attributes.get(attribute);
        value.and_then(Value::as_str).ok_or_else(|| self.bad_attribute(attribute, expected))
    }

    /// The error of an attribute that is missing or makes no sense.
    pub(crate) fn bad_attribute(&self, attribute: &'static str, expected: &'static str) -> OpenError {
        let got = self.attributes.get(attribute).map_or("missing".into(), Value::to_string);
        OpenError::Attribute { name: self.bytes.name(), attribute, got, expected }
    }
}

fn invalid(bytes: &dyn ByteRanges, object: &str, why: impl ToString) -> OpenError {
    OpenError::Metadata { name: bytes.name(), object: object.to_owned(), why: why.to_string() }
}

/// A JSON object of the store.
fn document(bytes: &dyn ByteRanges, object: &str) -> Result<Option<Map<String, Value>>, OpenError> {
    let mut text = Vec::new();
    let failed = |cause| OpenError::Io { name: bytes.name(), object: object.to_owned(), cause };
    if !bytes.read_into(object, ByteRange::All, &mut text).map_err(failed)? {
        return Ok(None);
    }
    serde_json::from_slice(&text).map(Some).map_err(|e| invalid(bytes, object, e))
}
