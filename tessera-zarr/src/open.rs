//! Why a store cannot be opened.

use std::io;

/// Why something cannot be opened as a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No metadata of a Zarr group is there.
    #[error("{name} is not a Zarr store: expected a zarr.json, .zmetadata or .zgroup in it")]
    NotAStore {
        /// The path or address.
        name: String,
    },
    /// An object is there and cannot be read.
    #[error("cannot read {object} of {name}")]
    Io {
        /// The path or address of the store.
        name: String,
        /// The object in it.
        object: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Metadata that is not what the Zarr specification asks for.
    #[error("{object} of {name} is not valid metadata: {why}")]
    Metadata {
        /// The path or address of the store.
        name: String,
        /// The object in it.
        object: String,
        /// What is wrong with it.
        why: String,
    },
    /// An array is not there.
    #[error("{name} has no array {array}: expected one, as every tile store has")]
    MissingArray {
        /// The path or address of the store.
        name: String,
        /// The array.
        array: &'static str,
    },
    /// An array of another type or shape.
    #[error("array {array} of {name} has {got}: expected {expected}")]
    Array {
        /// The path or address of the store.
        name: String,
        /// The array.
        array: &'static str,
        /// What it has.
        got: String,
        /// What it should have.
        expected: String,
    },
    /// An attribute of the group that is missing or makes no sense.
    #[error("attribute {attribute} of {name} is {got}: expected {expected}")]
    Attribute {
        /// The path or address of the store.
        name: String,
        /// The attribute.
        attribute: &'static str,
        /// Its value, or that it is missing.
        got: String,
        /// What it should be.
        expected: &'static str,
    },
}
