//! Who one is.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredential, AwsCredentialProvider};
use object_store::{ClientOptions, RetryConfig, StaticCredentialProvider};

use super::settings::S3Settings;
use super::{RemoteError, RemoteOptions};

/// Where machines at Amazon's ask for their own
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-retrieval.html>).
const METADATA: &str = "http://169.254.169.254";

/// How long that is looked for: on a machine that is not there, packets to it may vanish without an answer.
const METADATA_CONNECTS_WITHIN: Duration = Duration::from_millis(1000);

/// Variables of those that object_store knows how to ask.
const CONTAINER: [(&str, AmazonS3ConfigKey); 3] = [
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", AmazonS3ConfigKey::ContainerCredentialsRelativeUri),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", AmazonS3ConfigKey::ContainerCredentialsFullUri),
    ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", AmazonS3ConfigKey::ContainerAuthorizationTokenFile),
];

/// Who signs requests for a bucket: keys of the environment or a profile, a web identity, a container's or a machine's
/// role, in this order, as with AWS's tools; nobody where it is asked without.
pub(super) fn provider(
    url: &str,
    settings: &S3Settings,
    options: &RemoteOptions,
    http: ClientOptions,
) -> Result<Option<AwsCredentialProvider>, RemoteError> {
    if settings.anonymous {
        return Ok(None);
    }
    if let Some(keys) = &settings.keys {
        let credential = AwsCredential {
            key_id: keys.id.clone(),
            secret_key: keys.secret.clone(),
            token: keys.token.clone(),
        };
        return Ok(Some(Arc::new(StaticCredentialProvider::new(credential))));
    }
    let retry =
        RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name("unused")
        .with_region(&settings.region)
        .with_client_options(http)
        .with_retry(retry);
    if let Some((file, role)) = &settings.web_identity {
        builder = builder
            .with_config(AmazonS3ConfigKey::WebIdentityTokenFile, file)
            .with_config(AmazonS3ConfigKey::RoleArn, role);
        if let Some(name) = options.variable("AWS_ROLE_SESSION_NAME") {
            builder = builder.with_config(AmazonS3ConfigKey::RoleSessionName, name);
        }
    } else if CONTAINER[..2].iter().any(|(name, _)| options.variable(name).is_some()) {
        for (name, key) in CONTAINER {
            if let Some(value) = options.variable(name) {
                builder = builder.with_config(key, value);
            }
        }
    } else {
        let endpoint =
            options.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or_else(|| METADATA.into());
        let disabled = options
            .variable("AWS_EC2_METADATA_DISABLED")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if disabled || !answers(&endpoint) {
            return Err(RemoteError::NoCredentials { url: url.to_owned() });
        }
        builder = builder.with_config(AmazonS3ConfigKey::MetadataEndpoint, endpoint.trim_end_matches('/'));
    }
    let store = builder.build().map_err(|error| RemoteError::Setting {
        name: url.to_owned(),
        expected: format!("settings of a role that can be used ({error})"),
    })?;
    Ok(Some(Arc::clone(store.credentials())))
}

/// Whether someone listens there.
fn answers(endpoint: &str) -> bool {
    let Some((_, host)) = endpoint.split_once("://") else { return false };
    let host = host.trim_end_matches('/');
    let host = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let Ok(addresses) = host.to_socket_addrs() else { return false };
    addresses
        .into_iter()
        .any(|address| TcpStream::connect_timeout(&address, METADATA_CONNECTS_WITHIN).is_ok())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    fn provide(options: &RemoteOptions) -> Result<Option<AwsCredentialProvider>, RemoteError> {
        let settings = S3Settings::read(options)?;
        provider("s3://b/x", &settings, options, ClientOptions::new())
    }

    #[test]
    fn absent_credentials_are_told_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let started = Instant::now();
        for variables in [
            [("AWS_EC2_METADATA_DISABLED", "true".to_owned())],
            [("AWS_EC2_METADATA_SERVICE_ENDPOINT", nobody)],
        ] {
            let error = provide(&RemoteOptions::new().variables(variables)).err().unwrap();
            assert!(matches!(error, RemoteError::NoCredentials { .. }));
            assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
        }
        assert!(started.elapsed() < Duration::from_secs(3));
        assert!(provide(&RemoteOptions::new().variables([("A", "b")]).anonymous(true)).unwrap().is_none());
    }
}
