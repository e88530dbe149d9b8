//! Points from a CSV file.

mod columns;
mod error;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ::csv::{Reader, StringRecord};

pub use error::{PointProblem, PointTableError};

use columns::Columns;

/// Points with what else a table says about them.
///
/// Longitude and latitude are in degrees on WGS 84: columns named `lon`, `longitude` or `x`, and `lat`, `latitude` or
/// `y`, in any case; where there are several, the first of these names wins. All other columns are kept as they are.
///
/// ```
/// use tessera_io::PointTable;
///
/// let csv = "id,Longitude,Latitude,crop\n1,0.15,52.05,wheat\n2,0.16,52.06,\"rye, winter\"\n";
/// let points = PointTable::from_reader("points.csv", csv.as_bytes())?;
/// assert_eq!((points.lon(), points.lat()), (&[0.15, 0.16][..], &[52.05, 52.06][..]));
/// assert_eq!(points.extra_names(), ["id", "crop"]);
/// assert_eq!(points.extra()[1], ["2", "rye, winter"]);
///
/// let error = PointTable::from_reader("points.csv", "lon,lat\n0.15,52.05\n0.15,95\n".as_bytes()).unwrap_err();
/// assert_eq!(error.to_string(), "points.csv: line 3: lat 95: expected -90 to 90 degrees");
/// # Ok::<(), tessera_io::PointTableError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PointTable {
    lon: Vec<f64>,
    lat: Vec<f64>,
    extra_names: Vec<String>,
    extra: Vec<Vec<String>>,
}

impl PointTable {
    /// Reads a CSV file: comma separated, UTF-8, with a header.
    ///
    /// # Errors
    /// Where it cannot be read, has no points, lacks a column or has two of the same name, or where a line has another
    /// number of fields than the header, or a longitude or latitude that is none.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, PointTableError> {
        let path = path.as_ref();
        match File::open(path) {
            Ok(file) => Self::from_reader(path, file),
            Err(cause) => Err(PointTableError { path: path.to_owned(), problem: PointProblem::Io(cause) }),
        }
    }

    /// Reads a CSV from anywhere; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`PointTable::read`].
    pub fn from_reader(name: impl AsRef<Path>, reader: impl Read) -> Result<Self, PointTableError> {
        Self::parse(reader).map_err(|problem| PointTableError { path: name.as_ref().to_owned(), problem })
    }

    fn parse(reader: impl Read) -> Result<Self, PointProblem> {
        let mut reader = Reader::from_reader(reader);
        let names = reader.headers()?.clone();
        if names.is_empty() {
            return Err(PointProblem::Empty);
        }
        let columns = Columns::find(&names)?;
        let mut table = Self {
            lon: Vec::new(),
            lat: Vec::new(),
            extra_names: columns.extra(&names).iter().map(|name| name.trim().to_owned()).collect(),
            extra: Vec::new(),
        };
        let mut record = StringRecord::new();
        while reader.read_record(&mut record)? {
            let line = record.position().map_or(0, ::csv::Position::line);
            table.lon.push(degrees(&record, line, &names, columns.lon, 180)?);
            table.lat.push(degrees(&record, line, &names, columns.lat, 90)?);
            table.extra.push(columns.extra(&record));
        }
        if table.is_empty() { Err(PointProblem::NoPoints) } else { Ok(table) }
    }

    /// The number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lon.len()
    }

    /// Whether there are no points, which no table is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lon.is_empty()
    }

    /// Longitudes in degrees, −180 to 180.
    #[must_use]
    pub fn lon(&self) -> &[f64] {
        &self.lon
    }

    /// Latitudes in degrees, −90 to 90.
    #[must_use]
    pub fn lat(&self) -> &[f64] {
        &self.lat
    }

    /// The names of all other columns, in their order.
    #[must_use]
    pub fn extra_names(&self) -> &[String] {
        &self.extra_names
    }

    /// For each point what stands in all other columns.
    #[must_use]
    pub fn extra(&self) -> &[Vec<String>] {
        &self.extra
    }
}

/// The number in a column, which may be as great as `limit` and as small as its negative.
fn degrees(
    record: &StringRecord,
    line: u64,
    names: &StringRecord,
    column: usize,
    limit: u32,
) -> Result<f64, PointProblem> {
    let (name, got) = (names.get(column).unwrap_or_default().trim(), record.get(column).unwrap_or_default());
    match got.trim().parse::<f64>() {
        Ok(degrees) if degrees.abs() <= f64::from(limit) => Ok(degrees),
        Ok(_) => Err(PointProblem::Range { line, column: name.to_owned(), got: got.to_owned(), limit }),
        Err(_) => Err(PointProblem::Number { line, column: name.to_owned(), got: got.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(csv: &str) -> Result<PointTable, PointProblem> {
        PointTable::parse(csv.as_bytes())
    }

    fn message(csv: &str) -> String {
        parse(csv).unwrap_err().to_string()
    }

    #[test]
    fn a_table_as_programs_write_it() {
        // A byte order mark, spaces, quotes, Windows line ends, an index without a name, a line break in a field, an
        // empty line.
        let table =
            parse("\u{feff},X , LAT,note\r\n0, -180 ,\"90\",\"a\nb\"\r\n\r\n1,1.5e1,-0.0,\"say \"\"é\"\"\"")
                .unwrap();
        assert_eq!((table.lon(), table.lat()), (&[-180.0, 15.0][..], &[90.0, -0.0][..]));
        assert_eq!(table.extra_names(), ["", "note"]);
        assert_eq!(table.extra(), [["0", "a\nb"], ["1", "say \"é\""]]);
        assert_eq!((table.len(), table.is_empty()), (2, false));
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(message("lon,lat\n1,2\n1;2,3\n"), "line 3: lon \"1;2\": expected a number of degrees");
        assert_eq!(
            message("id,lon,lat\n\"a\nb\",1,2\nc,,2\n"),
            "line 4: lon \"\": expected a number of degrees"
        );
        assert_eq!(message("lon,lat\n181,2\n"), "line 2: lon 181: expected -180 to 180 degrees");
        assert_eq!(message("y,x\n-90.1,2\n"), "line 2: y -90.1: expected -90 to 90 degrees");
        assert_eq!(message("lon,lat\nNaN,2\n"), "line 2: lon NaN: expected -180 to 180 degrees");
        assert_eq!(message("lon,lat\ninf,2\n"), "line 2: lon inf: expected -180 to 180 degrees");
        assert_eq!(message("lon,lat\n1,2\n1,2,3\n"), "line 3: 3 fields: expected 2, as in the header");
        assert_eq!(message("lon,lat\n1,2\n1\n"), "line 3: 1 fields: expected 2, as in the header");
        let bytes = PointTable::parse(&b"lon,lat,name\n1,2,a\n1,2,\xff\n"[..]).unwrap_err();
        assert_eq!(bytes.to_string(), "line 3: is not UTF-8");
    }

    #[test]
    fn a_table_without_points_is_none() {
        for empty in ["", "\n\n", "\u{feff}"] {
            assert!(matches!(parse(empty), Err(PointProblem::Empty)), "{empty:?}");
        }
        assert!(matches!(parse("lon,lat\n"), Err(PointProblem::NoPoints)));
        let error = PointTable::read("no/such/points.csv").unwrap_err();
        assert!(matches!(error.problem, PointProblem::Io(_)));
        assert!(error.to_string().starts_with("no/such/points.csv: cannot be read"), "{error}");
    }
}
