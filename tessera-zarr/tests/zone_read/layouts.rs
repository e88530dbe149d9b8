//! Stores in any order of axes and any codec, made with zarrs.

use proptest::prelude::*;
use serde_json::json;
use tessera_core::Window;
use tessera_zarr::ZoneStore;

use crate::support::{Expected, Form, year};

fn check(form: &Form, windows: &[Window], lists: &[&[usize]]) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    form.write(&path);
    let store = ZoneStore::open(&path).unwrap();
    for number in [2023, 2024] {
        let expected =
            Expected { grid: form.grid(), year: number, nan_is_no_data: false, is_there: &|_, _| true };
        let source = store.source(31, year(number)).unwrap();
        for window in windows {
            lists.iter().for_each(|list| expected.check(&source, *window, list));
        }
    }
}

const WINDOWS: [Window; 4] = [
    Window::new(0, 0, 20, 30),
    Window::new(5, 7, 13, 19),
    Window::new(19, 29, 1, 1),
    Window::new(8, 8, 8, 8),
];
const LISTS: [&[usize]; 4] = [&[0, 1, 2, 3, 4, 5, 6, 7, 8], &[8, 0, 0], &[3], &[1, 2, 3]];

#[test]
fn every_order_of_axes_is_read() {
    for order in [
        ["time", "band", "y", "x"],
        ["time", "y", "x", "band"],
        ["band", "y", "x", "time"],
        ["x", "y", "band", "time"],
        ["time", "x", "band", "y"],
    ] {
        for (chunk, shard) in
            [([1, 8, 8, 9], Some([1, 16, 16, 9])), ([2, 8, 10, 4], None), ([1, 32, 32, 16], None)]
        {
            check(&Form { order, chunk, shard, ..Form::new() }, &WINDOWS, &LISTS);
        }
    }
}

#[test]
fn every_codec_is_read() {
    let blosc = |cname: &str, shuffle: &str, typesize: usize| {
        json!([{"name": "blosc", "configuration":
            {"cname": cname, "clevel": 3, "shuffle": shuffle, "typesize": typesize, "blocksize": 0}}])
    };
    for codecs in [
        json!([]),
        json!([{"name": "zstd", "configuration": {"level": 1, "checksum": false}}]),
        json!([{"name": "zstd", "configuration": {"level": 1, "checksum": true}}]),
        json!([{"name": "gzip", "configuration": {"level": 1}}]),
        blosc("zstd", "noshuffle", 1),
        blosc("zstd", "shuffle", 4),
        blosc("lz4", "bitshuffle", 1),
        // Two codecs are left to zarrs.
        json!([{"name": "zstd", "configuration": {"level": 1, "checksum": false}}, {"name": "crc32c"}]),
    ] {
        for shard in [Some([1, 16, 16, 9]), None] {
            check(&Form { codecs: codecs.clone(), shard, ..Form::new() }, &WINDOWS[..2], &LISTS[..2]);
        }
    }
    // So are big-endian numbers.
    check(&Form { endian: "big", ..Form::new() }, &WINDOWS, &LISTS);
}

#[test]
fn years_in_another_order_are_found() {
    let form = Form { years: vec![2024, 2023], ..Form::new() };
    check(&form, &WINDOWS[..1], &LISTS[..1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_window_of_any_chunks_is_read(
        order in Just(["time", "band", "y", "x"]).prop_shuffle(), times in 1..3_u64,
        chunk in (1..25_u64, 1..25_u64, 1..10_u64), per_shard in prop::option::of((1..3_u64, 1..4_u64)),
        window in (0..20_usize, 0..30_usize, 1..20_usize, 1..30_usize),
        list in prop::collection::vec(0..9_usize, 1..12),
    ) {
        let chunk = [times, chunk.0, chunk.1, chunk.2];
        let shard = per_shard.map(|(rows, cols)| [times, chunk[1] * rows, chunk[2] * cols, chunk[3]]);
        let order = [order[0], order[1], order[2], order[3]];
        let window = Window::new(window.0, window.1, window.2, window.3).clip(20, 30).unwrap();
        check(&Form { order, chunk, shard, ..Form::new() }, &[window], &[&list]);
    }
}
