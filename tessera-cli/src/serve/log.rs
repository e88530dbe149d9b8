//! A line for each request.

use std::time::Instant;

use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;

/// Says on standard error what was asked and answered. An address has no control characters, which HTTP forbids.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let start = Instant::now();
    let answer = next.run(request).await;
    let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()).unwrap_or("-");
    let ms = start.elapsed().as_secs_f64() * 1e3;
    eprintln!("{method} {uri} {} {length} {ms:.1} ms", answer.status().as_u16());
    answer
}
