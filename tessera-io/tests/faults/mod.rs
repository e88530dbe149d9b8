//! A proxy that does to requests and answers what servers and networks do on bad days, by a seed and rates.
//!
//! It needs nothing of the crate, so that tests of others may include it by its path. Each connection has a thread; to the
//! server behind, each request is a connection of its own. The `Host` that the client names is what the server sees, so
//! that signatures stay good.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What goes wrong, as the share of requests that it befalls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    pub(crate) seed: u64,
    /// 429 or 503 instead of an answer, and how many more times in a row.
    pub(crate) busy: f64,
    pub(crate) burst: u64,
    /// The `Retry-After` of every second of them.
    pub(crate) retry_after: Option<String>,
    /// A reset: before the request reaches the server, after it did and before the answer, or in the middle of the body.
    pub(crate) reset: f64,
    /// An end in the middle of the body, whose length was told rightly.
    pub(crate) truncated: f64,
    /// A pause in the middle of the body.
    pub(crate) slow: f64,
    pub(crate) pause: Duration,
    /// 200 and the whole object for a range.
    pub(crate) whole: f64,
    /// Another range than was asked for.
    pub(crate) shifted: f64,
    /// Another ETag than the object's.
    pub(crate) stale: f64,
    /// 403 for listings.
    pub(crate) deny_list: f64,
    /// 501 for conditional puts, or nothing of them heeded.
    pub(crate) conditional: Conditional,
    /// What each answer waits for.
    pub(crate) latency: Duration,
}

/// What becomes of `If-None-Match`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(dead_code)]
pub(crate) enum Conditional {
    #[default]
    Passed,
    NotImplemented,
    Ignored,
}

/// A request as it came.
#[derive(Debug, Clone)]
#[allow(dead_code)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: Option<String>,
}

#[derive(Debug)]
struct State {
    upstream: SocketAddr,
    faults: Mutex<Faults>,
    requests: AtomicU64,
    bytes: AtomicU64,
    disturbed: AtomicU64,
    busy_left: AtomicU64,
    seen: Mutex<Vec<Seen>>,
    ended: AtomicBool,
}

/// The proxy; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct FaultProxy {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

#[allow(dead_code)]
impl FaultProxy {
    pub(crate) fn start(upstream: SocketAddr, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            upstream,
            faults: Mutex::new(faults),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            disturbed: AtomicU64::new(0),
            busy_left: AtomicU64::new(0),
            seen: Mutex::default(),
            ended: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.ended.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // A client that goes away is none of a proxy's troubles.
                    let _ = serve(&state, stream);
                });
            }
        });
        Self { address, state, listening: Some(listening) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn set(&self, faults: Faults) {
        *self.state.faults.lock().unwrap() = faults;
        self.state.busy_left.store(0, Ordering::SeqCst);
    }

    /// Requests that came, repeated ones too.
    pub(crate) fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// Bytes of bodies that were passed back.
    pub(crate) fn bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::SeqCst)
    }

    /// Requests that something befell.
    pub(crate) fn disturbed(&self) -> u64 {
        self.state.disturbed.load(Ordering::SeqCst)
    }

    /// What came since this was last asked.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state.seen.lock().unwrap())
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        // So that it looks.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

/// Chance by a seed: splitmix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn hits(&mut self, rate: f64) -> bool {
        ((self.next() >> 11) as f64 / (1u64 << 53) as f64) < rate
    }
}

struct Head {
    first: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut head = Self { first: line.trim_end().to_owned(), headers: Vec::new() };
        loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => head.headers.push((name.to_owned(), value.trim().to_owned())),
                None => return Ok(Some(head)),
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(has, _)| has.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn remove(&mut self, name: &str) {
        self.headers.retain(|(has, _)| !has.eq_ignore_ascii_case(name));
    }

    fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.first);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        (text + "\r\n").into_bytes()
    }
}

/// Where a reset strikes.
#[derive(PartialEq)]
enum Reset {
    Before,
    After,
    InBody,
}

