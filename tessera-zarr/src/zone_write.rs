//! Making and filling zone stores.

mod arrays;
mod build;
mod error;
mod extend;
mod fill;
mod fill_options;
mod fill_report;
mod inputs;
mod layout;
mod lock;
mod metadata;
mod pair;
mod parsed;
mod partial;
mod plan;
mod record;
mod records;
mod sample;
mod settle;
mod shard;
mod skeleton;
mod spec;
mod there;
mod transpose;
mod verify;
mod writer;

pub use error::{ZoneFillError, ZoneStoreError};
pub use fill_options::{FillEvent, FillOptions};
pub use fill_report::{FillReport, FillState, UnitReport};
pub use layout::{ZoneLayout, ZoneLayoutError};
pub use plan::ZoneUnit;
pub use records::{ZoneRecords, ZoneRecordsError};
pub use spec::ZoneSpec;
pub use verify::{VerifyOptions, VerifyProblem, VerifyReport, ZoneVerifyError};
pub use writer::ZoneWriter;
