//! Files as answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CONTENT_TYPE, ETAG, IF_RANGE, LAST_MODIFIED, RANGE};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tessera_core::Stamp;
use tokio::task::spawn_blocking;
use tower_http::services::ServeFile;

use super::answer::{document, not_found, redirect, text};
use super::folder::is_nothing;
use super::media::media_type;
use super::object_answer;
use super::served::{Content, Served};
use super::served_path::ServedPath;

/// How much of a file is read at a time.
const READ: usize = 256 << 10;

/// Answers with what there is at the path of the address.
pub(super) async fn serve(
    State(served): State<Arc<Served>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if method != Method::GET && method != Method::HEAD {
        let allowed = [(ALLOW, "GET, HEAD")];
        return (allowed, text(StatusCode::METHOD_NOT_ALLOWED, "expected GET or HEAD")).into_response();
    }
    let Some(path) = ServedPath::decode(uri.path()) else { return not_found() };
    let asked = Arc::clone(&served);
    match spawn_blocking(move || asked.content(&path)).await {
        Ok(Ok(Some(Content::File(file)))) => answer(method, headers, file).await,
        Ok(Ok(Some(Content::Object(object, stamp)))) => {
            object_of(&served, &method, &headers, object, stamp).await
        }
        Ok(Ok(Some(Content::Made(media_type, bytes)))) => document(&headers, media_type, bytes),
        // The path has no empty name, so the address cannot be taken for that of another host.
        Ok(Ok(Some(Content::Folder))) => redirect(&format!("{}/", uri.path())),
        Ok(Ok(Some(Content::Elsewhere(path)))) => redirect(&path),
        Ok(Ok(None)) => not_found(),
        Ok(Err(cause)) => {
            let elsewhere = served.blames_store(&cause);
            served.complain(&cause.context(format!("cannot answer {}", uri.path())));
            if elsewhere { no_answer() } else { unreadable() }
        }
        Err(_) => unreadable(),
    }
}

/// Answers with an object of the store.
async fn object_of(
    served: &Served,
    method: &Method,
    headers: &HeaderMap,
    object: String,
    stamp: Stamp,
) -> Response {
    let Some(objects) = served.root().objects() else { return not_found() };
    let what = format!("cannot answer with {object}");
    match object_answer::answer(Arc::clone(objects), method, headers, object, stamp).await {
        Ok(answer) => answer,
        Err(cause) => {
            served.complain(&anyhow::Error::new(cause).context(what));
            no_answer()
        }
    }
}

/// Answers with a file, or the part that is asked for.
async fn answer(method: Method, mut asked: HeaderMap, file: PathBuf) -> Response {
    // A range in another unit, or of anything but GET, is no range (RFC 9110, 14.2).
    let is_range =
        |range: &HeaderValue| range.to_str().is_ok_and(|range| range.trim_start().starts_with("bytes="));
    if method != Method::GET || !asked.get(RANGE).is_some_and(is_range) {
        asked.remove(RANGE);
    }
    if let (true, Some(known)) = (asked.contains_key(RANGE), asked.remove(IF_RANGE)) {
        let now = read(Method::HEAD, HeaderMap::new(), &file).await;
        if !is_same(&known, now.headers()) {
            asked.remove(RANGE);
        }
    }
    if let Some(last) = asked.get(RANGE).and_then(suffix)
        && tokio::fs::metadata(&file).await.is_ok_and(|found| (1..=last).contains(&found.len()))
    {
        asked.insert(RANGE, HeaderValue::from_static("bytes=0-"));
    }
    let mut answer = read(method, asked, &file).await;
    let succeeded = answer.status().is_success();
    if let Some(kind) = answer.headers_mut().get_mut(CONTENT_TYPE).filter(|_| succeeded) {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        *kind = HeaderValue::from_static(media_type(name));
    }
    answer
}

/// How many of the last bytes are asked for, which may be more than there are (RFC 9110, 14.1.2). [`ServeFile`] takes that
/// for a mistake.
fn suffix(range: &HeaderValue) -> Option<u64> {
    range.to_str().ok()?.trim().strip_prefix("bytes=-")?.parse().ok()
}

/// Whether the file is still the one that a client has a part of: by a strong tag, or its time to the second.
fn is_same(known: &HeaderValue, now: &HeaderMap) -> bool {
    now.get(ETAG) == Some(known) || now.get(LAST_MODIFIED) == Some(known)
}

async fn read(method: Method, headers: HeaderMap, file: &Path) -> Response {
    let mut request = Request::new(());
    (*request.method_mut(), *request.headers_mut()) = (method, headers);
    let mut file = ServeFile::new(file).with_buf_chunk_size(READ).ignore_multi_range_requests(true);
    match file.try_call(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(cause) if is_nothing(&cause) => not_found(),
        Err(_) => unreadable(),
    }
}

/// Only the server is told why.
fn no_answer() -> Response {
    text(StatusCode::BAD_GATEWAY, "the store that is served does not answer as it should")
}

fn unreadable() -> Response {
    text(StatusCode::INTERNAL_SERVER_ERROR, "this cannot be read now")
}
