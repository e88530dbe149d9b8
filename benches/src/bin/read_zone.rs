//! Reads a region, a window or points of a zone store once: seconds and peak memory as JSON, for the comparison.
//!
//! `read_zone STORE region|quantized W,S,E,N YEAR`, `read_zone STORE window|warm ZONE:ROW,COL,ROWS,COLS YEAR`, or `read_zone STORE points
//! LON,LAT;… YEAR`. STORE is a path or an address. The seconds are of the call, the store's opening included, on the clock
//! (`wall`) and of the CPU (`call`), and of the whole process. `warm` reads the window and then the one that begins two rows
//! further south.

use std::error::Error;
use std::time::Instant;

use tessera_benches::clock::{cpu_time, peak_bytes};
use tessera_core::{
    Answer, Channels, MemoryBudget, PixelStatus, Quantized, Query, Region, ScaleLimit, Source, Window, Year,
    points,
};
use tessera_io::{Location, Remote, RemoteOptions};
use tessera_zarr::ZoneStore;

/// The store at a location.
fn open(location: &Location) -> Result<ZoneStore, Box<dyn Error>> {
    if let Some(path) = location.as_path() {
        return Ok(ZoneStore::open(path)?);
    }
    let remote = Remote::new(RemoteOptions::new())?;
    Ok(ZoneStore::open_in(remote.store(location)?)?)
}

/// A window as in `31:10,20,512,512`: zone, row, column, rows and columns of the arrays of the zone.
fn window(text: &str) -> Result<(u8, Window), Box<dyn Error>> {
    let (zone, rest) = text.split_once(':').ok_or("expected ZONE:ROW,COL,ROWS,COLS")?;
    let numbers = rest.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    let &[row, col, rows, cols] = numbers.as_slice() else { return Err("expected ROW,COL,ROWS,COLS".into()) };
    Ok((zone.parse()?, Window::new(row, col, rows, cols)))
}

/// The sum of the values of the valid pixels, and how many these are.
fn sum(pixels: &Quantized) -> (i64, u64) {
    let view = pixels.view();
    let (rows, cols, _) = view.dim();
    let (mut sum, mut valid) = (0, 0);
    for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
        if view.status(row, col, ScaleLimit::default()) == PixelStatus::Valid {
            valid += 1;
            sum += view
                .data()
                .slice(ndarray::s![row, col, ..])
                .iter()
                .map(|value| i64::from(*value))
                .sum::<i64>();
        }
    }
    (sum, valid)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [store, what, place, year] = args.as_slice() else {
        return Err("expected STORE region|points PLACE YEAR".into());
    };
    let year: Year = year.parse()?;
    let (begun, started) = (cpu_time(), Instant::now());
    let store = open(&store.parse()?)?;
    let mut pixels = Quantized::empty();
    let shape = match what.as_str() {
        "window" | "warm" => {
            let (zone, window) = window(place)?;
            let source = store.source(zone, year).ok_or("no such zone or year")?;
            source.read_window_into(window, &Channels::All, &mut pixels)?;
            if what == "warm" {
                let below = Window { row: window.row + 2, ..window };
                source.read_window_into(below, &Channels::All, &mut pixels)?;
            }
            let dim = pixels.view().dim();
            vec![dim.0, dim.1, dim.2]
        }
        "region" | "quantized" => {
            let parts = Query::new(place.parse::<Region>()?, year).native(&store)?;
            let [part] = parts.as_slice() else { return Err("expected a region in one zone".into()) };
            let budget = MemoryBudget::from_mib(1 << 20)?;
            let dim =
                if what == "region" { part.values(budget)?.dim() } else { part.read(budget)?.view().dim() };
            vec![dim.0, dim.1, dim.2]
        }
        _ => {
            let at = place.split(';').map(|point| {
                let (lon, lat) = point.split_once(',').ok_or("expected LON,LAT")?;
                Ok((lon.parse()?, lat.parse()?))
            });
            let at = at.collect::<Result<Vec<(f64, f64)>, Box<dyn Error>>>()?;
            points(&store, year, &at, &Channels::All, ScaleLimit::default())?.values().shape().to_vec()
        }
    };
    let (call, process) = ((cpu_time() - begun).as_secs_f64(), cpu_time().as_secs_f64());
    let (wall, (sum, valid)) = (started.elapsed().as_secs_f64(), sum(&pixels));
    println!(
        r#"{{"call": {call}, "wall": {wall}, "process": {process}, "peak": {}, "shape": {shape:?}, "sum": {sum}, "valid": {valid}}}"#,
        peak_bytes()?
    );
    Ok(())
}
