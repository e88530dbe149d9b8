//! Connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::select;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// The most connections at a time; more wait in the system's queue.
pub(super) const CONNECTIONS: usize = 512;
/// How long a client may take over the headers of a request, or say nothing between two of them.
const HEADERS: Duration = Duration::from_secs(30);
/// The most bytes of the headers of a request.
const HEADER_BYTES: usize = 128 << 10;
/// How long answers that have begun may go on once the server is asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// A request to stop: Ctrl-C, or a signal to terminate.
pub(super) struct Stop {
    #[cfg(unix)]
    signals: [Signal; 2],
}

impl Stop {
    /// From now on a request is noticed.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { signals: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(unix)]
    async fn asked(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    /// From now on a request is noticed.
    #[cfg(not(unix))]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Answers until it is asked to stop; then ends what it has begun.
pub(super) async fn serve(listener: TcpListener, app: Router, mut stop: Stop) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_header_size(HEADER_BYTES);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = select! {
            () = stop.asked() => break,
            next = next => next,
        };
        let Ok((stream, _)) = accepted else {
            // No more files can be open, or the client is gone already: others may have more luck later.
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Answers are written in few pieces: waiting for more of them only delays the last.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that breaks off is its own affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = timeout(LAST_ANSWERS, open.shutdown()).await;
}
