//! Everything that is answered, and what all answers have in common.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, ETAG, LINK, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::cors::{Any, CorsLayer};

use super::media::is_text;
use super::served::Served;
use super::{api, files, log};

/// The application; with `logged`, it says what it was asked on standard error.
pub(super) fn app(served: Served, logged: bool) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::OPTIONS])
        .allow_headers(Any)
        .max_age(Duration::from_secs(86_400))
        .expose_headers([ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, ETAG, LINK]);
    let app = api::routes()
        .fallback(files::serve)
        .with_state(Arc::new(served))
        .layer(compression())
        .layer(from_fn(representation))
        .layer(cors)
        .layer(from_fn(common));
    if logged { app.layer(from_fn(log::log)) } else { app }
}

/// Compresses texts of more than a packet.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth = |status: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        status != StatusCode::PARTIAL_CONTENT && kind.is_some_and(is_text)
    };
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(1400).and(worth))
}

/// Length and ranges are told of the file as it is, so HEAD and ranges are never of a compressed one; and what is
/// compressed has a weak tag, by which no range of the file can be asked for.
async fn representation(mut request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD || request.headers().contains_key(RANGE) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    if headers.contains_key(CONTENT_ENCODING)
        && let Some(tag) =
            headers.get(ETAG).and_then(|tag| tag.to_str().ok()).filter(|tag| !tag.starts_with("W/"))
        && let Ok(weak) = HeaderValue::from_str(&format!("W/{tag}"))
    {
        headers.insert(ETAG, weak);
    }
    answer
}

/// What every answer says.
async fn common(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Kept by clients, and asked for again each time: a catalogue is updated in its place.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}
