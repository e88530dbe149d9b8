//! Serves a folder over HTTP as from far away: every answer begins after a wait, and requests and bytes are counted.
//!
//! `far_server FOLDER MILLISECONDS` prints its address. `GET /counts` says how many requests were answered since it was last
//! asked, `{"requests": …, "head": …, "bytes": …}`. Used by `compare/remote.py`.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// What was answered.
#[derive(Default)]
struct Counts {
    requests: AtomicU64,
    head: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    fn add(&self, method: &Method, answer: &Response<Body>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if method == Method::HEAD {
            self.head.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let length = answer.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
        self.bytes.fetch_add(length, Ordering::Relaxed);
    }

    /// What was counted since this was last asked.
    fn take(&self) -> String {
        let [requests, head, bytes] =
            [&self.requests, &self.head, &self.bytes].map(|count| count.swap(0, Ordering::Relaxed));
        format!(r#"{{"requests": {requests}, "head": {head}, "bytes": {bytes}}}"#)
    }
}

async fn answer(
    request: Request<Incoming>,
    files: ServeDir,
    wait: Duration,
    counts: Arc<Counts>,
) -> Result<Response<Body>, Infallible> {
    if request.uri().path() == "/counts" {
        let mut answer = Response::new(Body::from(counts.take()));
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(answer);
    }
    tokio::time::sleep(wait).await;
    let method = request.method().clone();
    let answer = match files.oneshot(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(never) => match never {},
    };
    if answer.status() != StatusCode::NOT_FOUND {
        counts.add(&method, &answer);
    } else {
        counts.requests.fetch_add(1, Ordering::Relaxed);
    }
    Ok(answer)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, wait] = args.as_slice() else { return Err("expected FOLDER MILLISECONDS".into()) };
    let (files, wait) = (ServeDir::new(folder), Duration::from_millis(wait.parse()?));
    let counts: Arc<Counts> = Arc::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (files, counts) = (files.clone(), counts.clone());
        let service = service_fn(move |request| answer(request, files.clone(), wait, counts.clone()));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
