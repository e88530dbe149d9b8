//! An object store that assets lie in.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Location;

/// An object store that assets lie in, as the storage extension describes it: how to reach a bucket.
///
/// ```
/// use tessera_stac::{Location, StorageScheme};
///
/// let scheme = StorageScheme::s3("s3", "https://s3.example.org", "tessera")?;
/// assert!(scheme.holds(&Location::url("s3://tessera/v1/x.zarr")?));
/// assert!(scheme.holds(&Location::url("https://s3.example.org/tessera/v1/x.zarr")?));
/// assert!(!scheme.holds(&Location::url("https://s3.example.org/other/x.zarr")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Serialized, it is what stands under its name in `storage:schemes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StorageScheme {
    #[serde(skip)]
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    platform: String,
    bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    requester_pays: bool,
    // Where the bucket is: by its own scheme, and at the platform.
    #[serde(skip)]
    addresses: [String; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
enum Kind {
    #[serde(rename = "aws-s3")]
    Aws,
    #[serde(rename = "custom-s3")]
    Custom,
}

/// What Amazon's platform is called; the extension allows no other text.
const AWS_PLATFORM: &str = "https://{bucket}.s3.{region}.amazonaws.com";

/// Why something is not a [`StorageScheme`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The scheme has no name.
    #[error("a storage scheme without a name: expected one as s3, which assets refer to")]
    Name,
    /// A bucket that cannot exist.
    #[error("bucket {got:?}: expected 3 to 63 of a-z, 0-9, '-' and '.', a letter or digit at both ends")]
    Bucket {
        /// The bucket as given.
        got: String,
    },
    /// A region that cannot exist.
    #[error("region {got:?}: expected a-z, 0-9 and '-', as in eu-west-2")]
    Region {
        /// The region as given.
        got: String,
    },
    /// A platform that is not an address.
    #[error(
        "platform {got:?} is not an address: expected one as https://s3.example.org or https://{{bucket}}.example.org"
    )]
    Platform {
        /// The platform as given.
        got: String,
    },
}

impl StorageScheme {
    /// A bucket of Amazon S3. `name` is what assets refer to it by.
    ///
    /// # Errors
    /// A name, bucket or region that cannot be.
    pub fn aws(name: &str, bucket: &str, region: &str) -> Result<Self, StorageError> {
        Self::new(name, Kind::Aws, AWS_PLATFORM, bucket)?.region(region)
    }

    /// A bucket of any other store that speaks S3, at an address in which `{bucket}` and `{region}` may stand.
    ///
    /// # Errors
    /// A name, platform or bucket that cannot be.
    pub fn s3(name: &str, platform: &str, bucket: &str) -> Result<Self, StorageError> {
        Self::new(name, Kind::Custom, platform, bucket)
    }

    fn new(name: &str, kind: Kind, platform: &str, bucket: &str) -> Result<Self, StorageError> {
        if name.is_empty() {
            return Err(StorageError::Name);
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let inner = |c: char| plain(c) || c == '-' || c == '.';
        if !(3..64).contains(&bucket.len())
            || !bucket.chars().all(inner)
            || !bucket.starts_with(plain)
            || !bucket.ends_with(plain)
        {
            return Err(StorageError::Bucket { got: bucket.to_owned() });
        }
        let scheme = Self {
            name: name.to_owned(),
            kind,
            platform: platform.trim_end_matches('/').to_owned(),
            bucket: bucket.to_owned(),
            region: None,
            requester_pays: false,
            addresses: [format!("s3://{bucket}"), String::new()],
        };
        let web = platform.starts_with("https://") || platform.starts_with("http://");
        if web && Location::url(&scheme.endpoint()).is_ok() {
            Ok(scheme.located())
        } else {
            Err(StorageError::Platform { got: platform.to_owned() })
        }
    }

    /// The region that the bucket is in.
    ///
    /// # Errors
    /// [`StorageError::Region`].
    pub fn region(mut self, region: &str) -> Result<Self, StorageError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if region.is_empty() || !region.chars().all(plain) {
            return Err(StorageError::Region { got: region.to_owned() });
        }
        self.region = Some(region.to_owned());
        Ok(self.located())
    }

    /// Whether whoever reads pays for it.
    #[must_use]
    pub fn requester_pays(mut self, pays: bool) -> Self {
        self.requester_pays = pays;
        self
    }

