//! Which years.

use std::str::FromStr;

use anyhow::{Result, bail};
use tessera_core::{Year, Zones};

use crate::source::year_of;
use crate::zone::lists;

/// Years as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum YearsName {
    All,
    List(Vec<Year>),
}

impl FromStr for YearsName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        lists::years(text).map(Self::List).map_err(|error| format!("{error}, or all"))
    }
}

/// The years that are asked for, ascending; always at least one.
pub(super) fn chosen(several: Option<&YearsName>, one: Option<Year>, zones: &dyn Zones) -> Result<Vec<Year>> {
    let years = match several {
        None => vec![year_of(zones, one)?],
        Some(YearsName::All) => zones.years(),
        Some(YearsName::List(list)) => list.clone(),
    };
    if years.is_empty() {
        bail!("{} has nothing of any year", zones.name());
    }
    Ok(years)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_a_list() {
        assert_eq!("ALL".parse(), Ok(YearsName::All));
        let YearsName::List(list) = "2019,2017-2018".parse().unwrap() else { panic!() };
        assert_eq!(list.iter().map(|year| year.number()).collect::<Vec<_>>(), [2017, 2018, 2019]);
        assert!("2017-".parse::<YearsName>().unwrap_err().ends_with("or all"));
    }
}
