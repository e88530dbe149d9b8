//! What the exit code says.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use tessera_core::QueryError;
use tessera_io::{GeoTiffError, OutputError, TableError};
use tessera_zarr::WriteError;

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
    if error.chain().filter_map(io_error).any(is_passing) { 75 } else { 2 }
}

/// What the system said, where that is the cause. Errors that print their cause do not name it as their source.
fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
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
    // The source of a query may be on a file system that does not answer.
    if let Some(QueryError::Source(cause)) = error.downcast_ref() {
        return anyhow::Chain::new(&*cause.cause).find_map(|cause| cause.downcast_ref());
    }
    error.downcast_ref()
}

/// Whether a failure can be gone another time: a full disk, a server that does not answer.
pub(crate) fn is_passing(error: &io::Error) -> bool {
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
        let internal = WriteError::Metadata { why: "x".into() };
        assert_eq!(number_of(&internal.into()), 1);
    }
}
