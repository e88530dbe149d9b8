//! The pyramids of pictures that a catalogue shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Error, Result, anyhow, bail};
use clap::Args;
use tessera_core::{DatasetVersion, Year};
use tessera_stac::PyramidAssets;

use crate::catalog::pyramid::{Pyramid, PyramidKind};
use crate::report::list;

/// Which pyramids.
#[derive(Debug, Args)]
pub(super) struct PyramidArgs {
    /// A pyramid of pictures of a year, which its collection tells and the map shows: a .pmtiles archive or its address, a
    /// folder of map tiles with tilejson.json, or a Zarr group with multiscales. The year may be left out where the
    /// pyramid says it, or the catalogue has one alone; YEAR= takes those of a year away
    #[arg(long = "pyramid", value_name = "[YEAR=]PATH", value_parser = asked)]
    pub(super) pyramids: Vec<Asked>,
}

/// A pyramid as it is asked for; without a path, none of that year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    year: Option<Year>,
    path: Option<PathBuf>,
}

fn asked(text: &str) -> Result<Asked, String> {
    // A path may have the sign too, but no year before it.
    let year = text.split_once('=').and_then(|(year, rest)| Some((year.parse().ok()?, rest)));
    match year {
        Some((year, "")) => Ok(Asked { year: Some(year), path: None }),
        Some((year, path)) => Ok(Asked { year: Some(year), path: Some(path.into()) }),
        None if text.is_empty() => Err("no path".to_owned()),
        None => Ok(Asked { year: None, path: Some(text.into()) }),
    }
}

/// The pyramids that are said, year by year.
#[derive(Debug, Default)]
pub(super) struct Pyramids {
    years: BTreeMap<Year, YearPyramids>,
}

/// What is said of the pyramids of a year.
#[derive(Debug, Default)]
pub(super) struct YearPyramids {
    /// Whether those that are known are taken away.
    cleared: bool,
    pyramids: Vec<Pyramid>,
}

impl Pyramids {
    /// Looks at the pyramids. One that does not say its year is of the one among `years`.
    pub(super) fn open(args: &PyramidArgs, years: &BTreeSet<Year>) -> Result<Self> {
        let mut all = Self::default();
        for asked in &args.pyramids {
            let Some(path) = &asked.path else {
                all.years.entry(asked.year.context("no year")?).or_default().cleared = true;
                continue;
            };
            let pyramid = Pyramid::open(path)?;
            let year = match (asked.year, pyramid.year, years.len()) {
                (Some(asked), Some(said), _) if asked != said => {
                    bail!("{} is of {said} by what it says of itself: expected {asked}", path.display())
                }
                (Some(year), ..) | (None, Some(year), _) => year,
                (None, None, 1) => *years.first().context("no year")?,
                _ => bail!("{} does not say its year: expected YEAR={0}", path.display()),
            };
            all.years.entry(year).or_default().add(pyramid, year)?;
        }
        Ok(all)
    }

    /// What is said of a year.
    pub(super) fn of(&self, year: Year) -> Option<&YearPyramids> {
        self.years.get(&year)
    }

    /// The years of which something is said.
    pub(super) fn years(&self) -> impl Iterator<Item = Year> {
        self.years.keys().copied()
    }
}

impl YearPyramids {
    fn add(&mut self, pyramid: Pyramid, year: Year) -> Result<()> {
        if let Some(other) = self.pyramids.iter().find(|other| other.kind == pyramid.kind) {
            let what = match pyramid.kind {
                PyramidKind::Pmtiles => "PMTiles archives",
                PyramidKind::MapTiles => "folders of map tiles",
                PyramidKind::Group => "Zarr groups",
            };
            bail!("{} and {} are two {what} of {year}: expected one", other.name, pyramid.name);
        }
        self.pyramids.push(pyramid);
        Ok(())
    }

    /// Refuses a pyramid of another dataset version than the tiles of its year.
    pub(super) fn check(&self, year: Year, version: &DatasetVersion) -> Result<()> {
        for pyramid in &self.pyramids {
            let said = pyramid.dataset.as_deref().map_or(DatasetVersion::Unknown, DatasetVersion::named);
            let unknown = [&said, version].contains(&&DatasetVersion::Unknown);
            if !unknown && said != *version {
                bail!(
                    "{} is a picture of dataset version {said}: expected {version}, as the tiles of {year} are",
                    pyramid.name
                );
            }
        }
        Ok(())
    }

    /// What a catalogue has of the year that has `known` now.
    pub(super) fn over(&self, known: PyramidAssets) -> PyramidAssets {
        let known = if self.cleared { PyramidAssets::default() } else { known };
        let said = self.pyramids.iter().map(|pyramid| pyramid.assets.clone());
        said.fold(PyramidAssets::default(), PyramidAssets::or).or(known)
    }

    /// Says that a year has no tile to picture.
    pub(super) fn no_tile(&self, year: Year, years: &[Year]) -> Error {
        let name = self.pyramids.first().map_or("--pyramid", |pyramid| &pyramid.name);
        anyhow!("{name}: there is no tile of {year}: expected one of the years {}", list(years))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_may_stand_before_the_path() {
        let year = |number: u16| Some(Year::new(number).unwrap());
        for (text, expected, path) in [
            ("2024=a.pmtiles", year(2024), Some("a.pmtiles")),
            ("2024=", year(2024), None),
            ("2024=a=b", year(2024), Some("a=b")),
            ("a=b.pmtiles", None, Some("a=b.pmtiles")),
            ("2024", None, Some("2024")),
            ("year=2024/map", None, Some("year=2024/map")),
        ] {
            assert_eq!(asked(text).unwrap(), Asked { year: expected, path: path.map(PathBuf::from) });
        }
        assert!(asked("").is_err());
    }
}
