//! Servers and clients of the tests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tessera_io::{Remote, RemoteOptions, RemoteStore};
use tokio::runtime::Runtime;

/// A web server of a folder; it ends when it is dropped.
pub(crate) struct WebServer {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl WebServer {
    pub(crate) fn start(dir: &Path) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let files = tower_http::services::ServeDir::new(dir);
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let files = TowerToHyperService::new(files.clone());
                tokio::spawn(async move {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), files)
                        .await
                        .map_err(|_| None::<Infallible>);
                });
            }
        });
        Self { address, _runtime: runtime }
    }
}

/// Options that give up soon, and know nothing of the environment.
pub(crate) fn quick() -> RemoteOptions {
    RemoteOptions::new()
        .attempts(12)
        .waits(Duration::from_millis(2), Duration::from_millis(20))
        .retry_time(Duration::from_secs(20))
        .idle_timeout(Duration::from_millis(400))
        .variables([("AWS_EC2_METADATA_DISABLED", "true")])
}

pub(crate) fn open(options: RemoteOptions, url: &str) -> (Remote, Arc<RemoteStore>) {
    let remote = Remote::new(options).unwrap();
    let store = remote.open(&url.parse().unwrap()).unwrap();
    (remote, store)
}

/// Bytes that tell where they are from.
pub(crate) fn pattern(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(|_| next()).collect()
}
