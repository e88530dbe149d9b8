//! What a basis was made of.

use serde::{Deserialize, Serialize};

/// What a basis was made of, and how: kept with it, for those who find it later. All of it may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Provenance {
    /// The program, with its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The tiles, stores or files of moments that the pixels came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The years of the pixels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<u16>,
    /// How many valid pixels counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<u64>,
    /// How many tiles, or shards of a zone store, they came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<u64>,
    /// What counted the same: `pixel` or `tile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// The method of the stretch, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stretch: Option<String>,
    /// The [`digest`](crate::Basis::digest) of the basis that the components were aligned to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aligned_to: Option<String>,
}
