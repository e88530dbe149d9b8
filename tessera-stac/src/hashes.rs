//! The hashes of the files of a year, in a file of their own.

mod file;
mod writer;

pub use file::YearHashes;
pub(crate) use writer::HashesWriter;

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

/// The SHA-256 of the two files of an NPY tile, where they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileHashes {
    /// Of the embeddings.
    pub embeddings: Option<[u8; 32]>,
    /// Of the scales.
    pub scales: Option<[u8; 32]>,
}

impl FileHashes {
    /// Whether neither is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.embeddings.is_none() && self.scales.is_none()
    }
}

/// The schema: the id of an item, and the hashes of its assets by their keys.
fn schema() -> Result<TypePtr> {
    let id = Type::primitive_type_builder("id", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String));
    let hash = |name: &str| {
        let column = Type::primitive_type_builder(name, Physical::FIXED_LEN_BYTE_ARRAY).with_length(32);
        column.with_repetition(Repetition::OPTIONAL).build()
    };
    let fields =
        vec![Arc::new(id.build()?), Arc::new(hash("embeddings_npy")?), Arc::new(hash("scales_npy")?)];
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}
