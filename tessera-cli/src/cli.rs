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
use crate::remote::RemoteArgs;
use crate::serve::ServeArgs;
use crate::zone::ZoneArgs;

/// Look into TESSERA tiles, ask them for regions and points, convert them to Zarr, picture and catalogue them.
///
/// A SOURCE is a tile folder grid_<lon>_<lat>/ with its two .npy files, a Zarr store of one tile, a folder of many
/// tiles or stores by year, or a zone store: a path, s3://bucket/name or https://host/name. Credentials, region and endpoint of
/// S3 come from the environment and the profile files, as for the AWS tools.
///
/// Exit codes: 0 done, 1 internal error, 2 bad input, 3 incomplete (some tiles failed), 75 try again (the disk is full, a
/// server does not answer, or the work was interrupted).
#[derive(Debug, Parser)]
#[command(name = "tessera", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print one JSON object on standard output; messages go to standard error
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Info(InfoArgs),
    Region(RegionArgs),
    Points(PointsArgs),
    Patch(PatchArgs),
    Convert(ConvertArgs),
    Pca(PcaArgs),
    Basis(BasisArgs),
    Pyramid(PyramidArgs),
    Catalog(CatalogArgs),
    Serve(ServeArgs),
    Zone(ZoneArgs),
}
