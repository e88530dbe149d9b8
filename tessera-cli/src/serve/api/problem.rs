//! What is wrong with a request.

use std::fmt;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::serve::media::JSON;

/// What is wrong with a request, or with the server, as the API says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    description: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, description: impl Into<String>) -> Self {
        Self { status, description: description.into() }
    }

    /// A parameter that cannot be understood: what was given, and what was expected. What is long is cut.
    pub(super) fn parameter(name: &str, got: impl fmt::Display, expected: &str) -> Self {
        let got = got.to_string();
        let cut = match got.char_indices().nth(80) {
            Some((at, _)) => format!("{}…", &got[..at]),
            None => got,
        };
        Self::new(StatusCode::BAD_REQUEST, format!("{name} is {cut}: expected {expected}"))
    }

    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what)
    }

    /// The fault of the store that is served, of which only the server is told more.
    pub(super) fn elsewhere() -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "the store that holds the catalogue does not answer as it should")
    }

    /// The fault of the server, of which only it is told more.
    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "this cannot be answered now")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // In words, as in "NotFound".
        let code: String = self.status.canonical_reason().unwrap_or("Error").split(' ').collect();
        let body = json!({"code": code, "description": self.description});
        (self.status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
    }
}
