//! One of the things that a catalogue describes.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use tessera_core::{Archive, ByteRanges, ByteStore, DatasetVersion, Tile, TileId, Year};
use tessera_npy::{NpyArchive, RangedArchive};
use tessera_stac::{FileHashes, TileRecord};
use tessera_zarr::{OpenError, StoreArchive, TileStore, ZoneRecords, ZoneStore};

use crate::below::Below;
use crate::catalog::Home;
use crate::catalog::pyramids::PyramidArgs;
use crate::catalog::records::{listed_record, npy_record, ranged_record, size_of, store_record, zone_record};
use crate::remote;
use crate::source::{self, Opened, SourceArgs};

/// What a catalogue describes.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// Tile folders, tile stores, folders of many of either, zone stores, their addresses (s3://, https://), or texts (.txt)
    /// that list tiles, a path a line
    #[arg(value_name = "SOURCE", required_unless_present = "pyramids")]
    sources: Vec<PathBuf>,

    /// Where the paths of the texts begin: a folder, or an address as https://example.org/v1 or s3://bucket/v1; the
    /// folder of the text unless said
    #[arg(long, value_name = "FOLDER or URL")]
    root: Option<String>,

    /// Describe tiles by their names and the text that lists them alone: no tile is looked at
    #[arg(long)]
    by_name: bool,

    #[command(flatten)]
    pub(super) pyramids: PyramidArgs,

    #[command(flatten)]
    pub(super) of: SourceArgs,
}

/// One of the things that a catalogue describes, opened.
pub(super) enum Input {
    /// NPY tiles, each of which is opened.
    Npy(Box<NpyArchive>),
    /// NPY tiles that are described by what is said of them.
    Listed(Box<NpyArchive>),
    /// NPY tiles on a server, which are described by their names and what is said of them.
    Ranged {
        archive: Box<RangedArchive>,
        root: PathBuf,
    },
    Stores {
        archive: StoreArchive,
        root: PathBuf,
        /// What lies below the root, where that is an address.
        store: Option<Arc<dyn ByteRanges>>,
    },
    Zones {
        records: ZoneRecords,
        path: PathBuf,
        channels: usize,
    },
    One(Box<TileRecord>),
}

impl InputArgs {
    /// Whether there is no source.
    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    pub(super) fn open(&self) -> Result<Vec<Input>> {
        self.sources.iter().map(|source| self.open_one(source)).collect()
    }

    fn open_one(&self, source: &Path) -> Result<Input> {
        if source.extension().is_some_and(|extension| extension == "txt") {
            return self.open_text(source);
        }
        if let Home::Store(store) = Home::of(source)? {
            return self.open_address(source, store);
        }
        Ok(match source::open(&source.to_owned().into(), &self.of)? {
            Opened::NpyArchive(archive) if self.by_name => Input::Listed(archive),
            Opened::NpyArchive(archive) => Input::Npy(archive),
            Opened::StoreArchive(archive) => Input::Stores { archive, root: source.to_owned(), store: None },
            // A path is of this machine.
            Opened::RangedTile(_) | Opened::RangedArchive(_) => {
                bail!("{}: expected a path", source.display())
            }
            Opened::NpyTile(tile) => {
                Input::One(Box::new(npy_record(&tile, self.year_of(tile.year(), source)?)?))
            }
            Opened::TileStore(store) => {
                let year = self.year_of(Tile::year(&*store), source)?;
                Input::One(Box::new(store_record(&store, source, year, size_of)?))
            }
            Opened::ZoneStore(store) => {
                let records = ZoneRecords::open(source)?.with_context(|| unfilled(source))?;
                Input::Zones { records, path: source.to_owned(), channels: store.channels() }
            }
        })
    }

    /// What lies at an address. NPY tiles there are described by their names: their headers are not read.
    fn open_address(&self, source: &Path, store: Arc<dyn ByteStore>) -> Result<Input> {
        let address = source.to_string_lossy().trim_end_matches('/').to_owned();
        let path = PathBuf::from(&address);
        let ranges = || Arc::clone(&store) as Arc<dyn ByteRanges>;
        if self.of.listing.is_none() {
            match ZoneStore::open_in(ranges()) {
                Ok(zones) => {
                    let build = remote::store(&format!("{address}.build").parse()?)?;
                    let records = ZoneRecords::open_in(&store, build)?.with_context(|| unfilled(&path))?;
                    return Ok(Input::Zones { records, path, channels: zones.channels() });
                }
                Err(OpenError::NotAZoneStore { .. }) => {
                    let tile = TileStore::open_in(ranges())?;
                    let year = self.year_of(Tile::year(&tile), source)?;
                    let (folder, _) = address.rsplit_once('/').context("expected a store in a folder")?;
                    let folder_store = remote::store(&folder.parse()?)?;
                    let beside = |file: &Path| size_in(&*folder_store, Path::new(folder), file);
                    return Ok(Input::One(Box::new(store_record(&tile, &path, year, beside)?)));
                }
                Err(OpenError::NotAStore { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            match StoreArchive::open_in(ranges()) {
                Ok(archive) if !archive.years().is_empty() => {
                    return Ok(Input::Stores { archive, root: path, store: Some(ranges()) });
                }
                // What cannot be listed may still be an archive of which a listing tells.
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Unsupported => {}
                Err(error) => return Err(error).with_context(|| format!("cannot list {address}")),
            }
        }
        let mut options = self.npy_options();
        options = self.of.listing.iter().fold(options, tessera_npy::NpyArchiveOptions::listing);
        Ok(Input::Ranged { archive: Box::new(options.open_in(ranges())?), root: path })
    }

    /// What is said of NPY tiles.
    fn npy_options(&self) -> tessera_npy::NpyArchiveOptions {
        let options = NpyArchive::options();
        let options = self.of.year.into_iter().fold(options, tessera_npy::NpyArchiveOptions::year);
        self.of.dataset.iter().cloned().fold(options, tessera_npy::NpyArchiveOptions::version)
    }

    fn open_text(&self, path: &Path) -> Result<Input> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (root, remote) = match &self.root {
            Some(root) => (PathBuf::from(root.trim_end_matches('/')), root.contains("://")),
            None => (parent.to_owned(), false),
        };
        let archive = Box::new(self.npy_options().listing(path).open(&root)?);
        Ok(if remote || self.by_name { Input::Listed(archive) } else { Input::Npy(archive) })
    }

    fn year_of(&self, known: Option<Year>, path: &Path) -> Result<Year> {
        let year = known.or(self.of.year);
        year.with_context(|| format!("the path of {} does not say the year: say --year", path.display()))
    }
}

impl Input {
    /// What to call it in a message.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.name(),
            Self::Stores { root, .. } | Self::Ranged { root, .. } => root.display().to_string(),
            Self::Zones { path, .. } => path.display().to_string(),
            Self::One(record) => record.id(),
        }
    }

