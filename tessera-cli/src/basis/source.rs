//! What sums are taken of, and where they are kept.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use tessera_core::{DatasetVersion, Region, ScaleLimit, Year};
use tessera_io::Location;
use tessera_pca::Ledger;

use super::kept::Kept;
use crate::parts::{Key, Part, parts};
use crate::report::Report;
use crate::source::{self, Queried, SourceArgs, year_of};

/// What sums are taken of, and where they are kept.
#[derive(Debug, Args)]
pub(super) struct TakenArgs {
    /// A folder of tiles or of tile stores, or a zone store
    pub(super) source: Location,

    /// The ledger in which the sums of finished tiles are kept [default: SOURCE.ledger, beside the source]
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,

    /// Only the tiles or shards that a box in degrees touches, whole
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    bbox: Option<Region>,

    #[command(flatten)]
    of: SourceArgs,
}

/// What sums are taken of, opened.
pub(super) struct Taken {
    pub(super) source: Queried,
    pub(super) year: Year,
    pub(super) dataset: DatasetVersion,
    pub(super) parts: Vec<Part>,
    pub(super) ledger: Ledger,
    pub(super) limit: ScaleLimit,
    pub(super) name: String,
}

impl Taken {
    /// The name of the dataset, as keys have it.
    pub(super) fn dataset_name(&self) -> Option<String> {
        Key::dataset_name(&self.dataset)
    }

    /// The number of channels.
    pub(super) fn channels(&self) -> Result<Option<usize>> {
        self.parts.first().map(|part| part.channels(&self.source, self.year)).transpose()
    }

    /// Says early what would be refused late.
    pub(super) fn warn(&self, report: &Report) {
        if self.dataset == DatasetVersion::Unknown {
            report.note(&format!(
                "nothing says which dataset {} is of, so that its basis will colour nothing else: --dataset says it",
                self.name
            ));
        }
    }

    /// Refuses a basis that says nothing of these pixels.
    pub(super) fn check(&self, basis: &Kept) -> Result<()> {
        self.channels()?.map_or(Ok(()), |channels| basis.check(&self.name, &self.dataset, channels))
    }
}

impl TakenArgs {
    pub(super) fn open(&self) -> Result<Taken> {
        let opened = source::open(&self.source, &self.of)?;
        if opened.as_tile().is_some() {
            bail!(
                "{} is one tile: expected a folder of tiles or a zone store; tessera pca --basis makes the basis of a tile",
                self.source
            );
        }
        let source = opened.into_queried(self.of.year)?;
        let (year, dataset, name) = {
            let zones = source.zones();
            (year_of(zones.get(), self.of.year)?, zones.get().version(), zones.get().name())
        };
        let parts = parts(&source, year, self.bbox.as_ref())?;
        let ledger =
            Ledger::open(self.ledger()?).context("sums are kept in a ledger: --ledger says where")?;
        Ok(Taken { source, year, dataset, parts, ledger, limit: ScaleLimit::default(), name })
    }

    /// Where the ledger is.
    pub(super) fn ledger(&self) -> Result<PathBuf> {
        match &self.ledger {
            Some(path) => Ok(path.clone()),
            None => match self.source.as_path() {
                Some(path) => beside(path),
                None => bail!("{}: a ledger is a file of this machine: say --ledger where", self.source),
            },
        }
    }
}

/// The ledger beside a source.
fn beside(source: &Path) -> Result<PathBuf> {
    let whole = source.canonicalize().with_context(|| format!("cannot look at {}", source.display()))?;
    let name = whole.file_name().with_context(|| format!("{}: say --ledger", source.display()))?;
    let mut name = name.to_owned();
    name.push(".ledger");
    Ok(whole.with_file_name(name))
}
