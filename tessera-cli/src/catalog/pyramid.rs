//! A pyramid of pictures, and what it says of itself.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tessera_core::Year;
use tessera_stac::{BasisAsset, Location, PmtilesAsset, PyramidAssets};

/// The first bytes of a PMTiles archive of version 3, and which byte says what kind of map tiles it has
/// (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>, 3).
const PMTILES: &[u8; 8] = b"PMTiles\x03";
const PMTILES_HEADER: usize = 127;
const PMTILES_KIND: usize = 99;
const PMTILES_PNG: u8 = 2;
/// Bytes of a JSON file that describes a pyramid, at most: some hundred times the largest of ours.
const MOST: u64 = 4 << 20;

/// What a pyramid lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PyramidKind {
    Pmtiles,
    MapTiles,
    Group,
}

/// A pyramid of pictures, and what it says of itself.
#[derive(Debug)]
pub(super) struct Pyramid {
    /// What to call it in a message.
    pub(super) name: String,
    pub(super) kind: PyramidKind,
    pub(super) year: Option<Year>,
    pub(super) dataset: Option<String>,
    pub(super) assets: PyramidAssets,
}

impl Pyramid {
    /// Looks at a pyramid: of an archive at its header, of the others at the file that describes them.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let archive = path.extension().is_some_and(|extension| extension == "pmtiles");
        if let Some(address) = path.to_str().filter(|text| text.contains("://")) {
            if !archive {
                bail!("{address} is an address: expected that of a .pmtiles archive, or a path");
            }
            return Ok(Self::of_pmtiles(path, PmtilesAsset::new(Location::url(address)?)));
        }
        if archive {
            return Self::pmtiles(path);
        }
        if let Some(json) = read_json(&path.join(PyramidAssets::TILEJSON))? {
            return Self::map_tiles(path, &json);
        }
        match read_json(&path.join("zarr.json"))? {
            Some(json) => Self::group(path, &json),
            None => bail!(
                "{} is no pyramid: expected a .pmtiles archive, a folder with {}, or a Zarr group with multiscales",
                path.display(),
                PyramidAssets::TILEJSON
            ),
        }
    }

    fn pmtiles(path: &Path) -> Result<Self> {
        let look = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(look)?;
        let size = file.metadata().with_context(look)?.len();
        let mut header = Vec::with_capacity(PMTILES_HEADER);
        file.take(PMTILES_HEADER as u64).read_to_end(&mut header).with_context(look)?;
        if header.len() < PMTILES_HEADER || !header.starts_with(PMTILES) {
            bail!("{} is no PMTiles archive of version 3", path.display());
        }
        if header[PMTILES_KIND] != PMTILES_PNG {
            let kind = header[PMTILES_KIND];
            bail!("{} has map tiles of kind {kind}: expected {PMTILES_PNG}, PNG", path.display());
        }
        let mut pyramid = Self::of_pmtiles(path, PmtilesAsset::new(Location::file(path)?).size(size));
        if let Some(basis) = basis(&path.with_extension("basis.json"))? {
            pyramid.assets = pyramid.assets.basis(basis);
        }
        Ok(pyramid)
    }

    fn of_pmtiles(path: &Path, archive: PmtilesAsset) -> Self {
        let (name, assets) = (path.display().to_string(), PyramidAssets::default().pmtiles(archive));
        Self { name, kind: PyramidKind::Pmtiles, year: None, dataset: None, assets }
    }

    fn map_tiles(path: &Path, json: &Value) -> Result<Self> {
        let file = path.join(PyramidAssets::TILEJSON);
        let template = json["tiles"][0].as_str().unwrap_or_default();
        if template.strip_prefix("./").unwrap_or(template) != PyramidAssets::TEMPLATE {
            let expected = PyramidAssets::TEMPLATE;
            bail!("{} has map tiles at {template:?}: expected {expected:?}", file.display());
        }
        let assets = PyramidAssets::default().map_tiles(Location::file(path)?);
        Self::said(path, PyramidKind::MapTiles, &json["tessera"], assets, &file)
    }

    fn group(path: &Path, json: &Value) -> Result<Self> {
        let file = path.join("zarr.json");
        let attributes = &json["attributes"];
        if json["zarr_format"] != 3 || json["node_type"] != "group" || attributes["multiscales"].is_null() {
            bail!("{} is not of a pyramid: expected a Zarr V3 group with multiscales", file.display());
        }
        let assets = PyramidAssets::default().group(Location::file(path)?);
        Self::said(path, PyramidKind::Group, &attributes["tessera"], assets, &file)
    }

    /// A pyramid of which this is said in a file.
    fn said(
        path: &Path,
        kind: PyramidKind,
        said: &Value,
        assets: PyramidAssets,
        file: &Path,
    ) -> Result<Self> {
        let number = said["year"].as_u64();
        let year = number.map(|number| Year::new(u16::try_from(number)?).map_err(anyhow::Error::from));
        let year =
            year.transpose().with_context(|| format!("{} says a year that is none", file.display()))?;
        let mut pyramid = Self {
            name: path.display().to_string(),
            kind,
            year,
            dataset: said["dataset"].as_str().map(str::to_owned),
            assets,
        };
        if let Some(name) = said["basis"].as_str() {
            // A name beside the file, and no way out of the folder.
            if name.contains(['/', '\\']) || name.is_empty() || name.starts_with('.') {
                bail!("{} says that its basis is {name:?}: expected a name beside it", file.display());
            }
            if let Some(basis) = basis(&path.join(name))? {
                pyramid.assets = pyramid.assets.basis(basis);
            }
        }
        Ok(pyramid)
    }
}

/// The basis in a file, where it is there.
fn basis(path: &Path) -> Result<Option<BasisAsset>> {
    match path.metadata() {
        Ok(found) if found.is_file() => Ok(Some(BasisAsset::new(Location::file(path)?).size(found.len()))),
        Ok(_) => Ok(None),
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause).with_context(|| format!("cannot look at {}", path.display())),
    }
}

/// A JSON file that describes a pyramid, where it is there.
fn read_json(path: &Path) -> Result<Option<Value>> {
    let look = || format!("cannot read {}", path.display());
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(MOST + 1).read_to_end(&mut bytes).with_context(look)?,
        Err(cause) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&cause.kind()) => {
            return Ok(None);
        }
        Err(cause) => return Err(cause).with_context(look),
    };
    if bytes.len() as u64 > MOST {
        bail!("{} has more than {MOST} bytes: expected the description of a pyramid", path.display());
    }
    let json = serde_json::from_slice(&bytes).with_context(|| format!("{} is not JSON", path.display()))?;
    Ok(Some(json))
}
