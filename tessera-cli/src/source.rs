//! What a SOURCE on the command line is.

mod one_tile;
mod queried;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use tessera_core::{Archive, Channels, DatasetVersion, QuantizedView, Tile, TileId, Year};
use tessera_io::Location;
use tessera_npy::{NpyArchive, NpyArchiveOptions, NpyTile, NpyTileOptions, RangedArchive, RangedTile};
use tessera_zarr::{OpenError, StoreArchive, TileStore, ZoneStore};

pub(crate) use queried::{Queried, with_all_years, year_of};

use crate::remote;
use crate::report::list;
use one_tile::OneTile;

/// What the path of a source does not say.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArgs {
    /// The year of the tiles, where their path does not say it; which year, where there are several
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: Option<Year>,

    /// The dataset version (v1, v1.1-cam, …), where the path does not say it
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset: Option<DatasetVersion>,

    /// A landmask GeoTIFF, whose place on Earth wins over the one that follows from the tile's name
    #[arg(long, value_name = "TIFF")]
    pub(crate) landmask: Option<PathBuf>,

    /// A folder of landmasks grid_<lon>_<lat>.tiff, for a folder of tiles; others are looked for beside the tiles
    #[arg(long, value_name = "FOLDER")]
    pub(crate) landmasks: Option<PathBuf>,

    /// Water is where the landmask of a tile says so, and nowhere else; a tile without one keeps what its scales say
    #[arg(long)]
    pub(crate) water_from_landmasks: bool,

    /// A text file that lists the tiles below a folder, a name or path a line: the folder itself is not walked
    #[arg(long, value_name = "FILE")]
    pub(crate) listing: Option<PathBuf>,
}

/// A source, opened.
pub(crate) enum Opened {
    NpyTile(Arc<NpyTile>),
    /// One on a server.
    RangedTile(Box<RangedTile>),
    TileStore(Box<TileStore>),
    NpyArchive(Box<NpyArchive>),
    /// One on a server.
    RangedArchive(Box<RangedArchive>),
    StoreArchive(StoreArchive),
    ZoneStore(Box<ZoneStore>),
}

/// Opens a tile folder, an embeddings file, a tile store, a folder of either kind, or a zone store.
pub(crate) fn open(location: &Location, args: &SourceArgs) -> Result<Opened> {
    match location.as_path() {
        Some(path) => open_path(path, args),
        None => open_on_server(location, args),
    }
}

fn open_path(path: &Path, args: &SourceArgs) -> Result<Opened> {
    if !path.try_exists().with_context(|| format!("cannot look at {}", path.display()))? {
        bail!(
            "{} does not exist: expected a tile folder, an .npy file, a Zarr store, or a folder of tiles",
            path.display()
        );
    }
    if ["zarr.json", ".zgroup", ".zmetadata"].iter().any(|name| path.join(name).is_file()) {
        // The groups below the root tell a zone store.
        return match ZoneStore::open(path) {
            Ok(store) => Ok(Opened::ZoneStore(Box::new(store))),
            Err(OpenError::NotAZoneStore { .. }) => Ok(Opened::TileStore(Box::new(TileStore::open(path)?))),
            Err(error) => Err(error.into()),
        };
    }
    if path.is_file() || (args.listing.is_none() && tessera_npy::is_tile(path)) {
        return Ok(Opened::NpyTile(Arc::new(npy_tile(path, args)?)));
    }
    if args.listing.is_some() {
        return Ok(Opened::NpyArchive(Box::new(npy_archive(path, args)?)));
    }
    let stores = StoreArchive::open(path).with_context(|| format!("cannot list {}", path.display()))?;
    if !stores.years().is_empty() {
        return Ok(Opened::StoreArchive(stores));
    }
    Ok(Opened::NpyArchive(Box::new(npy_archive(path, args)?)))
}

