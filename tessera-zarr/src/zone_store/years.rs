//! The years of a time axis.

use tessera_core::Year;

use super::column::Column;

/// The years of the values of a time axis: years as such, or times since an epoch in the words of CF, as in
/// `days since 1970-01-01`.
pub(crate) fn years(values: &Column, units: Option<&str>) -> Result<Vec<Year>, String> {
    let whole = |value: &f64| (value.fract() == 0.0 && value.abs() < 1e18).then_some(*value as i64);
    let values = match values {
        Column::Whole(values) => values.clone(),
        Column::Float(values) => {
            values.iter().map(whole).collect::<Option<_>>().ok_or("numbers that are not whole")?
        }
    };
    let since = match units {
        None | Some("" | "1" | "year" | "years") => None,
        Some(text) => {
            let (unit, epoch) = text.split_once(" since ").ok_or_else(|| format!("units {text:?}"))?;
            Some(per_day(unit).zip(day_of(epoch)).ok_or_else(|| format!("units {text:?}"))?)
        }
    };
    let mut years = Vec::with_capacity(values.len());
    for value in values {
        let number = match since {
            None => Some(value),
            Some((per_day, epoch)) => value.div_euclid(per_day).checked_add(epoch).map(year_of),
        };
        let year = number.and_then(|number| Year::new(u16::try_from(number).ok()?).ok());
        let year = year.ok_or_else(|| format!("the value {value}"))?;
        if years.contains(&year) {
            return Err(format!("the year {year} twice"));
        }
        years.push(year);
    }
    Ok(years)
}

/// How many of a unit make a day.
fn per_day(unit: &str) -> Option<i64> {
    let of_second = match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => return Some(1),
        "hour" => return Some(24),
        "minute" => return Some(24 * 60),
        "second" => 1,
        "millisecond" => 1_000,
        "microsecond" => 1_000_000,
        "nanosecond" => 1_000_000_000,
        _ => return None,
    };
    Some(86_400 * of_second)
}

/// Days from 1970-01-01 to a date, which may go on with midnight: `1970-01-01T00:00:00`.
fn day_of(text: &str) -> Option<i64> {
    let (date, midnight) = text.trim().split_at_checked(10)?;
    midnight.bytes().all(|b| b"T :0.Z+UC".contains(&b)).then_some(())?;
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(())?;
    // Years that begin in March end with the day that not all of them have, and 400 of them are 146,097 days.
    let from_march = year - i64::from(month <= 2);
    let (era, of_era) = (from_march.div_euclid(400), from_march.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The year of a day counted from 1970-01-01.
fn year_of(day: i64) -> i64 {
    let from_march = day.saturating_add(719_468);
    let (era, day) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
    let of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
    // From the 307th day on it is January.
    era * 400 + of_era + i64::from(of_year >= 306)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(values: &[i64], units: Option<&str>) -> Result<Vec<u16>, String> {
        let years = years(&Column::Whole(values.to_vec()), units)?;
        Ok(years.into_iter().map(Year::number).collect())
    }

    proptest! {
        #[test]
        fn any_day_has_its_year(year in 2000..2100_u16, day in 0..365_i64, nanosecond in 0..86_400_000_000_000_i64) {
            let day = i64::from(Year::new(year).unwrap().start_day()) + day;
            prop_assert_eq!(numbers(&[day], Some("days since 1970-01-01")), Ok(vec![year]));
            let time = day * 86_400_000_000_000 + nanosecond;
            prop_assert_eq!(numbers(&[time], Some("nanoseconds since 1970-01-01T00:00:00")), Ok(vec![year]));
            prop_assert_eq!(numbers(&[day - 10_957], Some("days since 2000-01-01 00:00:00")), Ok(vec![year]));
        }

        #[test]
        fn any_number_is_a_year_or_an_error(value: i64) {
            for units in [None, Some("days since 1970-01-01"), Some("nanoseconds since 9999-12-31")] {
                let _ = numbers(&[value], units);
            }
        }
    }

    #[test]
    fn plain_years_come_in_any_order() {
        assert_eq!(numbers(&[2024, 2017, 2020], None), Ok(vec![2024, 2017, 2020]));
        assert_eq!(years(&Column::Float(vec![2019.0]), Some("years")).unwrap()[0].number(), 2019);
        assert_eq!(numbers(&[366, 365], Some("hours since 2020-02-29")).unwrap_err(), "the year 2020 twice");
    }

    #[test]
    fn what_is_not_a_year_is_named() {
        for (values, units, says) in [
            (&[2024, 2023, 2024][..], None, "the year 2024 twice"),
            (&[0], None, "the value 0"),
            (&[i64::MAX], Some("days since 1970-01-01"), "the value"),
            (&[2024], Some("fortnights since 1970-01-01"), "fortnights"),
            (&[2024], Some("days since yesterday"), "yesterday"),
            (&[2024], Some("days since 1970-13-01"), "1970-13-01"),
            (&[2024], Some("days since 1970-01-01 12:00"), "12:00"),
        ] {
            assert!(numbers(values, units).unwrap_err().contains(says), "{units:?}");
        }
        assert!(years(&Column::Float(vec![2019.5]), None).is_err());
    }
}
