//! An attempt that went wrong.

use std::error::Error;
use std::io;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::RETRY_AFTER;
use http::response::Parts;
use object_store::client::{HttpError, HttpErrorKind};
use serde::Deserialize;

use super::backoff::retry_after;
use super::{RemoteError, RemoteTrouble};

/// Why one attempt went wrong.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) trouble: RemoteTrouble,
    pub(super) status: Option<StatusCode>,
    /// How long the server asks to wait.
    pub(super) retry_after: Option<Duration>,
}

/// The body of an error of S3 (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ErrorBody {
    code: String,
    message: String,
    region: Option<String>,
}

/// What is shown of a message of a server.
const SHOWN: usize = 300;

impl Failure {
    pub(super) fn of(trouble: RemoteTrouble) -> Self {
        Self { trouble, status: None, retry_after: None }
    }

    /// An answer that is none to what was asked.
    pub(super) fn answer(what: impl Into<String>, status: StatusCode) -> Self {
        Self { status: Some(status), ..Self::of(RemoteTrouble::Answer(what.into())) }
    }

    /// That of a refusal, with its body.
    pub(super) fn refused(parts: &Parts, body: &[u8]) -> Self {
        let status = parts.status;
        let text = String::from_utf8_lossy(body);
        let said = quick_xml::de::from_str::<ErrorBody>(&text).unwrap_or_default();
        let header =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let answer = [status.as_str(), &said.code, &said.message].into_iter().filter(|part| !part.is_empty());
        let answer = shown(&answer.collect::<Vec<_>>().join(" "));
        let trouble = match (said.code.as_str(), status.as_u16()) {
            (
                "SlowDown" | "InternalError" | "ServiceUnavailable" | "RequestTimeout" | "OperationAborted",
                _,
            )
            | ("ConditionalRequestConflict", _)
            | (_, 408 | 429 | 500 | 502 | 503 | 504) => RemoteTrouble::Busy(answer),
            ("RequestTimeTooSkewed" | "RequestExpired", _) => RemoteTrouble::Clock(answer),
            ("ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired", _) => {
                RemoteTrouble::Expired(answer)
            }
            ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "InvalidSecurity", _) => {
                RemoteTrouble::Credentials(answer)
            }
            ("NoSuchBucket", _) => RemoteTrouble::NoBucket(answer),
            ("PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed", _)
            | (_, 300..=399) => {
                RemoteTrouble::Elsewhere { answer, region: header("x-amz-bucket-region").or(said.region) }
            }
            ("NotImplemented", _) | (_, 405 | 501) => RemoteTrouble::Unsupported(answer),
            (_, 401 | 403) => RemoteTrouble::Denied(answer),
            _ => RemoteTrouble::Refused(answer),
        };
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|text| retry_after(&text, SystemTime::now()));
        Self { trouble, status: Some(status), retry_after }
    }

    /// That of a connection.
    pub(super) fn http(error: &HttpError, connect: Duration) -> Self {
        let (mut refused, mut resolved, mut certificate) = (false, true, None);
        let mut said = Vec::new();
        let mut at: Option<&(dyn Error + 'static)> = error.source();
        while let Some(error) = at {
            let text = error.to_string();
            if let Some(io) = error.downcast_ref::<io::Error>() {
                let io = innermost(io);
                refused |= io.kind() == io::ErrorKind::ConnectionRefused;
                let inner = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
                if matches!(inner, Some(rustls::Error::InvalidCertificate(_))) {
                    certificate = Some(text.clone());
                }
            }
            if let Some(rustls::Error::InvalidCertificate(_)) = error.downcast_ref() {
                certificate = Some(text.clone());
            }
            // The HTTP client gives no type for it.
            resolved &= !text.starts_with("dns error") && !text.starts_with("failed to lookup address");
            if said.last() != Some(&text) {
                said.push(text);
            }
            at = error.source();
        }
        let last = shown(said.last().map_or("", String::as_str));
        Self::of(match error.kind() {
            _ if certificate.is_some() => RemoteTrouble::Certificate(shown(&certificate.unwrap_or_default())),
            HttpErrorKind::Connect if !resolved => RemoteTrouble::NoHost(last),
            HttpErrorKind::Connect => RemoteTrouble::NoConnection(last),
            _ if refused => RemoteTrouble::NoConnection(last),
            HttpErrorKind::Timeout => RemoteTrouble::TimedOut(connect),
            _ => RemoteTrouble::Broken(last),
        })
    }

    /// For those who asked.
    pub(super) fn error(self, url: &str, operation: &'static str, attempts: u32) -> io::Error {
        let status = self.status.map(|status| status.as_u16());
        RemoteError::Request { url: url.to_owned(), operation, status, attempts, trouble: self.trouble }
            .into()
    }
}

/// The one that others were made of, which their sources pass over.
fn innermost(mut error: &io::Error) -> &io::Error {
    while let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        error = inner;
    }
    error
}

/// The beginning of what a server says, on one line.
fn shown(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match plain.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, headers: &[(&'static str, &str)], body: &str) -> Failure {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Failure::refused(&response.body(()).unwrap().into_parts().0, body.as_bytes())
    }

    fn xml(code: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>why</Message><Resource>/x</Resource></Error>"
        )
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, expected, may_pass) in [
            (503, "SlowDown", "busy", true),
            (400, "RequestTimeout", "busy", true),
            (403, "AccessDenied", "not allowed (403 AccessDenied why)", false),
            (403, "RequestTimeTooSkewed", "clocks", false),
            (400, "ExpiredToken", "expired", false),
            (403, "SignatureDoesNotMatch", "refused", false),
            (404, "NoSuchBucket", "no such bucket", false),
            (501, "NotImplemented", "cannot do this", false),
            (418, "", "refused (418)", false),
        ] {
            let failure = of(status, &[], &if code.is_empty() { String::new() } else { xml(code) });
            assert!(failure.trouble.to_string().contains(expected), "{status} {code}: {}", failure.trouble);
            assert_eq!(failure.trouble.may_pass(), may_pass);
        }
    }

    #[test]
    fn an_error_says_what_to_do() {
        let failure = of(301, &[("x-amz-bucket-region", "eu-west-2")], &xml("PermanentRedirect"));
        let text = failure.error("s3://b/x", "read", 1).to_string();
        assert!(text.starts_with("s3://b/x: read: ") && text.ends_with("set AWS_REGION=eu-west-2"), "{text}");
        let failure = of(429, &[("retry-after", "9")], "<html>no xml</html>\u{1b}[31m");
        assert_eq!(failure.retry_after, Some(Duration::from_secs(9)));
        let error = failure.error("https://h/x", "read", 4);
        assert!(error.to_string().contains("4 times") && !error.to_string().contains('\u{1b}'));
        assert!(RemoteError::of(&error).unwrap().may_pass());
        assert_eq!(of(503, &[], &"long ".repeat(999)).trouble, RemoteTrouble::Busy("503".into()));
    }
}
