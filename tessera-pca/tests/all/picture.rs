//! From a tile to a picture.

use crate::tiles::tile;
use tessera_core::{PixelStatus, ScaleLimit};
use tessera_pca::{Moments, Pca, Stretch, StretchMethod};

const METHODS: [StretchMethod; 4] = [
    StretchMethod::Percentile { low: 2.0, high: 98.0 },
    StretchMethod::MinMax,
    StretchMethod::StandardDeviations(2.0),
    StretchMethod::Equalize,
];

#[test]
fn a_broken_scale_never_becomes_a_colour() {
    let (tile, limit) = (tile(60, 70, 32, 21), ScaleLimit::default());
    let basis = Pca::params(3).fit(&Moments::of_view(&tile.view(), limit).unwrap()).unwrap();
    let projected = basis.transform(&tile.view(), limit).unwrap();
    for method in METHODS {
        let picture = Stretch::fit(projected.view(), method).unwrap().apply(projected.view()).unwrap();
        let mut colours = std::collections::HashSet::new();
        for ((row, col), status) in tile.view().status_map(limit).indexed_iter() {
            let colour: [u8; 4] = std::array::from_fn(|k| picture.pixels()[(row, col, k)]);
            if *status == PixelStatus::Valid {
                assert_eq!(colour[3], 255);
                colours.insert(colour);
            } else {
                assert_eq!(colour, [0; 4], "{status:?}");
            }
        }
        assert!(colours.len() > 500, "{method:?} gives {} colours", colours.len());
    }
}

#[test]
fn the_file_holds_the_picture() {
    let (tile, limit) = (tile(40, 30, 16, 22), ScaleLimit::default());
    let basis = Pca::params(3).fit(&Moments::of_view(&tile.view(), limit).unwrap()).unwrap();
    let projected = basis.transform(&tile.view(), limit).unwrap();
    let stretch = Stretch::fit(projected.view(), StretchMethod::default()).unwrap();
    let picture = stretch.apply(projected.view()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("preview.png");
    picture.write_png(&path).unwrap();
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.height, info.width), (40, 30));
    assert_eq!(pixels, picture.bytes());
}
