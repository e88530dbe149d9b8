//! All that a catalogue describes, year by year.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use anyhow::{Result, anyhow, bail};
use tessera_core::{DatasetVersion, TileId, Year};
use tessera_stac::{FileHashes, PyramidAssets, TileRecord, YearRecords};

use crate::catalog::input::{Input, InputArgs};
use crate::catalog::pyramids::{Pyramids, YearPyramids};
use crate::report::{Report, list};

/// All that a catalogue describes.
pub(super) struct Inputs {
    inputs: Vec<Input>,
    year: Option<Year>,
    /// The years that the catalogue has already, and their dataset versions.
    known: BTreeMap<Year, DatasetVersion>,
    pyramids: Pyramids,
}

/// A year of them, of one dataset version.
pub(super) struct InputYear<'a> {
    year: Year,
    version: DatasetVersion,
    /// Those that have the year, each with its tiles in their order.
    parts: Vec<(&'a Input, Vec<TileId>)>,
    tiles: Vec<TileId>,
    pyramids: Option<&'a YearPyramids>,
}

impl Inputs {
    /// Opens all of them, and says what was passed over. A catalogue that is there has years already.
    pub(super) fn open(
        args: &InputArgs,
        known: BTreeMap<Year, DatasetVersion>,
        report: &Report,
    ) -> Result<Self> {
        let inputs = args.open()?;
        inputs.iter().filter_map(Input::passed_over).for_each(|text| report.note(&text));
        let years =
            inputs.iter().flat_map(Input::years).filter(|year| args.of.year.is_none_or(|y| y == *year));
        let years = years.chain(known.keys().copied()).collect();
        let pyramids = Pyramids::open(&args.pyramids, &years)?;
        Ok(Self { inputs, year: args.of.year, known, pyramids })
    }

    /// The years that some of them have, or the one that is asked for; and those of which only pyramids are said.
    pub(super) fn by_year(&self) -> Result<Vec<InputYear<'_>>> {
        let mut years = if self.inputs.is_empty() { Vec::new() } else { self.with_tiles()? };
        let there: Vec<_> = years.iter().map(|year| year.year).collect();
        for year in self.pyramids.years().filter(|year| !there.contains(year)) {
            let pyramids = self.pyramids.of(year);
            let Some(version) = self.known.get(&year) else {
                let mut all: Vec<_> = there.iter().chain(self.known.keys()).copied().collect();
                all.sort_unstable();
                all.dedup();
                return Err(pyramids.map_or_else(|| anyhow!("no year"), |said| said.no_tile(year, &all)));
            };
            let (parts, tiles) = (Vec::new(), Vec::new());
            years.push(InputYear { year, version: version.clone(), parts, tiles, pyramids });
        }
        for year in &years {
            year.pyramids.map_or(Ok(()), |said| said.check(year.year, &year.version))?;
        }
        Ok(years)
    }

    fn with_tiles(&self) -> Result<Vec<InputYear<'_>>> {
        let all: BTreeSet<Year> = self.inputs.iter().flat_map(Input::years).collect();
        let wanted = all.iter().copied().filter(|year| self.year.is_none_or(|asked| asked == *year));
        let years: Vec<_> = wanted.map(|year| self.of_year(year)).collect::<Result<_>>()?;
        let years: Vec<_> = years.into_iter().filter(|year| !year.tiles.is_empty()).collect();
        if years.is_empty() {
            let names: Vec<_> = self.inputs.iter().map(Input::name).collect();
            let all: Vec<_> = all.into_iter().collect();
            bail!(
                "{} has no tile of a known year to describe (years: {}); --year says one",
                names.join(", "),
                list(&all)
            );
        }
        Ok(years)
    }

    fn of_year(&self, year: Year) -> Result<InputYear<'_>> {
        let mut parts = Vec::new();
        for input in &self.inputs {
            let tiles = input.tiles(year)?;
            if !tiles.is_empty() {
                parts.push((input, tiles));
            }
        }
        let mut versions = parts.iter().map(|(input, _)| (input.version(), input.name()));
        let (version, first) = versions.next().unwrap_or_default();
        if let Some((other, name)) = versions.find(|(other, _)| *other != version) {
            bail!(
                "{first} is of dataset version {version}, {name} of {other}: their embeddings cannot be compared; \
                 expected one version in {year} (--dataset says one where a path does not)"
            );
        }
        let tiles = match parts.as_slice() {
            [(_, only)] => only.clone(),
            parts => parts
                .iter()
                .flat_map(|(_, tiles)| tiles)
                .copied()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
        };
        Ok(InputYear { year, version, parts, tiles, pyramids: self.pyramids.of(year) })
    }
}

impl InputYear<'_> {
    /// Those that have a tile.
    fn with(&self, tile: TileId) -> impl Iterator<Item = &Input> {
        let has = move |(_, tiles): &&(&Input, Vec<TileId>)| tiles.binary_search(&tile).is_ok();
        self.parts.iter().filter(has).map(|(input, _)| *input)
    }
}

impl YearRecords for InputYear<'_> {
    fn year(&self) -> Year {
        self.year
    }

    fn version(&self) -> &DatasetVersion {
        &self.version
    }

    fn tiles(&self) -> Vec<TileId> {
        self.tiles.clone()
    }

    fn record(&self, tile: TileId) -> Result<TileRecord, Box<dyn Error + Send + Sync>> {
        let mut all = self.with(tile).map(|input| input.record(tile, self.year));
        let first = all.next().ok_or("no source has it")??;
        Ok(all.try_fold(first, |record, other| anyhow::Ok(record.merge(other?)?))?)
    }

    fn pyramids(&self, known: PyramidAssets) -> PyramidAssets {
        match self.pyramids {
            Some(said) => said.over(known),
            None => known,
        }
    }

    fn hashes(&self, tile: TileId) -> FileHashes {
        let known = self.with(tile).map(|input| input.hashes(tile, self.year));
        known.into_iter().find(|hashes| !hashes.is_empty()).unwrap_or_default()
    }
}
