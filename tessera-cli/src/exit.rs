//! What the exit code says.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use tessera_core::{ObjectChanged, QueryError, SourceError};
use tessera_io::{
    GeoTiffError, MapTileError, MapTilesError, OutputError, PmTilesError, RemoteError, TableError,
};
use tessera_npy::{ArchiveError, TileError};
use tessera_pca::{LedgerError, PyramidError};
use tessera_zarr::{OpenError, ReadError, RgbChunkError, WriteError};

/// Some of the work was not done, the rest was.
#[derive(Debug)]
pub(crate) struct Incomplete {
    pub(crate) failed: usize,
    pub(crate) of: usize,
    /// What was not done with them, as in "tiles could not be converted".
    pub(crate) what: &'static str,
}

/// The operator, or the system, asked the program to stop.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl std::fmt::Display for Incomplete {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} of {} {}; run the same command again after mending them",
            self.failed, self.of, self.what
        )
    }
}

impl std::fmt::Display for Interrupted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("interrupted: run the same command again to go on")
    }
}

impl std::error::Error for Incomplete {}
impl std::error::Error for Interrupted {}

/// 0 done, 1 internal error, 2 bad input, 3 incomplete, 75 try again.
pub(crate) fn code_of(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(number_of(error))
}

fn number_of(error: &anyhow::Error) -> u8 {
    if error.is::<Incomplete>() {
        return 3;
    }
    if error.is::<Interrupted>() {
        return 75;
    }
    let internal = |cause: &(dyn Error + 'static)| {
        matches!(
            cause.downcast_ref(),
            Some(
                WriteError::Encode { .. }
                    | WriteError::Metadata { .. }
                    | WriteError::Grid(_)
                    | WriteError::Shape { .. }
            )
        )
    };
    if error.chain().any(internal) {
        return 1;
    }
    let of_source = |cause: &(dyn Error + 'static)| match cause.downcast_ref() {
        Some(QueryError::Source(cause)) => cause.may_pass(),
        _ => cause.downcast_ref().is_some_and(SourceError::may_pass),
    };
    if error.chain().any(of_source) || error.chain().filter_map(io_error).any(is_passing) { 75 } else { 2 }
}

/// What the system said, where that is the cause. Errors that print their cause do not name it as their source.
fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    if let Some(found) = error.downcast_ref::<io::Error>() {
        return Some(found);
    }
    // The source of a query may be on a file system that does not answer.
    if let Some(QueryError::Source(cause)) = error.downcast_ref() {
        return of_source(cause);
    }
    if let Some(cause) = error.downcast_ref::<SourceError>() {
        return of_source(cause);
    }
    of_file(error).or_else(|| of_store(error)).or_else(|| of_pyramid(error))
}

/// That of a Zarr store that is read.
fn of_store<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    if let Some(ReadError::Io { cause, .. } | ReadError::Open(OpenError::Io { cause, .. })) =
        error.downcast_ref()
    {
        return Some(cause);
    }
    if let Some(ArchiveError::Folder { cause, .. } | ArchiveError::Unlistable { cause, .. }) =
        error.downcast_ref()
    {
        return Some(cause);
    }
    if let Some(cause) = error.downcast_ref().and_then(TileError::io_error) {
        return Some(cause);
    }
    match error.downcast_ref() {
        Some(OpenError::Io { cause, .. }) => Some(cause),
        _ => None,
    }
}

fn of_source(error: &SourceError) -> Option<&io::Error> {
    anyhow::Chain::new(&*error.cause).find_map(|cause| io_error(cause))
}

