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
    /// A Zarr group in which no group of a UTM zone is.
    #[error(
        "{name} is not a zone store: expected groups utm01..utm60, or 01N..60N and 01S..60S, of Zarr format 3 in it"
    )]
    NotAZoneStore {
        /// The path or address.
        name: String,
    },
    /// Groups that are not one raster a UTM zone.
    #[error("group {group} of {name} does not fit {other}: {why}")]
    Zones {
        /// The path or address of the store.
        name: String,
        /// A group.
        group: String,
        /// The group, or what else, that it does not fit.
        other: String,
        /// What differs.
        why: String,
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
    #[error("{name} has no array {array}: expected one, as every store of pixels has")]
    MissingArray {
        /// The path or address of the store.
        name: String,
        /// The array.
        array: String,
    },
    /// An array of another type or shape.
    #[error("array {array} of {name} has {got}: expected {expected}")]
    Array {
        /// The path or address of the store.
        name: String,
        /// The array.
        array: String,
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