fn serve(state: &State, client: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client.try_clone()?);
    while let Some(mut head) = Head::read(&mut reader)? {
        let length = head.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let number = state.requests.fetch_add(1, Ordering::SeqCst);
        let faults = state.faults.lock().unwrap().clone();
        let mut chance = Chance(faults.seed.wrapping_mul(0x0100_0000_01b3) ^ number);
        let mut parts = head.first.split(' ');
        let seen = Seen {
            method: parts.next().unwrap_or_default().to_owned(),
            path: parts.next().unwrap_or_default().to_owned(),
            range: head.get("range").map(str::to_owned),
            if_match: head.get("if-match").map(str::to_owned),
            if_none_match: head.get("if-none-match").map(str::to_owned),
        };
        state.seen.lock().unwrap().push(seen.clone());
        std::thread::sleep(faults.latency);
        let strikes = |hit: bool| {
            if hit {
                state.disturbed.fetch_add(1, Ordering::SeqCst);
            }
            hit
        };
        let in_burst = state
            .busy_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
            .is_ok();
        if strikes(in_burst || chance.hits(faults.busy)) {
            if !in_burst {
                state.busy_left.store(faults.burst, Ordering::SeqCst);
            }
            let wait = faults.retry_after.filter(|_| number.is_multiple_of(2));
            let wait = wait.map_or(String::new(), |wait| format!("Retry-After: {wait}\r\n"));
            let status = if chance.hits(0.5) { "429 Too Many Requests" } else { "503 Slow Down" };
            let text = "<Error><Code>SlowDown</Code></Error>";
            let text = if seen.method == "HEAD" { "" } else { text };
            write!(&client, "HTTP/1.1 {status}\r\n{wait}Content-Length: {}\r\n\r\n{text}", text.len())?;
            continue;
        }
        if seen.path.contains("list-type=2") && strikes(chance.hits(faults.deny_list)) {
            let text = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
            write!(&client, "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{text}", text.len())?;
            continue;
        }
        if seen.method == "PUT" && seen.if_none_match.is_some() {
            match faults.conditional {
                Conditional::Passed => {}
                Conditional::NotImplemented => {
                    let text = "<Error><Code>NotImplemented</Code></Error>";
                    write!(
                        &client,
                        "HTTP/1.1 501 Not Implemented\r\nContent-Length: {}\r\n\r\n{text}",
                        text.len()
                    )?;
                    continue;
                }
                Conditional::Ignored => head.remove("if-none-match"),
            }
        }
        let reset = strikes(chance.hits(faults.reset)).then(|| match chance.next() % 3 {
            0 => Reset::Before,
            1 => Reset::After,
            _ => Reset::InBody,
        });
        if reset == Some(Reset::Before) {
            return break_off(&client);
        }
        if let Some(range) = &seen.range {
            if strikes(chance.hits(faults.whole)) {
                head.remove("range");
            } else if let Some((start, end)) = bounds(range).filter(|_| strikes(chance.hits(faults.shifted)))
            {
                head.set("range", &format!("bytes={}-{}", start + 1, end));
            }
        }
        head.set("connection", "close");
        let server = TcpStream::connect(state.upstream)?;
        (&server).write_all(&head.bytes())?;
        (&server).write_all(&body)?;
        let mut answer = BufReader::new(server);
        let Some(mut head) = Head::read(&mut answer)? else { return break_off(&client) };
        let mut body = Vec::new();
        let told = head.get("content-length").and_then(|text| text.parse::<u64>().ok());
        if seen.method != "HEAD" {
            answer.take(told.unwrap_or(u64::MAX)).read_to_end(&mut body)?;
        }
        if reset == Some(Reset::After) {
            return break_off(&client);
        }
        if head.get("etag").is_some()
            && matches!(seen.method.as_str(), "GET" | "HEAD")
            && strikes(chance.hits(faults.stale))
        {
            head.set("ETag", "\"another\"");
        }
        // Without a length the end of the connection is the end of the body.
        let closes = told.is_none() && !head.first.contains(" 304") && !head.first.contains(" 204");
        head.set("connection", if closes { "close" } else { "keep-alive" });
        let half = body.len() / 2;
        (&client).write_all(&head.bytes())?;
        if body.len() > 1 {
            (&client).write_all(&body[..half])?;
            state.bytes.fetch_add(half as u64, Ordering::SeqCst);
            if reset.is_some() {
                return break_off(&client);
            }
            if strikes(chance.hits(faults.truncated)) {
                return client.shutdown(Shutdown::Both);
            }
            if strikes(chance.hits(faults.slow)) {
                std::thread::sleep(faults.pause);
            }
            (&client).write_all(&body[half..])?;
            state.bytes.fetch_add((body.len() - half) as u64, Ordering::SeqCst);
        } else {
            (&client).write_all(&body)?;
            state.bytes.fetch_add(body.len() as u64, Ordering::SeqCst);
        }
        if closes {
            return client.shutdown(Shutdown::Both);
        }
    }
    Ok(())
}

/// The bounds of a range of two bytes at least.
fn bounds(range: &str) -> Option<(u64, u64)> {
    let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    (start < end).then_some((start, end))
}

/// Ends a connection by a reset rather than by an end.
fn break_off(client: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(client).set_linger(Some(Duration::ZERO))?;
    Ok(())
}
