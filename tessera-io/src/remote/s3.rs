//! Where requests go, and how they are signed.

use std::fmt;

use http::header::CONTENT_LENGTH;
use object_store::aws::{AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpRequest, HttpRequestBody};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::Call;
use super::failure::Failure;
use super::settings::S3Settings;
use super::{RemoteError, RemoteTrouble};
use crate::{RemoteScheme, RemoteUrl};

/// What stays as it is in names that are signed
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
pub(super) const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, in a path.
const STRICT_PATH: &AsciiSet = &STRICT.remove(b'/');

/// Where the requests of a store go.
pub(super) struct Target {
    /// The folder of the store.
    pub(super) url: RemoteUrl,
    /// The address of the bucket, without a slash at its end; none for a web server.
    bucket: Option<String>,
    signer: Option<Signer>,
}

/// Who signs.
struct Signer {
    credentials: AwsCredentialProvider,
    region: String,
}

/// Without those who sign.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("url", &self.url).field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

impl Target {
    pub(super) fn web(url: RemoteUrl) -> Result<Self, RemoteError> {
        let target = Self { url, bucket: None, signer: None };
        target.checked()
    }

    pub(super) fn bucket(
        url: RemoteUrl,
        settings: &S3Settings,
        credentials: Option<AwsCredentialProvider>,
    ) -> Result<Self, RemoteError> {
        let bucket = settings.bucket_url(url.host())?;
        let signer = credentials.map(|credentials| Signer { credentials, region: settings.region.clone() });
        Self { url, bucket: Some(bucket), signer }.checked()
    }

    /// The HTTP client and object_store both take an address for granted.
    fn checked(self) -> Result<Self, RemoteError> {
        let text = self.object_url("x");
        let reads = |text: &str| {
            let url = reqwest::Url::parse(text).ok()?;
            text.parse::<http::Uri>().ok()?.host()?;
            url.host().map(|_| ())
        };
        match reads(&text) {
            Some(()) => Ok(self),
            None => Err(RemoteError::Setting {
                name: self.url.to_string(),
                expected: format!("an address, found {:?}", text.strip_suffix("x").unwrap_or(&text)),
            }),
        }
    }

    pub(super) fn is_s3(&self) -> bool {
        self.bucket.is_some()
    }

    /// Whether requests go unencrypted.
    pub(super) fn is_plain_http(&self) -> bool {
        match &self.bucket {
            Some(bucket) => bucket.starts_with("http:"),
            None => self.url.scheme() == RemoteScheme::Http,
        }
    }

    /// The address of an object.
    pub(super) fn object_url(&self, object: &str) -> String {
        let url = self.url.join(object);
        match &self.bucket {
            Some(bucket) => format!("{bucket}/{}", utf8_percent_encode(url.path(), STRICT_PATH)),
            None => url.to_string(),
        }
    }

    /// That of an object with a query, of S3.
    pub(super) fn query_url(&self, object: &str, query: &[(&str, &str)]) -> String {
        format!("{}?{}", self.object_url(object), encoded(query))
    }

    /// That of the bucket with a query.
    pub(super) fn bucket_url(&self, query: &[(&str, &str)]) -> Option<String> {
        self.bucket.as_ref().map(|bucket| format!("{bucket}/?{}", encoded(query)))
    }

    /// What to call an object in messages.
    pub(super) fn about(&self, object: &str) -> String {
        self.url.join(object).to_string()
    }

    /// The request, signed for now.
    pub(super) async fn request(&self, call: &Call) -> Result<HttpRequest, Failure> {
        let wrong = |what: String| Failure::of(RemoteTrouble::Refused(what));
        let mut request = HttpRequest::new(HttpRequestBody::from(call.body.clone()));
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = call.url.parse().map_err(|_| wrong("this name makes no address".into()))?;
        if !call.method.is_safe() && call.body.is_empty() {
            // S3 wants to be told of an empty body too (411 otherwise).
            request.headers_mut().insert(CONTENT_LENGTH, 0.into());
        }
        // Ranges and conditions need no signature, and without one they may be changed by caches on the way.
        let (signed, unsigned): (Vec<_>, Vec<_>) =
            call.headers.iter().partition(|(name, _)| name.as_str().starts_with("x-amz-"));
        request.headers_mut().extend(signed.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        if let Some(signer) = &self.signer {
            let refused =
                |error: object_store::Error| Failure::of(RemoteTrouble::Credentials(error.to_string()));
            let credential = signer.credentials.get_credential().await.map_err(refused)?;
            // Payloads are checked by their CRC, which costs a hundredth of the SHA-256 that signing them would.
            AwsAuthorizer::new(&credential, "s3", &signer.region)
                .with_sign_payload(false)
                .try_authorize(&mut request, None)
                .map_err(refused)?;
        }
        request.headers_mut().extend(unsigned.into_iter().map(|(name, value)| (name.clone(), value.clone())));
        Ok(request)
    }
}

fn encoded(query: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, STRICT));
    query.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded() {
        let settings = S3Settings { endpoint: Some("http://127.0.0.1:9000".into()), ..S3Settings::default() };
        let target = Target::bucket("s3://b/a b%20".parse().unwrap(), &settings, None).unwrap();
        assert_eq!(target.object_url("c+d/ü=*"), "http://127.0.0.1:9000/b/a%20b%2520/c%2Bd/%C3%BC%3D%2A");
        assert_eq!(
            target.bucket_url(&[("list-type", "2"), ("prefix", "a b/")]).unwrap(),
            "http://127.0.0.1:9000/b/?list-type=2&prefix=a%20b%2F"
        );
        let target = Target::web("https://host/a%20b".parse().unwrap()).unwrap();
        assert_eq!(target.object_url("c/d e"), "https://host/a%20b/c/d%20e");
    }

    #[test]
    fn addresses_that_are_none_are_told() {
        assert!(Target::web("http://1.2.3.999/x".parse().unwrap()).is_err());
        let settings = S3Settings { endpoint: Some("http://no host".into()), ..S3Settings::default() };
        assert!(Target::bucket("s3://b".parse().unwrap(), &settings, None).is_err());
    }
}
