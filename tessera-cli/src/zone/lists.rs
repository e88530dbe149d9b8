//! Lists of zones and years as they are typed.

use anyhow::{Context, Result, bail};
use tessera_core::Year;

/// Zones as in `30,31` or `1-60`.
pub(crate) fn zones(text: &str) -> Result<Vec<u8>, String> {
    list(text, |text| match text.parse::<u8>() {
        Ok(zone) if (1..=60).contains(&zone) => Ok(zone),
        _ => bail!("{text:?} is not a UTM zone: expected 1..=60"),
    })
    .map_err(|error| format!("{error:#}"))
}

/// Years as in `2024` or `2017-2024,2026`.
pub(crate) fn years(text: &str) -> Result<Vec<Year>, String> {
    let numbers =
        list(text, |text| Ok(text.parse::<Year>()?.number())).map_err(|error| format!("{error:#}"))?;
    numbers.into_iter().map(|number| Year::new(number).map_err(|error| error.to_string())).collect()
}

/// Numbers and ranges of them, ascending, each once.
fn list<T: Copy + Ord + Into<u16> + TryFrom<u16>>(
    text: &str,
    parse: impl Fn(&str) -> Result<T>,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (parse(first.trim())?, parse(last.trim())?);
        if first > last {
            bail!("{part:?} runs backwards: expected the smaller number first");
        }
        for number in first.into()..=last.into() {
            all.push(T::try_from(number).ok().context("a number of a range is out of range")?);
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges() {
        assert_eq!(zones("31, 29-30,31").unwrap(), [29, 30, 31]);
        assert_eq!(zones("1-60").unwrap().len(), 60);
        let numbers: Vec<_> = years("2017-2019,2024").unwrap().iter().map(|year| year.number()).collect();
        assert_eq!(numbers, [2017, 2018, 2019, 2024]);
        for bad in ["", "0", "61", "31-30", "a", "3-", "30,,31"] {
            assert!(zones(bad).is_err(), "{bad}");
        }
        assert!(years("1999").is_err() && years("2024-20255").is_err());
    }
}