fn open_on_server(location: &Location, args: &SourceArgs) -> Result<Opened> {
    let name = location.file_name().unwrap_or_default();
    if args.listing.is_none() && (name.ends_with(".npy") || name.parse::<TileId>().is_ok()) {
        let folder = location.parent().with_context(|| format!("{location}: expected a tile in a folder"))?;
        let tile = tile_options(args).open_in(remote::store(&folder)?, &name)?;
        return Ok(Opened::RangedTile(Box::new(tile)));
    }
    let store = remote::store(location)?;
    if args.listing.is_none() {
        match ZoneStore::open_in(store.clone()) {
            Ok(store) => return Ok(Opened::ZoneStore(Box::new(store))),
            Err(OpenError::NotAZoneStore { .. }) => {
                return Ok(Opened::TileStore(Box::new(TileStore::open_in(store)?)));
            }
            Err(OpenError::NotAStore { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        match StoreArchive::open_in(store.clone()) {
            Ok(stores) if !stores.years().is_empty() => return Ok(Opened::StoreArchive(stores)),
            // What cannot be listed may still be an archive of which a listing tells.
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error).with_context(|| format!("cannot list {location}")),
        }
    }
    Ok(Opened::RangedArchive(Box::new(archive_options(args).open_in(store)?)))
}

fn npy_tile(path: &Path, args: &SourceArgs) -> Result<NpyTile> {
    Ok(tile_options(args).open(path)?)
}

fn tile_options(args: &SourceArgs) -> NpyTileOptions {
    let mut options = NpyTile::options();
    if let Some(year) = args.year {
        options = options.year(year);
    }
    if let Some(version) = &args.dataset {
        options = options.version(version.clone());
    }
    if let Some(landmask) = &args.landmask {
        options = options.landmask(landmask);
    }
    if args.water_from_landmasks {
        options = options.water_from_landmask();
    }
    options
}

fn npy_archive(path: &Path, args: &SourceArgs) -> Result<NpyArchive> {
    Ok(archive_options(args).open(path)?)
}

fn archive_options(args: &SourceArgs) -> NpyArchiveOptions {
    let mut options = NpyArchive::options();
    if let Some(year) = args.year {
        options = options.year(year);
    }
    if let Some(version) = &args.dataset {
        options = options.version(version.clone());
    }
    if let Some(folder) = &args.landmasks {
        options = options.landmasks(folder);
    }
    if args.water_from_landmasks {
        options = options.water_from_landmasks();
    }
    if let Some(listing) = &args.listing {
        options = options.listing(listing);
    }
    options
}

/// The year asked for, which the archive must have, or the only one that it has.
pub(crate) fn archive_year(archive: &dyn Archive, asked: Option<Year>) -> Result<Year> {
    let years = archive.years();
    match (asked, years.as_slice()) {
        (Some(year), years) if years.contains(&year) => Ok(year),
        (Some(year), years) => bail!("{} has no year {year}: it has {}", archive.name(), list(years)),
        (None, [only]) => Ok(*only),
        (None, []) => bail!("the path of {} does not say the year: say --year", archive.name()),
        (None, years) => bail!("{} has several years, {}: say --year", archive.name(), list(years)),
    }
}

impl Opened {
    /// The source as a tile, where it is one.
    pub(crate) fn as_tile(&self) -> Option<&dyn Tile> {
        match self {
            Self::NpyTile(tile) => Some(&**tile),
            Self::RangedTile(tile) => Some(&**tile),
            Self::TileStore(store) => Some(&**store),
            Self::NpyArchive(_) | Self::RangedArchive(_) | Self::StoreArchive(_) | Self::ZoneStore(_) => None,
        }
    }

    /// The source as an archive, where it is one.
    pub(crate) fn as_archive(&self) -> Option<&dyn Archive> {
        match self {
            Self::NpyArchive(archive) => Some(&**archive),
            Self::RangedArchive(archive) => Some(&**archive),
            Self::StoreArchive(archive) => Some(archive),
            Self::NpyTile(_) | Self::RangedTile(_) | Self::TileStore(_) | Self::ZoneStore(_) => None,
        }
    }
}

/// All pixels of a tile: mapped where they are a file, read where they are a store or on a server.
pub(crate) fn with_pixels<T>(
    source: &Opened,
    work: impl FnOnce(&dyn Tile, QuantizedView<'_>) -> Result<T>,
) -> Result<T> {
    let read = |tile: &dyn Tile| tile.read_window(tile.grid().full(), &Channels::All);
    match source {
        Opened::NpyTile(tile) => work(&**tile, tile.view()),
        Opened::RangedTile(tile) => work(&**tile, read(&**tile)?.view()),
        Opened::TileStore(store) => work(&**store, read(&**store)?.view()),
        Opened::NpyArchive(_) | Opened::RangedArchive(_) | Opened::StoreArchive(_) => {
            bail!("expected one tile, got a folder of tiles")
        }
        Opened::ZoneStore(_) => {
            bail!("expected one tile, got a zone store: tessera region reads a part of it")
        }
    }
}
