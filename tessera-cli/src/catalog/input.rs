//! One of the things that a catalogue describes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use tessera_core::{Archive, DatasetVersion, Tile, TileId, Year};
use tessera_npy::NpyArchive;
use tessera_stac::{FileHashes, TileRecord};
use tessera_zarr::{StoreArchive, TileStore, ZoneRecords};

use crate::catalog::pyramids::PyramidArgs;
use crate::catalog::records::{listed_record, npy_record, store_record, zone_record};
use crate::source::{self, Opened, SourceArgs};

/// What a catalogue describes.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// Tile folders, tile stores, folders of many of either, zone stores, or texts (.txt) that list tiles, a path a line
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
    Stores {
        archive: StoreArchive,
        root: PathBuf,
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
        if source.to_string_lossy().contains("://") {
            bail!(
                "{} is an address: expected a path; tiles at an address are described by a text that lists them and \
                 --root",
                source.display()
            );
        }
        Ok(match source::open(&source.to_owned().into(), &self.of)? {
            Opened::NpyArchive(archive) if self.by_name => Input::Listed(archive),
            Opened::NpyArchive(archive) => Input::Npy(archive),
            Opened::StoreArchive(archive) => Input::Stores { archive, root: source.to_owned() },
            Opened::RangedTile(_) | Opened::RangedArchive(_) => bail!("not yet"),
            Opened::NpyTile(tile) => {
                Input::One(Box::new(npy_record(&tile, self.year_of(tile.year(), source)?)?))
            }
            Opened::TileStore(store) => {
                let year = self.year_of(Tile::year(&*store), source)?;
                Input::One(Box::new(store_record(&store, source, year)?))
            }
            Opened::ZoneStore(store) => {
                let records = ZoneRecords::open(source)?.with_context(|| {
                    format!(
                        "{}.build does not say which tiles the zone store holds: expected one that tessera zone fill \
                         has filled",
                        source.display()
                    )
                })?;
                Input::Zones { records, path: source.to_owned(), channels: store.channels() }
            }
        })
    }

    fn open_text(&self, path: &Path) -> Result<Input> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (root, remote) = match &self.root {
            Some(root) => (PathBuf::from(root.trim_end_matches('/')), root.contains("://")),
            None => (parent.to_owned(), false),
        };
        let mut options = NpyArchive::options().listing(path);
        options = self.of.year.into_iter().fold(options, tessera_npy::NpyArchiveOptions::year);
        options = self.of.dataset.iter().cloned().fold(options, tessera_npy::NpyArchiveOptions::version);
        let archive = Box::new(options.open(&root)?);
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
            Self::Stores { root, .. } => root.display().to_string(),
            Self::Zones { path, .. } => path.display().to_string(),
            Self::One(record) => record.id(),
        }
    }

    /// What was passed over when it was listed, in words.
    pub(super) fn passed_over(&self) -> Option<String> {
        let (Self::Npy(archive) | Self::Listed(archive)) = self else { return None };
        let strangers = archive.strangers();
        (strangers.total() > 0).then(|| format!("{}: {strangers}", archive.name()))
    }

    pub(super) fn years(&self) -> Vec<Year> {
        match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.years(),
            Self::Stores { archive, .. } => archive.years(),
            Self::Zones { records, .. } => records.years().to_vec(),
            Self::One(record) => vec![record.year()],
        }
    }

    /// The tiles of a year, ascending.
    pub(super) fn tiles(&self, year: Year) -> Result<Vec<TileId>> {
        Ok(match self {
            Self::Npy(archive) | Self::Listed(archive) => archive.tiles(year),
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
            Self::Stores { root, .. } => {
                let path = StoreArchive::path_of(root, tile, year);
                store_record(&TileStore::open(&path)?, &path, year)
            }
            Self::Zones { records, path, channels } => {
                Ok(zone_record(path, records.version(), tile, year)?.channels(*channels))
            }
            Self::One(record) => Ok((**record).clone()),
        }
    }

    /// The hashes that a text says of its files.
    pub(super) fn hashes(&self, tile: TileId, year: Year) -> FileHashes {
        let (Self::Npy(archive) | Self::Listed(archive)) = self else { return FileHashes::default() };
        let [embeddings, scales] = archive.listed_files(tile, Some(year));
        FileHashes { embeddings: embeddings.sha256, scales: scales.sha256 }
    }
}
