//! Where a pyramid goes.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use tessera_core::{PyramidGrid, PyramidStore, Region, Year};
use tessera_io::{MapTiles, MapTilesInfo};
use tessera_pca::{Ledger, PictureBasis};
use tessera_zarr::{PyramidAttributes, RgbPyramid};

use super::legend::{legend, title};
use super::zooms::Zooms;
use crate::convert::Files;
use crate::picture::read_basis;

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
    pub(super) overwrite: bool,
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
        self.check_place()
    }

    /// Refuses a place that cannot be, or where something else is, before anything is made.
    fn check_place(&self) -> Result<()> {
        let (shown, build) = (self.path.display(), self.build_folder()?);
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        if !folder.is_dir() {
            bail!("{} is no folder: expected one to write {shown} into", folder.display());
        }
        let ours = match self.form {
            Form::Pmtiles => build.is_dir() || self.overwrite,
            Form::Xyz => self.path.join("tilejson.json").is_file() || is_empty_folder(self.path),
            Form::Zarr => self.path.join("zarr.json").is_file() || is_empty_folder(self.path),
        };
        if self.path.exists() && !ours {
            bail!(
                "{shown}: exists already, and is no pyramid that was made here: expected nothing there, or such a one"
            );
        }
        if let Some(basis) = self.basis_path().filter(|basis| basis.exists() && !self.overwrite) {
            read_basis(&basis).context("it is in the place of the basis; --overwrite replaces it")?;
        }
        Ok(())
    }

    /// Makes it, or opens the one that is there, with the ledger that says what it was made of.
    pub(super) fn open(&self) -> Result<(Output, Ledger)> {
        let build = self.build_folder()?;
        match fs::create_dir(&build) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(error).with_context(|| format!("cannot make {}", build.display()));
            }
            _ => {}
        }
        // First, so that no other process is at work on it.
        let (folder, state) = (self.folder()?, Ledger::open(self.ledger()?)?);
        if !folder.exists() {
            // Without the pyramid that it tells of, it says nothing.
            state.clear()?;
        } else if state.is_empty() && has_chunks(&folder, self.form) {
            bail!(
                "{} holds a pyramid, and nothing says what it was made of: {} is missing or empty; remove the pyramid, and it \
                 is made again",
                folder.display(),
                state.path().display()
            );
        }
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

    /// Where the basis goes, where the form has room for one.
    fn basis_path(&self) -> Option<PathBuf> {
        match self.form {
            Form::Xyz => Some(self.path.join(BASIS)),
            Form::Pmtiles => Some(self.path.with_extension(BASIS)),
            Form::Zarr => None,
        }
    }

    /// Puts the basis beside the pyramid, and says where.
    pub(super) fn write_basis(&self) -> Result<Option<PathBuf>> {
        let Some(path) = self.basis_path() else { return Ok(None) };
        let mut files = Files::new(true);
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
        let path = self.basis_path();
        let file = path.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
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

fn is_empty_folder(path: &Path) -> bool {
    path.read_dir().is_ok_and(|mut entries| entries.next().is_none())
}

/// Whether a pyramid holds anything.
fn has_chunks(folder: &Path, form: Form) -> bool {
    let names = folder
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut levels = names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    match form {
        Form::Zarr => levels.any(|level| folder.join(level).join("rgb/c").exists()),
        Form::Xyz | Form::Pmtiles => levels.next().is_some(),
    }
}
