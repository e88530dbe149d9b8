//! Asks a STAC API on this machine for random boxes: requests a second as JSON, for the comparison.
//!
//! `load_api ADDRESS CONNECTIONS SECONDS`: each connection asks for one page of 100 items after another and reads it whole.
//! `ADDRESS` is that of `tessera serve`, as 127.0.0.1:8080.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

type Failure = Box<dyn Error + Send + Sync>;

/// What one connection did.
#[derive(Default)]
struct Done {
    requests: u64,
    items: u64,
    bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [address, connections, seconds] = args.as_slice() else {
        return Err("expected ADDRESS CONNECTIONS SECONDS".into());
    };
    let (connections, seconds): (u64, f64) = (connections.parse()?, seconds.parse()?);
    // Once around, so that what is read only once is not measured.
    ask(address, 1_000, Duration::from_secs_f64(seconds / 2.0)).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let all = std::thread::scope(|scope| {
        let each = |seed| scope.spawn(move || ask(address, seed, Duration::from_secs_f64(seconds)));
        let threads: Vec<_> = (0..connections).map(each).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a connection panicked"))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let took = begun.elapsed().as_secs_f64();
    let mut sum = Done::default();
    for done in all {
        let done = done.map_err(|error| error.to_string())?;
        sum.requests += done.requests;
        sum.items += done.items;
        sum.bytes += done.bytes;
    }
    println!(
        r#"{{"requests": {}, "seconds": {took}, "per_second": {}, "items": {}, "bytes": {}}}"#,
        sum.requests,
        sum.requests as f64 / took,
        sum.items,
        sum.bytes
    );
    Ok(())
}

/// Asks over one connection until the time is over.
fn ask(address: &str, seed: u64, time: Duration) -> Result<Done, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::with_capacity(1 << 16, stream.try_clone()?);
    let (begun, mut done, mut body) = (Instant::now(), Done::default(), Vec::new());
    let mut state = seed.wrapping_add(1);
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    while begun.elapsed() < time {
        let (west, south) = (next(3580) as f64 / 10.0 - 180.0, next(1400) as f64 / 10.0 - 60.0);
        let query = format!("bbox={west},{south},{},{}&limit=100", (west + 2.0).min(180.0), south + 2.0);
        write!(stream, "GET /api/search?{query} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
        answer(&mut answers, &mut body)?;
        done.requests += 1;
        done.bytes += body.len() as u64;
        done.items += body.windows(16).filter(|part| part == b"\"type\":\"Feature\"").count() as u64;
    }
    Ok(done)
}

/// Reads an answer of a known length.
fn answer(from: &mut impl BufRead, body: &mut Vec<u8>) -> Result<(), Failure> {
    let (mut line, mut length) = (String::new(), None);
    from.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("got {line:?}, expected HTTP/1.1 200").into());
    }
    loop {
        line.clear();
        from.read_line(&mut line)?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    body.resize(length.ok_or("an answer without Content-Length")?, 0);
    Ok(from.read_exact(body)?)
}
