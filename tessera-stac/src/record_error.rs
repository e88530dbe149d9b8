//! Why something cannot be said of a tile.

use crate::Location;

/// Something that cannot be said of a tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A time that no calendar date can be written for.
    #[error("{id} was created at {seconds} s from 1970: expected a time in the years 1970 to 9999")]
    Created {
        /// The id of the item.
        id: String,
        /// Seconds from 1970; negative before.
        seconds: i128,
    },
    /// Two records that do not describe the same tile.
    #[error("two records of {id} do not describe the same: its {what} is {one} and {other}")]
    Differs {
        /// The id of the item.
        id: String,
        /// What differs.
        what: &'static str,
        /// As the one record says.
        one: String,
        /// As the other says.
        other: String,
    },
    /// Two records with a file of the same kind.
    #[error("two records of {id} have {key} at {one} and at {other}: expected one place")]
    Places {
        /// The id of the item.
        id: String,
        /// The key of the asset.
        key: &'static str,
        /// As the one record says.
        one: Location,
        /// As the other says.
        other: Location,
    },
}
