//! Whether a catalogue on disk is what its index says.

mod assets;
mod block;
mod collection;
mod difference;
mod document;
mod error;
mod event;
mod hashes;
mod hrefs;
mod item;
mod links;
mod problem;
mod root;
mod run;
mod sha256;
mod validator;
mod year;

pub use error::ValidateError;
pub use event::{ValidationEvent, ValidationSummary};
pub use problem::{CatalogProblem, ProblemKind};
pub use validator::CatalogValidator;
