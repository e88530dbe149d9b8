//! Stores of objects on servers.
//!
//! object_store brings credentials, signatures and the HTTP client. Requests are put together, repeated and checked here:
//! its own repetitions know neither `Retry-After` nor what a body's first half was already good for, and its answers do
//! not show what a whole object in place of a range can be recognized by.

mod answer;
mod asked;
mod backoff;
mod cached;
mod call;
mod client;
mod credentials;
mod error;
mod failure;
mod gate;
mod ini;
mod line;
mod listing;
mod many;
mod notice;
mod objects;
mod options;
mod profile;
mod put;
mod read;
mod reader;
mod s3;
mod settings;
mod store;
mod traffic;
mod upload;
mod versions;
mod writer;

pub use client::Remote;
pub use error::{RemoteError, RemoteTrouble};
pub use notice::RemoteNotice;
pub use options::RemoteOptions;
pub use store::RemoteStore;
pub use traffic::Traffic;
