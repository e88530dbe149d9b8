//! Where a pyramid goes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use tessera_core::{PyramidGrid, PyramidStore, Region};
use tessera_io::{MapTiles, MapTilesInfo};
use tessera_pca::{Ledger, PictureBasis};
use tessera_zarr::{PyramidAttributes, RgbPyramid};

use super::legend::{legend, title};
use super::zooms::Zooms;
use crate::convert::Files;
use tessera_core::Year;

/// The forms of a pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A folder of map tiles {z}/{x}/{y}.png with a tilejson.json: EPSG:3857
    Xyz,
    /// One PMTiles archive of the same; the folder is kept beside it in OUTPUT.build, so that the next run makes only what has
    /// changed
    Pmtiles,
    /// A Zarr group as the published global_rgb: EPSG:4326
    Zarr,
}

impl Form {
    /// The form that a name says.
    pub(super) fn of(path: &Path) -> Self {
        let extension = path.extension().map(|end| end.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("pmtiles") => Self::Pmtiles,
            Some("zarr") => Self::Zarr,
            _ if path.file_name().is_some_and(|name| name == "global_rgb") => Self::Zarr,
            _ => Self::Xyz,
        }
    }
}

/// What a pyramid is to be.
pub(super) struct Wanted<'a> {
    pub(super) form: Form,
    pub(super) path: &'a Path,
    pub(super) zooms: Option<Zooms>,
    pub(super) levels: Option<u8>,
    pub(super) year: Year,
    pub(super) basis: &'a PictureBasis,
    pub(super) bounds: Region,
    pub(super) sync: bool,
}

/// A pyramid that is being made.
pub(super) enum Output {
    Map(Box<MapTiles>),
    Group(Box<RgbPyramid>),
}

impl Wanted<'_> {
    /// Refuses options of another form, before anything is read.
    pub(super) fn check(&self) -> Result<()> {
        if self.form == Form::Zarr && self.zooms.is_some() {
            bail!("--zooms are those of a map, and a Zarr group has levels: expected --levels");
        }
        if self.form != Form::Zarr && self.levels.is_some() {
            bail!("--levels are those of a Zarr group, and a map has zooms: expected --zooms");
        }
        if let Some(levels) = self.levels {
            PyramidGrid::lon_lat(levels)?;
        }
        Ok(())
    }

    /// Makes it, or opens the one that is there, with the ledger that says what it was made of.
    pub(super) fn open(&self) -> Result<(Output, Ledger)> {
        let build = self.build_folder()?;
        fs::create_dir_all(&build).with_context(|| format!("cannot make {}", build.display()))?;
        let (folder, ledger) = (self.folder()?, self.ledger()?);
        if !folder.exists() {
            // Without the pyramid that it tells of, it says nothing.
            match fs::remove_file(&ledger) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", ledger.display()));
                }
                _ => {}
            }
        }
        // First, so that no other process is at work on it.
        let state = Ledger::open(&ledger)?;
        let output = match self.form {
            Form::Zarr => {
                let grid = PyramidGrid::lon_lat(self.levels.unwrap_or(PyramidGrid::MAX_LEVELS))?;
                let group = RgbPyramid::create(&folder, grid, &self.attributes()?)?;
                Output::Group(Box::new(group.sync(self.sync)))
            }
            Form::Xyz | Form::Pmtiles => {
                let zooms = self.zooms.unwrap_or_default();
                Output::Map(Box::new(MapTiles::create(&folder, zooms.range(), &self.info())?.sync(self.sync)))
            }
        };
        Ok((output, state))
    }

    /// The basis in a file, where the form has room for one.
    pub(super) fn write_basis(&self) -> Result<Option<PathBuf>> {
        let path = match self.form {
            Form::Xyz => self.path.join(BASIS),
            Form::Pmtiles => self.path.with_extension(BASIS),
            Form::Zarr => return Ok(None),
        };
        let mut files = Files::new(true);
        files.claim(&path)?;
        files.add(&path, |file| Ok(self.basis.write_json(file)?))?;
        files.put()?;
        Ok(Some(path))
    }

    /// The folder of chunks.
    fn folder(&self) -> Result<PathBuf> {
        Ok(if self.form == Form::Pmtiles { self.build_folder()?.join("map") } else { self.path.to_owned() })
    }

    /// The folder of what is kept beside the pyramid; for a group in a store, beside the store.
    fn build_folder(&self) -> Result<PathBuf> {
        let of = self.store_around().unwrap_or(self.path);
        let name = of.file_name().with_context(|| format!("{}: expected a name", of.display()))?;
        let mut name = name.to_owned();
        name.push(".build");
        Ok(of.with_file_name(name))
    }

    fn ledger(&self) -> Result<PathBuf> {
        let mut name = match self.store_around() {
            Some(_) => self.path.file_name().unwrap_or_default().to_owned(),
            None => "pyramid".into(),
        };
        name.push(".ledger");
        Ok(self.build_folder()?.join(name))
    }

    /// The Zarr store that the pyramid is a group of.
    fn store_around(&self) -> Option<&Path> {
        let parent = self.path.parent()?;
        (self.form == Form::Zarr && parent.join("zarr.json").is_file()).then_some(parent)
    }

    fn info(&self) -> MapTilesInfo {
        let mut info = MapTilesInfo::new(title(self.year, self.basis));
        info.description = "Three principal components of TESSERA embeddings as red, green and blue".into();
        info.attribution = "TESSERA".into();
        info.bounds = self.bounds;
        let file = match self.form {
            Form::Pmtiles => {
                self.path.with_extension(BASIS).file_name().map(|name| name.to_string_lossy().into_owned())
            }
            _ => Some(BASIS.to_owned()),
        };
        info.tessera = legend(self.year, self.basis, file.as_deref());
        info
    }

    fn attributes(&self) -> Result<PyramidAttributes> {
        let mut attributes = PyramidAttributes::new(title(self.year, self.basis));
        attributes.year = Some(self.year);
        attributes.extra.insert("tessera".into(), legend(self.year, self.basis, None).into());
        let mut text = Vec::new();
        self.basis.write_json(&mut text)?;
        attributes.extra.insert("tessera:basis".into(), serde_json::from_slice(&text)?);
        Ok(attributes)
    }
}

/// The name of the file of the basis, or what it ends in.
const BASIS: &str = "basis.json";

impl Output {
    pub(super) fn store(&self) -> &dyn PyramidStore {
        match self {
            Self::Map(map) => &**map,
            Self::Group(group) => &**group,
        }
    }
}