    /// The one that stands under its name in `storage:schemes`.
    pub(crate) fn of_json(name: &str, json: &Value) -> Result<Self, StorageError> {
        let text = |key: &str| json[key].as_str().unwrap_or_default();
        let kind = if text("type") == "aws-s3" { Kind::Aws } else { Kind::Custom };
        let mut scheme = Self::new(name, kind, text("platform"), text("bucket"))?;
        if let Some(region) = json.get("region") {
            scheme = scheme.region(region.as_str().unwrap_or_default())?;
        }
        Ok(scheme.requester_pays(json["requester_pays"] == true))
    }

    /// What assets refer to it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether an asset lies in the bucket: at `s3://<bucket>/…`, or at the platform's address of it.
    #[must_use]
    pub fn holds(&self, asset: &Location) -> bool {
        let below = |address: &String| {
            asset.as_str().strip_prefix(address.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        self.addresses.iter().any(below)
    }

    /// With the address at the platform that follows from the other fields.
    fn located(mut self) -> Self {
        let endpoint = self.endpoint();
        self.addresses[1] =
            if self.platform.contains("{bucket}") { endpoint } else { format!("{endpoint}/{}", self.bucket) };
        self
    }

    /// The platform's address, for this bucket and region.
    fn endpoint(&self) -> String {
        let region = self.region.as_deref().unwrap_or("region");
        self.platform.replace("{bucket}", &self.bucket).replace("{region}", region)
    }
}

/// `storage:schemes` of those whose names are used, by name.
pub(crate) fn schemes_json<'a>(schemes: impl IntoIterator<Item = &'a StorageScheme>) -> Value {
    // A scheme is JSON whatever it holds: text and flags.
    let json = |scheme: &StorageScheme| serde_json::to_value(scheme).unwrap_or_default();
    schemes.into_iter().map(|scheme| (scheme.name.clone(), json(scheme))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn buckets_of_amazon_are_hosts() {
        let scheme = StorageScheme::aws("aws", "tessera", "eu-west-2").unwrap().requester_pays(true);
        let holds = |text: &str| scheme.holds(&text.parse().unwrap());
        assert!(
            holds("https://tessera.s3.eu-west-2.amazonaws.com/v1/x.zarr") && holds("s3://tessera/v1/x.zarr")
        );
        assert!(!holds("https://tessera.s3.eu-west-1.amazonaws.com/v1/x.zarr"));
        assert!(!holds("s3://tessera-2/x.zarr") && !holds("/data/tessera/x.zarr"));
        assert_eq!(
            serde_json::to_value(&scheme).unwrap(),
            json!({"type": "aws-s3", "platform": AWS_PLATFORM, "bucket": "tessera", "region": "eu-west-2",
                   "requester_pays": true})
        );
    }

    #[test]
    fn json_gives_the_scheme_back() {
        let custom = StorageScheme::s3("s3", "https://{bucket}.example.org", "tessera").unwrap();
        for scheme in [
            StorageScheme::aws("aws", "tessera", "eu-west-2").unwrap().requester_pays(true),
            custom.clone().region("north").unwrap(),
            custom,
        ] {
            let json = serde_json::to_value(&scheme).unwrap();
            assert_eq!(StorageScheme::of_json(scheme.name(), &json), Ok(scheme));
        }
        for bad in [
            json!(null),
            json!({"type": "custom-s3"}),
            json!({"platform": "https://a.org", "bucket": "abc", "region": 1}),
        ] {
            assert!(StorageScheme::of_json("s3", &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn refuses_what_cannot_be() {
        for bucket in ["", "ab", "-abc", "abc.", "Tessera", "a/b", "a b c"] {
            assert!(
                matches!(StorageScheme::aws("s3", bucket, "eu"), Err(StorageError::Bucket { .. })),
                "{bucket}"
            );
        }
        for region in ["", "EU", "eu/west"] {
            assert!(
                matches!(StorageScheme::aws("s3", "abc", region), Err(StorageError::Region { .. })),
                "{region}"
            );
        }
        for platform in ["", "example.org", "s3://example.org", "https://me:pw@example.org"] {
            assert!(
                matches!(StorageScheme::s3("s3", platform, "abc"), Err(StorageError::Platform { .. })),
                "{platform}"
            );
        }
        assert_eq!(StorageScheme::aws("", "abc", "eu"), Err(StorageError::Name));
    }
}
