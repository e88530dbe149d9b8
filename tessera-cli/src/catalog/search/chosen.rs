//! Which years of a catalogue are meant, and its items by themselves.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::Year;
use tessera_stac::{CatalogIndex, Location, Site, YearIndex};

use crate::catalog::Home;
use crate::report::list;
use crate::zone::lists;

/// Which years.
#[derive(Debug, Args)]
pub(in crate::catalog) struct YearsArgs {
    /// Only this year
    #[arg(long, value_name = "YEAR", conflicts_with = "years")]
    year: Option<Year>,

    /// Only these years, the last one too, as in 2017..2024 or 2017,2019-2024
    #[arg(long, value_name = "A..B", value_parser = years)]
    years: Option<std::vec::Vec<Year>>,
}

impl YearsArgs {
    /// The indexes of these years, ascending; of all where none are said.
    pub(in crate::catalog) fn of<'a>(&self, catalog: &'a CatalogIndex) -> Result<Vec<&'a YearIndex>> {
        let asked = self.years.clone().or_else(|| Some(vec![self.year?]));
        let chosen = |index: &&YearIndex| asked.as_ref().is_none_or(|years| years.contains(&index.year()));
        let found: Vec<_> = catalog.years().iter().filter(chosen).collect();
        if found.is_empty() {
            let there: Vec<_> = catalog.years().iter().map(YearIndex::year).collect();
            let asked = list(&asked.unwrap_or_default());
            bail!("{} has no year {asked}: it has {}", catalog.path().display(), list(&there));
        }
        Ok(found)
    }
}

fn years(text: &str) -> Result<Vec<Year>, String> {
    lists::years(&text.replace("..", "-"))
}

/// The site for items that are read elsewhere than in their catalogue: all links are absolute, below the base address, or
/// below the folder of the catalogue where there is none.
pub(in crate::catalog) fn site_of(index: &YearIndex, folder: &Path) -> Result<Site> {
    let site = index.site()?;
    let folder = match Home::of(folder)? {
        Home::Folder(folder) => Location::file(folder)?.to_string(),
        Home::Store(store) => store.name().trim_end_matches('/').to_owned(),
    };
    if site.is_absolute() { Ok(site) } else { Ok(site.base_url(&folder)?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_in_every_form() {
        let numbers =
            |text: &str| years(text).map(|years| years.iter().map(|y| y.number()).collect::<Vec<_>>());
        assert_eq!(numbers("2017..2019").unwrap(), [2017, 2018, 2019]);
        assert_eq!(numbers("2024,2017-2018").unwrap(), [2017, 2018, 2024]);
        for bad in ["", "..2019", "2019..", "2019..2017", "17..19"] {
            assert!(years(bad).is_err(), "{bad}");
        }
    }
}
