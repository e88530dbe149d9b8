//! One tile.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use ndarray::Array3;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tessera_core::{QuantizedView, ScaleCounts, ScaleLimit, ScalesView, Source, Tile, Year};
use tessera_pca::Rgba;
use tessera_stac::{Location, Preview, Site, TileRecord, TileStore};
use tessera_zarr::WriteReport;

use super::Job;
use crate::picture::{StretchName, percentages, picture};
use crate::report::Report;
use crate::source::{Opened, with_pixels};

/// What became of a tile.
pub(super) struct Converted {
    pub(super) counts: ScaleCounts,
    pub(super) report: WriteReport,
    explained: Option<String>,
}

pub(super) fn convert(job: &Job<'_>, tile: &Opened, report: &Report) -> Result<()> {
    let path = &job.args.output;
    if let Opened::NpyTile(tile) = tile {
        tile.notices().iter().for_each(|notice| report.note(&format!("{}: {notice}", tile.name())));
    }
    let done = write(job, tile, path)?;
    let tile = tile.as_tile().context("expected one tile")?;
    let (grid, counts) = (tile.grid(), done.counts);
    let mut text = format!(
        "{}\n  tile    {} {}\n  grid    {} × {} pixels of 10 m, {}\n  pixels  {} valid, {} water, {} no data\n  \
         chunks  {} in {} objects\n  bytes   {} in, {} out",
        path.display(),
        tile.id(),
        year_of(job, tile)?,
        grid.rows(),
        grid.cols(),
        grid.zone(),
        counts.valid,
        counts.water,
        counts.no_data,
        done.report.chunks,
        done.report.objects,
        done.report.bytes_in,
        done.report.bytes_out,
    );
    if counts.rejected() > 0 {
        report.note(&broken_scales(&counts));
    }
    if let Some(explained) = &done.explained {
        text += &format!("\n  picture explains {explained} of the variance");
    }
    let mut result = done.json();
    result["output"] = json!(path);
    result["tile"] = json!(tile.id().to_string());
    report.result(&text, &result);
    Ok(())
}

/// Scales that no writer means, in words.
pub(super) fn broken_scales(counts: &ScaleCounts) -> String {
    format!(
        "{} pixels have scales that cannot be meant and count as no data: {} of zero, {} negative, {} of 1 or more",
        counts.rejected(),
        counts.zero,
        counts.negative,
        counts.over_limit
    )
}

impl Converted {
    pub(super) fn json(&self) -> Value {
        json!({
            "counts": self.counts, "chunks": self.report.chunks, "objects": self.report.objects,
            "bytes_in": self.report.bytes_in, "bytes_out": self.report.bytes_out,
        })
    }
}

/// The year of a tile, or of the command line.
pub(super) fn year_of(job: &Job<'_>, tile: &dyn Tile) -> Result<Year> {
    match tile.year().or(job.args.of.year) {
        Some(year) => Ok(year),
        None => bail!("the path of {} does not say the year: say --year", tile.name()),
    }
}

/// Writes the store and what goes beside it. The files beside it are made first, under other names, and take theirs
/// once the store stands: where anything cannot be made, nothing appears.
pub(super) fn write(job: &Job<'_>, source: &Opened, path: &Path) -> Result<Converted> {
    with_pixels(source, |tile, pixels| {
        let year = year_of(job, tile)?;
        let beside = Beside::make(job, tile, pixels, year, path)?;
        let writer = match source {
            // What has been read of a mapped tile is given back: many tiles at once do not add up.
            Opened::NpyTile(tile) => {
                let tile = Arc::clone(tile);
                job.writer.clone().on_rows_read(move |rows| tile.release(rows))
            }
            _ => job.writer.clone(),
        };
        let report = writer.write(path, pixels, tile.grid(), tile.id(), year, tile.version())?;
        let explained = beside.put()?;
        Ok(Converted { counts: pixels.count(ScaleLimit::default()), report, explained })
    })
}

/// The files beside a store, still temporary.
struct Beside {
    files: Vec<(NamedTempFile, PathBuf)>,
    explained: Option<String>,
}

impl Beside {
    fn make(
        job: &Job<'_>,
        tile: &dyn Tile,
        pixels: QuantizedView<'_>,
        year: Year,
        store: &Path,
    ) -> Result<Self> {
        let mut beside = Self { files: Vec::new(), explained: None };
        let mut preview = None;
        if job.args.preview {
            let path = store.with_extension("png");
            let (rows, cols, _) = pixels.dim();
            // A tile of water alone has a picture too, an empty one.
            let picture = if pixels.count(ScaleLimit::default()).valid < 2 {
                Rgba::new(Array3::zeros((rows, cols, 4)))?
            } else {
                let made = picture(pixels, StretchName::Percentile, false)?;
                beside.explained = Some(percentages(&made.basis));
                made.pixels
            };
            let size = beside.add(job, &path, |file| Ok(picture.encode_png(file)?))?;
            let location = Location::file(std::path::absolute(&path)?)?;
            preview = Some(Preview::new(location).shape(rows as u32, cols as u32).size(size));
        }
        if job.args.item {
            let folder = match store.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let location = Location::file(std::path::absolute(store)?)?;
            let mut record = TileRecord::of_tile(tile, year)
                .channel_scales(matches!(pixels.scales(), ScalesView::Channel(_)))
                .store(TileStore::new(location, job.layout.format().number())?.consolidated(true))
                .software("tessera-zarr", env!("CARGO_PKG_VERSION"))
                .created(job.created)?;
            if let Some(preview) = preview {
                record = record.preview(preview);
            }
            let item = record.item_alone(&Site::folder(std::path::absolute(folder)?)?)?;
            let text = tessera_stac::to_json(&item)?;
            beside.add(job, &store.with_extension("json"), |file| Ok(file.write_all(&text)?))?;
        }
        Ok(beside)
    }

    /// Makes a file that is to stand at `path`; returns its size.
    fn add(
        &mut self,
        job: &Job<'_>,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<u64> {
        if !job.args.overwrite && path.try_exists()? {
            bail!("{} exists already: expected nothing there; say --overwrite to replace it", path.display());
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = new_file(folder).with_context(|| format!("cannot write into {}", folder.display()))?;
        write(&mut file).with_context(|| format!("cannot write {}", path.display()))?;
        file.as_file().sync_all().with_context(|| format!("cannot write {}", path.display()))?;
        let size = file.as_file().metadata()?.len();
        self.files.push((file, path.to_owned()));
        Ok(size)
    }

    fn put(self) -> Result<Option<String>> {
        for (file, path) in self.files {
            file.persist(&path)
                .map_err(|e| e.error)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(self.explained)
    }
}

/// A temporary file with the usual permissions: it becomes the real one.
fn new_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tessera.").suffix(".partial");
    #[cfg(unix)]
    builder.permissions(<std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    builder.tempfile_in(folder)
}
