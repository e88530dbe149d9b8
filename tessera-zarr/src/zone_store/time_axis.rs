//! The time axis of a zone, which is read when it is needed.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};
use tessera_core::{ByteRanges, Year};

use super::column::StoredColumn;
use super::years::years;
use crate::OpenError;
use crate::ahead::Ahead;
use crate::group::Group;

/// The most years that a time axis may have; there are not more of [`Year`].
const MAX_TIMES: u64 = 100;

/// The time axis of a group. A store of 60 zones has as many, each an object of its own: only those that are asked for
/// are read.
pub(crate) struct TimeAxis {
    bytes: Arc<dyn ByteRanges>,
    column: StoredColumn,
    /// The years that are finished, where the group tells them.
    complete: Option<Vec<Value>>,
    /// The years with their places on the axis, ascending, once they were read.
    years: OnceLock<Vec<(Year, u64)>>,
}

impl std::fmt::Debug for TimeAxis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimeAxis").field("column", &self.column).field("years", &self.years).finish()
    }
}

impl TimeAxis {
    /// The axis of a group at a path, of so many times.
    pub(crate) fn open(
        store: &Group,
        path: &str,
        times: u64,
        attributes: &Map<String, Value>,
    ) -> Result<Self, OpenError> {
        let array = format!("{path}/time");
        if times > MAX_TIMES {
            let array = format!("{path}/embeddings");
            return Err(wrong(store.bytes.name(), array, format!("{times} times")));
        }
        let missing = || OpenError::MissingArray { name: store.bytes.name(), array: array.clone() };
        let column = StoredColumn::open(store, &array, times)?.ok_or_else(missing)?;
        let complete = attributes.get("years_complete").and_then(Value::as_array).cloned();
        Ok(Self { bytes: store.bytes.clone(), column, complete, years: OnceLock::new() })
    }

    /// The years that the axis has, less those that the group says are not finished; read, if they were not yet.
    pub(crate) fn years(&self) -> Result<&[(Year, u64)], OpenError> {
        match self.known() {
            Some(years) => Ok(years),
            None => self.read(Ahead::new(self.bytes.clone())),
        }
    }

    /// The years, if they were read.
    pub(crate) fn known(&self) -> Option<&[(Year, u64)]> {
        self.years.get().map(Vec::as_slice)
    }

    /// The object that has them.
    pub(crate) fn object(&self) -> Option<String> {
        self.column.first_object(self.bytes.clone())
    }

    /// Reads the years from the store of the axis, part of which may have been read ahead.
    pub(crate) fn read(&self, from: Arc<Ahead>) -> Result<&[(Year, u64)], OpenError> {
        let values = self.column.read(from)?;
        let years = years(&values, self.column.units())
            .map_err(|got| wrong(self.bytes.name(), self.column.path().to_owned(), got))?;
        let mut years: Vec<(Year, u64)> = years.into_iter().zip(0..).collect();
        if let Some(complete) = &self.complete {
            years.retain(|(year, _)| {
                complete.iter().any(|value| value.as_u64() == Some(year.number().into()))
            });
        }
        years.sort_unstable();
        Ok(self.years.get_or_init(|| years))
    }
}

fn wrong(name: String, array: String, got: String) -> OpenError {
    OpenError::Array {
        name,
        array,
        got,
        expected: format!("{MAX_TIMES} years at most, 2000..=2099, each once"),
    }
}
