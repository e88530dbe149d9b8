//! Tables as Parquet.

use std::fs::{self, File};
use std::path::Path;

use parquet::basic::{Compression, Repetition};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use tessera_io::{TableSpec, TableWriter};

use crate::support::names;
use crate::table::Rows;

fn open(path: &Path) -> SerializedFileReader<File> {
    SerializedFileReader::new(File::open(path).unwrap()).unwrap()
}

#[test]
fn every_value_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.parquet");
    let rows = Rows::new(333, 5);
    rows.write(&path, 100);
    let reader = open(&path);
    let mut count = 0;
    for (row, record) in reader.get_row_iter(None).unwrap().enumerate() {
        let fields: Vec<(String, Field)> =
            record.unwrap().get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect();
        let name = |name: &str, field| (name.to_owned(), field);
        let mut expected = vec![
            name("id", Field::Str(rows.extra[row][0].clone())),
            name("note", Field::Str(rows.extra[row][1].clone())),
            name("lon", Field::Double(rows.lon[row])),
            name("lat", Field::Double(rows.lat[row])),
            name("year", Field::Int(rows.year[row].into())),
            name("status", Field::Str(rows.status[row].to_owned())),
        ];
        for (channel, &value) in rows.values.row(row).iter().enumerate() {
            let field = if value.is_nan() { Field::Null } else { Field::Float(value) };
            expected.push((format!("band_{channel}"), field));
        }
        assert_eq!(fields, expected);
        count += 1;
    }
    assert_eq!(count, 333);
}

#[test]
fn bytes_do_not_depend_on_batches_and_groups_are_full() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.parquet");
    let rows = Rows::new((1 << 16) + 100, 2);
    rows.write(&path, 999);
    let cut = fs::read(&path).unwrap();
    rows.write(&path, usize::MAX);
    assert!(fs::read(&path).unwrap() == cut);
    let metadata = open(&path).metadata().clone();
    let groups: Vec<i64> = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [1 << 16, 100]);
    assert_eq!(names(folder.path()), ["points.parquet"]);
    let band = metadata.row_group(0).column(6);
    assert!(matches!(band.compression(), Compression::ZSTD(_)));
    assert_eq!(band.column_descr().self_type().get_basic_info().repetition(), Repetition::OPTIONAL);
}

#[test]
fn a_table_without_rows_has_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    let spec = TableSpec { extra: vec![String::new()], channels: vec![64] };
    TableWriter::create(&path, spec, false).unwrap().finish().unwrap();
    let reader = open(&path);
    let schema = reader.metadata().file_metadata().schema_descr();
    let columns: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    assert_eq!(columns, ["", "lon", "lat", "year", "status", "band_64"]);
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}