/// That of a file that is written.
fn of_file<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let of_output = |error: &'a OutputError| match error {
        OutputError::Io { cause, .. } => Some(cause),
        _ => None,
    };
    if let Some(GeoTiffError::Output(cause)) = error.downcast_ref() {
        return of_output(cause);
    }
    if let Some(TableError::Output(cause)) = error.downcast_ref() {
        return of_output(cause);
    }
    match error.downcast_ref() {
        Some(PmTilesError::Output(cause)) => of_output(cause),
        Some(PmTilesError::Folder(cause)) => io_error(cause),
        Some(PmTilesError::MapTile { cause, .. }) => io_error(cause),
        _ => None,
    }
}

/// That of a pyramid, its chunks or its ledger.
fn of_pyramid<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    if let Some(LedgerError::Io { cause, .. }) = error.downcast_ref() {
        return Some(cause);
    }
    if let Some(MapTilesError::Io { cause, .. }) = error.downcast_ref() {
        return Some(cause);
    }
    if let Some(MapTileError::Io { cause, .. }) = error.downcast_ref() {
        return Some(cause);
    }
    if let Some(RgbChunkError::Io { cause, .. }) = error.downcast_ref() {
        return Some(cause);
    }
    match error.downcast_ref() {
        Some(PyramidError::Ledger(cause)) => io_error(cause),
        Some(PyramidError::Source { cause, .. } | PyramidError::Store { cause, .. }) => of_source(cause),
        _ => None,
    }
}

/// Whether a failure can be gone another time: a full disk, a server that does not answer.
pub(crate) fn is_passing(error: &io::Error) -> bool {
    if let Some(remote) = RemoteError::of(error) {
        return remote.may_pass();
    }
    if ObjectChanged::is(error) {
        return true;
    }
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::OutOfMemory
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ResourceBusy
            | ErrorKind::StaleNetworkFileHandle
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn codes_say_what_to_do_next() {
        let full = || anyhow::Error::from(io::Error::from(ErrorKind::StorageFull));
        assert_eq!(number_of(&full()), 75);
        assert_eq!(number_of(&Err::<(), _>(full()).context("while writing").unwrap_err()), 75);
        assert_eq!(number_of(&Interrupted.into()), 75);
        assert_eq!(number_of(&Incomplete { failed: 1, of: 2, what: "tiles" }.into()), 3);
        assert_eq!(number_of(&io::Error::from(ErrorKind::NotFound).into()), 2);
        assert_eq!(number_of(&anyhow::anyhow!("anything else")), 2);
        let path = std::path::PathBuf::from("a.tif");
        let full = OutputError::Io { path, cause: ErrorKind::StorageFull.into() };
        assert_eq!(number_of(&anyhow::Error::new(GeoTiffError::Output(full)).context("while writing")), 75);
        let away = tessera_core::SourceError::new("far", io::Error::from(ErrorKind::TimedOut));
        assert_eq!(number_of(&QueryError::from(away).into()), 75);
        let full = || io::Error::from(ErrorKind::StorageFull);
        let path = std::path::PathBuf::from("a");
        let ledger = || LedgerError::Io { path: path.clone(), cause: full() };
        assert_eq!(number_of(&anyhow::Error::new(ledger()).context("while writing")), 75);
        assert_eq!(number_of(&PyramidError::from(ledger()).into()), 75);
        let chunk = tessera_core::PyramidChunk::new(0, 0, 0);
        for cause in [
            SourceError::new("map", MapTileError::Io { name: "a".into(), cause: full() }),
            SourceError::new("group", RgbChunkError::Io { name: "a".into(), cause: full() }),
        ] {
            assert_eq!(number_of(&PyramidError::Store { chunk, cause }.into()), 75);
        }
        assert_eq!(number_of(&MapTilesError::Io { path: path.clone(), cause: full() }.into()), 75);
        let output = OutputError::Io { path: path.clone(), cause: full() };
        assert_eq!(number_of(&PmTilesError::Output(output).into()), 75);
        assert_eq!(number_of(&LedgerError::Locked { path }.into()), 2);
        let internal = WriteError::Metadata { why: "x".into() };
        assert_eq!(number_of(&internal.into()), 1);
    }
}