    /// What was passed over when it was listed, in words.
    pub(super) fn passed_over(&self) -> Option<String> {
        let strangers = match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.strangers(),
            Self::Ranged { archive, .. } => archive.strangers(),
            _ => return None,
        };
        (strangers.total() > 0).then(|| format!("{}: {strangers}", self.name()))
    }

    pub(super) fn years(&self) -> Vec<Year> {
        match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.years(),
            Self::Ranged { archive, .. } => archive.years(),
            Self::Stores { archive, .. } => archive.years(),
            Self::Zones { records, .. } => records.years().to_vec(),
            Self::One(record) => vec![record.year()],
        }
    }

    /// The tiles of a year, ascending.
    pub(super) fn tiles(&self, year: Year) -> Result<Vec<TileId>> {
        Ok(match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.tiles(year),
            Self::Ranged { archive, .. } => archive.tiles(year),
            Self::Stores { archive, .. } => archive.tiles(year),
            Self::Zones { records, .. } => {
                let mut tiles = Vec::new();
                for zone in records.zones() {
                    tiles.extend(records.tiles(*zone, year)?);
                }
                tiles.sort_unstable();
                tiles
            }
            Self::One(record) if record.year() == year => vec![record.tile()],
            Self::One(_) => Vec::new(),
        })
    }

    pub(super) fn version(&self) -> DatasetVersion {
        match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.version().clone(),
            Self::Ranged { archive, .. } => archive.version().clone(),
            Self::Stores { archive, .. } => archive.version(),
            Self::Zones { records, .. } => records.version().clone(),
            Self::One(record) => record.version().clone(),
        }
    }

    /// What is known of one of its tiles.
    pub(super) fn record(&self, tile: TileId, year: Year) -> Result<TileRecord> {
        match self {
            Self::Npy(archive) => {
                let opened = archive.open_tile(tile, Some(year))?;
                npy_record(&opened.context("it was listed and is gone")?, year)
            }
            Self::Listed(archive) => listed_record(archive, tile, year),
            Self::Ranged { archive, root } => ranged_record(archive, root, tile, year),
            Self::Stores { root, store: None, .. } => {
                let path = StoreArchive::path_of(root, tile, year);
                store_record(&TileStore::open(&path)?, &path, year, size_of)
            }
            Self::Stores { root, store: Some(store), .. } => {
                let path = StoreArchive::path_of(root, tile, year);
                let below = Below::new(Arc::clone(store), &format!("{year}/{tile}.zarr"));
                let beside = |file: &Path| size_in(&**store, root, file);
                store_record(&TileStore::open_in(Arc::new(below))?, &path, year, beside)
            }
            Self::Zones { records, path, channels } => {
                Ok(zone_record(path, records.version(), tile, year)?.channels(*channels))
            }
            Self::One(record) => Ok((**record).clone()),
        }
    }

    /// The hashes that a text says of its files.
    pub(super) fn hashes(&self, tile: TileId, year: Year) -> FileHashes {
        let [embeddings, scales] = match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.listed_files(tile, Some(year)),
            Self::Ranged { archive, .. } => archive.listed_files(tile, Some(year)),
            _ => return FileHashes::default(),
        };
        FileHashes { embeddings: embeddings.sha256, scales: scales.sha256 }
    }
}

/// Says that a zone store has no records.
fn unfilled(path: &Path) -> String {
    format!(
        "{}.build does not say which tiles the zone store holds: expected one that tessera zone fill has filled",
        path.display()
    )
}

/// The size of a file below the root of a store, where it is there. Who may not list a bucket is told that he may not read
/// what is not there.
fn size_in(store: &(impl ByteRanges + ?Sized), root: &Path, file: &Path) -> Result<Option<u64>> {
    let Some(name) = file.strip_prefix(root).ok().and_then(Path::to_str) else { return Ok(None) };
    match store.size(name) {
        Err(cause) if cause.kind() == ErrorKind::PermissionDenied => Ok(None),
        size => size.with_context(|| format!("cannot look at {}", file.display())),
    }
}
