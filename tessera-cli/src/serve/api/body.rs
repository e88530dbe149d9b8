//! The body of a request.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::StatusCode;
use tokio::time::timeout;

use super::problem::Problem;

/// The most bytes of a body.
const LIMIT: usize = 1 << 20;
/// How much more of a body is read, and forgotten, so that the client comes to read why it was refused.
const PATIENCE: usize = 32 << 20;
/// How long a body may take to come.
const TIME: Duration = Duration::from_secs(30);

/// Reads a body of at most 1 MiB.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, Problem> {
    let late = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the body took more than {TIME:?}"));
    timeout(TIME, collect(body)).await.map_err(late)?
}

async fn collect(mut body: Body) -> Result<Vec<u8>, Problem> {
    let (mut bytes, mut length) = (Vec::new(), 0_usize);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let broken =
            |cause| Problem::new(StatusCode::BAD_REQUEST, format!("the body cannot be read: {cause}"));
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        length += data.len();
        if length <= LIMIT {
            bytes.extend_from_slice(&data);
        } else if length > PATIENCE {
            break;
        }
    }
    if length <= LIMIT {
        return Ok(bytes);
    }
    let description = format!(
        "the body has more than {LIMIT} bytes: expected a search, of which a page is asked at a time"
    );
    Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, description))
}
