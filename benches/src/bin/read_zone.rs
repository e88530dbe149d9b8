//! Reads a region or points of a zone store once: CPU seconds and peak memory as JSON, for the comparison.
//!
//! `read_zone STORE region|quantized W,S,E,N YEAR` or `read_zone STORE points LON,LAT;… YEAR`. The seconds are of the call, the store's
//! opening included, and of the whole process.

use std::error::Error;

use tessera_benches::clock::{cpu_time, peak_bytes};
use tessera_core::{Answer, Channels, MemoryBudget, Query, Region, ScaleLimit, Year, points};
use tessera_zarr::ZoneStore;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [store, what, place, year] = args.as_slice() else {
        return Err("expected STORE region|points PLACE YEAR".into());
    };
    let year: Year = year.parse()?;
    let begun = cpu_time();
    let store = ZoneStore::open(store)?;
    let shape = match what.as_str() {
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
    println!(r#"{{"call": {call}, "process": {process}, "peak": {}, "shape": {shape:?}}}"#, peak_bytes()?);
    Ok(())
}
