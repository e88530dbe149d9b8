//! Which columns are longitude and latitude.

use ::csv::StringRecord;

use super::PointProblem;

const LON: [&str; 3] = ["lon", "longitude", "x"];
const LAT: [&str; 3] = ["lat", "latitude", "y"];

/// Which columns are longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) lon: usize,
    pub(super) lat: usize,
}

impl Columns {
    /// Finds them by their names.
    pub(super) fn find(names: &StringRecord) -> Result<Self, PointProblem> {
        let names: Vec<&str> = names.iter().map(str::trim).collect();
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(PointProblem::Twice { column: (*name).to_owned() });
            }
        }
        Ok(Self { lon: one_of(&names, LON)?, lat: one_of(&names, LAT)? })
    }

    /// All other fields of a line.
    pub(super) fn extra(self, record: &StringRecord) -> Vec<String> {
        let others = record.iter().enumerate().filter(|&(index, _)| index != self.lon && index != self.lat);
        others.map(|(_, field)| field.to_owned()).collect()
    }
}

/// The column of the first of some names that a column has.
fn one_of(names: &[&str], wanted: [&'static str; 3]) -> Result<usize, PointProblem> {
    for wanted in wanted {
        let mut found = names.iter().enumerate().filter(|(_, name)| name.eq_ignore_ascii_case(wanted));
        if let Some((index, _)) = found.next() {
            return match found.next() {
                Some((_, second)) => Err(PointProblem::Twice { column: (*second).to_owned() }),
                None => Ok(index),
            };
        }
    }
    let found = names.iter().map(|&name| name.to_owned()).collect();
    Err(PointProblem::Missing { expected: wanted, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(names: &[&str]) -> Result<(usize, usize), PointProblem> {
        Columns::find(&StringRecord::from(names.to_vec())).map(|columns| (columns.lon, columns.lat))
    }

    #[test]
    fn every_spelling_is_found_and_the_first_wins() {
        assert_eq!(find(&["id", "lat", "lon"]).unwrap(), (2, 1));
        assert_eq!(find(&["LONGITUDE", " Latitude "]).unwrap(), (0, 1));
        assert_eq!(find(&["y", "x"]).unwrap(), (1, 0));
        // Projected coordinates beside degrees.
        assert_eq!(find(&["x", "y", "latitude", "lon", "lat"]).unwrap(), (3, 4));
    }

    #[test]
    fn names_that_are_missing_or_there_twice() {
        let missing = find(&["lon;lat"]).unwrap_err().to_string();
        assert_eq!(missing, "has no column lon, longitude or x: found \"lon;lat\"");
        assert!(matches!(find(&["lon", "height"]), Err(PointProblem::Missing { .. })));
        for names in [["lon", "lat", "id", "id"], ["lon", "lat", "Lon", "id"], ["lon", "lat", "", " "]] {
            assert!(matches!(find(&names), Err(PointProblem::Twice { .. })), "{names:?}");
        }
    }
}
