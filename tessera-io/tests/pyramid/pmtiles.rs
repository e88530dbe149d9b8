use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;
use tessera_core::PyramidStore;
use tessera_io::{MapTiles, PmTilesError, PmTilesReport};

use crate::support::{PLACES, chunk, files, info, plain, sample};

fn pack(map: &MapTiles, path: &Path) -> Result<PmTilesReport, PmTilesError> {
    map.pack(path, false, &mut |_, _| ControlFlow::Continue(()))
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + N].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn degrees(bytes: &[u8], at: usize) -> f64 {
    f64::from(number::<4>(bytes, at) as u32 as i32) / 1e7
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// An archive as the specification says that it is read, where its directory fits in the root.
struct Archive(Vec<u8>);

impl Archive {
    fn section(&self, at: usize) -> &[u8] {
        let (offset, length) = (number::<8>(&self.0, at) as usize, number::<8>(&self.0, at + 8) as usize);
        &self.0[offset..offset + length]
    }

    fn metadata(&self) -> Value {
        serde_json::from_slice(&gunzip(self.section(24))).unwrap()
    }

    /// The id, run, offset and length of each entry of the root directory.
    fn entries(&self) -> Vec<[u64; 4]> {
        let directory = gunzip(self.section(8));
        let mut bytes = directory.iter();
        let mut next = || {
            let (mut number, mut shift) = (0, 0);
            loop {
                let byte = bytes.next().unwrap();
                number |= u64::from(byte & 127) << shift;
                shift += 7;
                if *byte < 128 {
                    return number;
                }
            }
        };
        let mut entries = vec![[0; 4]; next() as usize];
        let mut id = 0;
        entries.iter_mut().for_each(|entry| {
            id += next();
            entry[0] = id;
        });
        entries.iter_mut().for_each(|entry| entry[1] = next());
        entries.iter_mut().for_each(|entry| entry[3] = next());
        let mut end = 0;
        entries.iter_mut().for_each(|entry| {
            entry[2] = next().checked_sub(1).unwrap_or(end);
            end = entry[2] + entry[3];
        });
        assert!(bytes.next().is_none());
        entries
    }
}

/// The ids of the places of the sample, as the JavaScript reader of PMTiles computes them: by zoom, then along the curve.
const IDS: [u64; 7] = [63, 0, 21, 20, 3, 24, 1];

#[test]
fn an_archive_holds_what_the_folder_does() {
    let dir = tempfile::tempdir().unwrap();
    let map = sample(&dir.path().join("map"));
    // What is no map tile is not packed.
    for foreign in ["notes.txt", "1/0/03.png", "1/0/2.png", "1/9/0.png", "2/readme.md", "9/0/0.png"] {
        let place = map.path().join(foreign);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, "foreign").unwrap();
    }
    let path = dir.path().join("map.pmtiles");
    let mut told = Vec::new();
    let report = map
        .pack(&path, false, &mut |done, all| {
            told.push((done, all));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(told, (1..=7).map(|done| (done, 7)).collect::<Vec<_>>());
    let archive = Archive(fs::read(&path).unwrap());
    assert_eq!((report.map_tiles, report.bytes), (7, archive.0.len() as u64));

    let header = &archive.0;
    assert_eq!(&header[..8], b"PMTiles\x03");
    // Addressed, entries, contents; clustered; gzip inside, none of map tiles, PNG; zooms.
    assert_eq!([72, 80, 88].map(|at| number::<8>(header, at)), [7, 7, 7]);
    assert_eq!(header[96..102], [1, 2, 1, 2, 0, 3]);
    assert_eq!([102, 106, 110, 114].map(|at| degrees(header, at)), [0.0, 51.5, 1.0, 52.5]);
    assert_eq!((header[118], degrees(header, 119), degrees(header, 123)), (3, 0.5, 52.0));

    let mut expected: Value =
        serde_json::from_slice(&fs::read(map.path().join("tilejson.json")).unwrap()).unwrap();
    expected.as_object_mut().unwrap().remove("tiles").unwrap();
    assert_eq!(archive.metadata(), expected);
    assert_eq!(archive.metadata()["tessera"], Value::Object(info().tessera));

    let entries = archive.entries();
    let mut places: Vec<_> = IDS.iter().zip(PLACES).collect();
    places.sort();
    assert_eq!(entries.len(), places.len());
    let data = archive.section(56);
    for ([id, run, offset, length], (expected, (z, x, y))) in entries.into_iter().zip(places) {
        assert_eq!((id, run), (*expected, 1));
        let file = fs::read(map.path().join(format!("{z}/{x}/{y}.png"))).unwrap();
        assert!(data[offset as usize..][..length as usize] == file, "{z}/{x}/{y}");
    }
}

#[test]
fn the_same_map_tiles_give_the_same_bytes_and_equal_ones_are_there_once() {
    let dir = tempfile::tempdir().unwrap();
    let map = sample(&dir.path().join("map"));
    let (first, second) = (dir.path().join("a.pmtiles"), dir.path().join("b.pmtiles"));
    let bytes = pack(&map, &first).unwrap().bytes;
    pack(&map, &second).unwrap();
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap());

    for (x, y) in [(4, 4), (4, 5), (5, 5), (5, 4), (2, 2)] {
        map.write_chunk(chunk(3, x, y), &plain([9, 8, 7, 255])).unwrap();
    }
    let report = map.pack(&first, true, &mut |_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.map_tiles, 12);
    let archive = Archive(fs::read(&first).unwrap());
    // Four of them follow one another.
    assert_eq!([72, 80, 88].map(|at| number::<8>(&archive.0, at)), [12, 9, 8]);
    assert!(archive.entries().iter().any(|[_, run, ..]| *run == 4));
    assert!(report.bytes < bytes + 5000, "{} {bytes}", report.bytes);
}

#[test]
fn what_stops_it_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let map = sample(&dir.path().join("map"));
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    let path = out.join("map.pmtiles");
    let stop_at =
        |at| move |done, _| if done == at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    for at in [1, 7] {
        let error = map.pack(&path, false, &mut stop_at(at)).unwrap_err();
        assert!(matches!(error, PmTilesError::Stopped { done, all: 7, .. } if done == at), "{error}");
        assert_eq!(files(&out).len(), 0);
    }
    fs::write(&path, "mine").unwrap();
    assert!(matches!(pack(&map, &path), Err(PmTilesError::Output(_))));
    map.pack(&path, true, &mut stop_at(3)).unwrap_err();
    assert_eq!((fs::read(&path).unwrap(), files(&out).len()), (b"mine".to_vec(), 1));

    let place = map.path().join("3/7/7.png");
    for bad in [fs::read(&place).unwrap().split_last().unwrap().1, b"", b"no picture"] {
        fs::write(&place, bad).unwrap();
        let told = map.pack(&path, true, &mut |_, _| ControlFlow::Continue(())).unwrap_err().to_string();
        assert!(told.contains(&Path::new("3/7/7.png").display().to_string()), "{told}");
    }
    assert_eq!(files(&out).len(), 1);
}

#[test]
fn nothing_is_not_packed() {
    let dir = tempfile::tempdir().unwrap();
    let map = MapTiles::create(dir.path().join("map"), 0..=3, &info()).unwrap();
    let path = dir.path().join("map.pmtiles");
    assert!(matches!(pack(&map, &path), Err(PmTilesError::Empty { .. })));
    assert!(!path.exists());
}
