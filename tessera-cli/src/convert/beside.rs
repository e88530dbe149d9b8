//! What goes beside a store.

use std::path::{Path, PathBuf};

use anyhow::Result;
use ndarray::{Array3, aview1, s};
use tessera_core::{PixelStatus, QuantizedView, ScaleLimit, ScalesView, Tile, Year};
use tessera_pca::Rgba;
use tessera_stac::{BasisAsset, Preview, TileRecord, TileStore};

use super::{Files, Job, Target};
use crate::colouring::percentages;
use crate::picture::{Recipe, has_components, picture};
use crate::source::{Opened, with_pixels};

/// What is shown of a valid pixel where there are no components.
const GREY: [u8; 4] = [128, 128, 128, 255];

/// The picture, its basis and the item of a store, in the making.
pub(super) struct Beside {
    files: Files,
    /// What the picture explains of the variance.
    pub(super) explained: Option<String>,
}

impl Beside {
    pub(super) fn make(
        job: &Job<'_>,
        tile: &dyn Tile,
        pixels: QuantizedView<'_>,
        year: Year,
        target: &Target,
    ) -> Result<Self> {
        let store = target.path();
        let mut beside = Self { files: Files::new(job.args.overwrite), explained: None };
        let (mut preview, mut basis) = (None, None);
        if job.args.preview {
            let (path, basis_path) = (store.with_extension("png"), basis_path(store));
            let (rows, cols, _) = pixels.dim();
            let made = picture(pixels, tile.version())?;
            let size = match &made {
                Some(made) => beside.files.add(&path, |file| Ok(made.pixels.encode_png(file)?))?,
                None => beside.files.add(&path, |file| Ok(grey(pixels)?.encode_png(file)?))?,
            };
            let location = target.address(&path)?;
            preview = Some(Preview::new(location).shape(rows as u32, cols as u32).size(size));
            if let Some(made) = made {
                beside.explained = Some(percentages(made.basis.basis()));
                let made_of = Recipe::default().provenance(job.created, tile.name(), Some(year), made.valid);
                let kept = made.basis.provenance(made_of);
                let size = beside.files.add(&basis_path, |file| Ok(kept.write_json(file)?))?;
                let location = target.address(&basis_path)?;
                basis = Some(BasisAsset::new(location).size(size));
            } else {
                beside.files.remove(&basis_path)?;
            }
        }
        if job.args.item {
            let location = target.address(store)?;
            let mut record = TileRecord::of_tile(tile, year)
                .channel_scales(matches!(pixels.scales(), ScalesView::Channel(_)))
                .store(TileStore::new(location, job.layout.format().number())?.consolidated(true))
                .software("tessera-zarr", env!("CARGO_PKG_VERSION"))
                .created(job.created)?;
            if let Some(preview) = preview {
                record = record.preview(preview);
            }
            if let Some(basis) = basis {
                record = record.basis(basis);
            }
            let item = record.item_alone(&target.site()?)?;
            let text = tessera_stac::to_json(&item)?;
            beside.files.add(&store.with_extension("json"), |file| Ok(file.write_all(&text)?))?;
        }
        Ok(beside)
    }

    /// Lets the files appear.
    pub(super) fn put(self) -> Result<Option<String>> {
        self.files.put()?;
        Ok(self.explained)
    }
}

/// A file that is to stand beside a store that is there, and does not.
pub(super) fn missing(job: &Job<'_>, source: &Opened, store: &Path) -> Result<Option<PathBuf>> {
    let wanted = [(job.args.preview, "png"), (job.args.item, "json")];
    let wanted = wanted.into_iter().filter(|(wanted, _)| *wanted);
    for (_, extension) in wanted {
        let file = store.with_extension(extension);
        if !Files::is_there(&file)? {
            return Ok(Some(file));
        }
    }
    let basis = basis_path(store);
    if !job.args.preview || Files::is_there(&basis)? {
        return Ok(None);
    }
    // Whether there is to be one, only the pixels tell.
    Ok(with_pixels(source, |_, pixels| has_components(pixels))?.then_some(basis))
}

fn basis_path(store: &Path) -> PathBuf {
    store.with_extension("basis.json")
}

/// The picture of a tile without components, whose pixels are too few or all the same, or are water: grey where they are
/// valid.
fn grey(pixels: QuantizedView<'_>) -> Result<Rgba> {
    let (rows, cols, _) = pixels.dim();
    let mut picture = Array3::zeros((rows, cols, GREY.len()));
    for ((row, col), status) in pixels.status_map(ScaleLimit::default()).indexed_iter() {
        if *status == PixelStatus::Valid {
            picture.slice_mut(s![row, col, ..]).assign(&aview1(&GREY));
        }
    }
    Ok(Rgba::new(picture)?)
}
