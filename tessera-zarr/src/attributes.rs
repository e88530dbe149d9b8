//! What a store says about itself.

pub(crate) mod conventions;
pub(crate) mod crs;
pub(crate) mod group;
pub(crate) mod origin;
pub(crate) mod raster;
pub(crate) mod variables;

use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};

/// What the attributes of a tile store are made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TileInfo<'a> {
    pub(crate) id: TileId,
    pub(crate) year: Year,
    pub(crate) version: &'a DatasetVersion,
    pub(crate) grid: &'a PixelGrid,
    pub(crate) channels: usize,
    /// When the store was made, RFC 3339.
    pub(crate) created: Option<&'a str>,
}
