//! What can be typed.

use clap::{Parser, Subcommand};

use crate::basis::BasisArgs;
use crate::catalog::CatalogArgs;
use crate::convert::ConvertArgs;
use crate::info::InfoArgs;
use crate::patch::PatchArgs;
use crate::pca::PcaArgs;
use crate::points::PointsArgs;
use crate::pyramid::PyramidArgs;
use crate::region::RegionArgs;
use crate::serve::ServeArgs;
use crate::zone::ZoneArgs;

/// Look into TESSERA tiles, ask them for regions and points, convert them to Zarr, picture and catalogue them.
///
/// A SOURCE is a tile folder grid_<lon>_<lat>/ with its two .npy files, a Zarr store of one tile, a folder of many
/// tiles or stores by year, or a zone store.
///
/// Exit codes: 0 done, 1 internal error, 2 bad input, 3 incomplete (some tiles failed), 75 try again (the disk is full,
/// or the work was interrupted).
#[derive(Debug, Parser)]
#[command(name = "tessera", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print one JSON object on standard output; messages go to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is in a tile, a store or a folder of tiles, or where a tile of a given name lies
    Info(InfoArgs),
    /// Read a box or polygon of a year, across tiles and UTM zones, into NPY, Zarr, GeoTIFF or PNG
    Region(RegionArgs),
    /// Read the pixels of the points of a CSV file, in one year or all, into CSV or Parquet
    Points(PointsArgs),
    /// Read a square of pixels around a point
    Patch(PatchArgs),
    /// Convert a tile, or all tiles of a year in a box, to Zarr stores
    Convert(ConvertArgs),
    /// Make a picture of a tile, region or patch: three principal components as red, green and blue
    Pca(PcaArgs),
    /// Make the basis of pictures: one for all tiles, so that their colours match
    Basis(BasisArgs),
    /// Make a pyramid of pictures: map tiles, a PMTiles archive, or a Zarr group
    Pyramid(PyramidArgs),
    /// Describe tiles and stores as a static STAC catalogue
    Catalog(CatalogArgs),
    /// Serve a catalogue, its map and the files beside it over HTTP, with a STAC API
    Serve(ServeArgs),
    /// Make and fill zone stores: whole UTM zones, with the years as a dimension
    Zone(ZoneArgs),
}
