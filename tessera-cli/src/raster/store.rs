//! A raster as a Zarr store.

use std::ops::Range;
use std::path::Path;

use anyhow::{Error, Result};
use tessera_core::{ScaleCounts, ScaleLimit};
use tessera_zarr::{RasterInfo, RasterWriter, WriteError};

use super::OutputArgs;
use super::cells::Cells;
use super::stage::Stage;
use super::written::Written;
use super::{Job, Raster};
use crate::clock::{rfc_3339, time_of_writing};
use crate::interrupt;

pub(super) fn write(job: &Job<'_>, raster: &Raster<'_>, name: &Path, stage: &Stage) -> Result<Written> {
    let Cells::Pixels(answer) = &raster.cells else {
        anyhow::bail!("only pixels of a query are stored as Zarr")
    };
    let title = job.asked.title();
    let info = RasterInfo {
        grid: answer.raster(),
        year: job.asked.year,
        version: &job.asked.version,
        channels: answer.channels(),
        title: &title,
    };
    let writer = RasterWriter::new(job.args.layout.layout()?).created(rfc_3339(time_of_writing()?));
    let mut counts = ScaleCounts::default();
    // The error as it was: the writer knows it as a text only.
    let mut cause: Option<Error> = None;
    let written = writer.write(&stage.path(name), &info, job.args.memory, &mut |rows, out| {
        let count = rows.len() as u64;
        let read = interrupt::check().and_then(|()| Ok(answer.read_rows_into(rows, out)?));
        if let Err(error) = read {
            let text = error.to_string();
            cause = Some(error);
            return Err(text.into());
        }
        counts += out.view().count(ScaleLimit::default());
        job.progress.steps(count);
        Ok(())
    });
    match (cause, written) {
        (Some(cause), _) => Err(cause),
        (None, Err(error)) => {
            let what = match error {
                WriteError::Memory { .. } => format!("--memory {} is too little", job.args.memory),
                _ => format!("cannot write {}", job.args.output.display()),
            };
            Err(Error::new(error).context(what))
        }
        (None, Ok(done)) => Ok(Written::new(raster, vec![name.to_owned()], counts, done.bytes_out)),
    }
}

/// The strips in which a store asks for its rows.
pub(super) fn strips(args: &OutputArgs, cells: &Cells<'_>) -> Result<impl Iterator<Item = Range<usize>>> {
    Ok(RasterWriter::new(args.layout.layout()?).strips(&cells.grid(), cells.channels())?)
}
