//! Answers that are not files.

use std::hash::{DefaultHasher, Hasher};

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// A line of text, for people.
pub(super) fn text(status: StatusCode, line: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{line}\n")).into_response()
}

pub(super) fn not_found() -> Response {
    text(StatusCode::NOT_FOUND, "there is nothing here")
}

/// It is elsewhere.
pub(super) fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to)]).into_response(),
        Err(_) => not_found(),
    }
}

/// A document from memory, which a client that has it already need not load again.
pub(super) fn document(asked: &HeaderMap, media_type: &'static str, bytes: Bytes) -> Response {
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    let tag = format!("\"{:016x}-{:x}\"", hasher.finish(), bytes.len());
    let same = |known: &str| {
        known.trim() == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
    };
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok()).any(same);
    let (status, body) =
        if known { (StatusCode::NOT_MODIFIED, Body::empty()) } else { (StatusCode::OK, bytes.into()) };
    (status, [(CONTENT_TYPE, media_type.to_owned()), (ETAG, tag)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_not_sent_twice() {
        let ask = |known: Option<&str>| {
            let mut asked = HeaderMap::new();
            if let Some(known) = known {
                asked.insert(IF_NONE_MATCH, HeaderValue::from_str(known).unwrap());
            }
            let answer = document(&asked, "text/plain", Bytes::from_static(b"abc"));
            (answer.status(), answer.headers()[ETAG].to_str().unwrap().to_owned())
        };
        let (status, tag) = ask(None);
        assert_eq!(status, StatusCode::OK);
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            assert_eq!(ask(Some(&known)), (StatusCode::NOT_MODIFIED, tag.clone()), "{known}");
        }
        assert_eq!(ask(Some("\"x\"")).0, StatusCode::OK);
    }
}
