//! What the environment and the profile files say of S3.

use super::profile::Profile;
use super::{RemoteError, RemoteOptions};

/// What the environment and the profile files say of S3, as AWS's own tools read it
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>).
#[derive(Clone, Default)]
pub(super) struct S3Settings {
    /// The region; `us-east-1` where none is said.
    pub(super) region: String,
    /// Where the service is, where it is not at Amazon's.
    pub(super) endpoint: Option<String>,
    /// Whether the bucket is named in the host, and not in the path; as fits, where it is not said.
    pub(super) virtual_host: Option<bool>,
    pub(super) anonymous: bool,
    pub(super) keys: Option<Keys>,
    /// A role and the file of a token for it.
    pub(super) web_identity: Option<(String, String)>,
    /// A file with certificates of authorities.
    pub(super) ca_bundle: Option<String>,
}

/// Long-lived, or for a session.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
}

impl S3Settings {
    pub(super) fn read(options: &RemoteOptions) -> Result<Self, RemoteError> {
        let profile = Profile::read(options)?;
        let variable = |name: &str| options.variable(name);
        let yes = |name: &str| -> Result<bool, RemoteError> {
            match variable(name).map(|value| value.to_ascii_lowercase()).as_deref() {
                None | Some("false" | "0" | "no") => Ok(false),
                Some("true" | "1" | "yes") => Ok(true),
                Some(_) => Err(RemoteError::Setting { name: name.into(), expected: "true or false".into() }),
            }
        };
        let endpoint = if yes("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")? {
            None
        } else {
            variable("AWS_ENDPOINT_URL_S3")
                .or_else(|| variable("AWS_ENDPOINT_URL"))
                .or_else(|| profile.service("s3.endpoint_url"))
                .or_else(|| profile.get("s3.endpoint_url"))
                .or_else(|| profile.get("endpoint_url"))
        };
        let style = variable("AWS_S3_ADDRESSING_STYLE").or_else(|| profile.get("s3.addressing_style"));
        let virtual_host = match style.as_deref() {
            None | Some("auto") => None,
            Some("path") => Some(false),
            Some("virtual") => Some(true),
            Some(_) => {
                let expected = "path, virtual or auto".into();
                return Err(RemoteError::Setting { name: "addressing_style of S3".into(), expected });
            }
        };
        let anonymous = options.anonymous || yes("AWS_SKIP_SIGNATURE")?;
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
        let region = region.or_else(|| profile.get("region")).unwrap_or_else(|| "us-east-1".into());
        let mut settings = Self {
            region: plain("AWS_REGION", region)?,
            endpoint,
            virtual_host,
            anonymous,
            keys: None,
            web_identity: None,
            ca_bundle: variable("AWS_CA_BUNDLE").or_else(|| profile.get("ca_bundle")),
        };
        if !anonymous {
            settings.keys = Keys::read(options, &profile)?;
            settings.web_identity = variable("AWS_WEB_IDENTITY_TOKEN_FILE")
                .zip(variable("AWS_ROLE_ARN"))
                .or_else(|| profile.get("web_identity_token_file").zip(profile.get("role_arn")));
            if settings.keys.is_none() && settings.web_identity.is_none() {
                refuse_unknown_ways(&profile)?;
            }
        }
        Ok(settings)
    }

    /// The address of a bucket, without a slash at its end.
    pub(super) fn bucket_url(&self, bucket: &str) -> Result<String, RemoteError> {
        let Some(endpoint) = &self.endpoint else {
            let region = if self.region.is_empty() { "us-east-1" } else { &self.region };
            let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            // The certificate of `*.s3.region.amazonaws.com` is good for one name without dots.
            return Ok(if self.virtual_host.unwrap_or(!bucket.contains('.')) {
                format!("https://{bucket}.s3.{region}.{domain}")
            } else {
                format!("https://s3.{region}.{domain}/{bucket}")
            });
        };
        let wrong = || RemoteError::Setting {
            name: "the endpoint of S3".into(),
            expected: "http://host or https://host, with a port where it needs one, and no more".into(),
        };
        let (scheme, host) = endpoint.split_once("://").ok_or_else(wrong)?;
        let host = host.trim_end_matches('/');
        if !matches!(scheme, "http" | "https") || host.is_empty() || host.contains(['@', '?', '#']) {
            return Err(wrong());
        }
        Ok(if self.virtual_host.unwrap_or(false) {
            format!("{scheme}://{bucket}.{host}")
        } else {
            format!("{scheme}://{host}/{bucket}")
        })
    }
}

impl Keys {
    fn read(options: &RemoteOptions, profile: &Profile) -> Result<Option<Self>, RemoteError> {
        let (id, secret) = (options.variable("AWS_ACCESS_KEY_ID"), options.variable("AWS_SECRET_ACCESS_KEY"));
        let (id, secret, token, at) = if id.is_some() || secret.is_some() {
            (id, secret, options.variable("AWS_SESSION_TOKEN"), "the environment")
        } else {
            let of = |name| profile.get(name);
            let at = profile.files.as_str();
            (of("aws_access_key_id"), of("aws_secret_access_key"), of("aws_session_token"), at)
        };
        let (id, secret) = match (id, secret) {
            (Some(id), Some(secret)) => (id, secret),
            (None, None) => return Ok(None),
            _ => {
                let expected = "both an access key's id and its secret, found one".into();
                return Err(RemoteError::Setting { name: at.into(), expected });
            }
        };
        // What is not text of a header would be noticed by those who sign only.
        Ok(Some(Self {
            id: plain("AWS_ACCESS_KEY_ID", id)?,
            secret,
            token: token.map(|token| plain("AWS_SESSION_TOKEN", token)).transpose()?,
        }))
    }
}

/// A value that a header can have, which is not repeated in the message.
fn plain(name: &str, value: String) -> Result<String, RemoteError> {
    if value.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(value)
    } else {
        Err(RemoteError::Setting {
            name: name.into(),
            expected: "visible letters of ASCII without blanks".into(),
        })
    }
}

/// Ways to credentials that are not gone here, rather than to go on as someone else.
fn refuse_unknown_ways(profile: &Profile) -> Result<(), RemoteError> {
    let ways = [
        "credential_process",
        "sso_session",
        "sso_start_url",
        "source_profile",
        "credential_source",
        "role_arn",
    ];
    match ways.into_iter().find(|way| profile.get(way).is_some()) {
        Some(way) => Err(RemoteError::Setting {
            name: format!("profile {:?} in {}", profile.name, profile.files),
            expected: format!(
                "access keys, found {way}, which is not followed here: let the AWS tools do it, by \
                 eval \"$(aws configure export-credentials --format env)\""
            ),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<S3Settings, RemoteError> {
        S3Settings::read(&RemoteOptions::new().variables(variables.iter().copied()))
    }

    fn refused(variables: &[(&str, &str)]) -> String {
        let error = read(variables).err().unwrap();
        format!("{error} {error:?}")
    }

    #[test]
    fn the_environment_is_read() {
        let settings = read(&[
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", ""),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL", "http://general"),
            ("AWS_ENDPOINT_URL_S3", "http://own:9000/"),
        ])
        .unwrap();
        let keys = settings.keys.clone().unwrap();
        assert_eq!((keys.id.as_str(), keys.secret.as_str(), keys.token), ("id", "secret", None));
        assert_eq!(
            (settings.region.as_str(), settings.bucket_url("b").unwrap().as_str()),
            ("eu-west-1", "http://own:9000/b")
        );
        let none = read(&[]).unwrap();
        assert!(none.keys.is_none() && !none.anonymous);
        assert_eq!(none.bucket_url("b").unwrap(), "https://b.s3.us-east-1.amazonaws.com");
        assert_eq!(none.bucket_url("b.c").unwrap(), "https://s3.us-east-1.amazonaws.com/b.c");
        let settings =
            read(&[("AWS_S3_ADDRESSING_STYLE", "virtual"), ("AWS_ENDPOINT_URL", "https://h")]).unwrap();
        assert_eq!(settings.bucket_url("b").unwrap(), "https://b.h");
        assert!(read(&[("AWS_SKIP_SIGNATURE", "true"), ("AWS_ACCESS_KEY_ID", "half")]).unwrap().anonymous);
    }

    #[test]
    fn profiles_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let aws = dir.path().join(".aws");
        std::fs::create_dir(&aws).unwrap();
        std::fs::write(
            aws.join("credentials"),
            "[default]\naws_access_key_id = one\naws_secret_access_key = first\n\
             [two]\naws_access_key_id = two\naws_secret_access_key = second\naws_session_token = t\n",
        )
        .unwrap();
        std::fs::write(
            aws.join("config"),
            "[default]\nregion = r1\n[profile two]\nregion = r2\nservices = s\nendpoint_url = http://no\ns3 =\n  addressing_style = virtual\n\
             [services s]\ns3 =\n  endpoint_url = https://own\n[profile sso]\nsso_session = x\n",
        )
        .unwrap();
        let home = dir.path().to_str().unwrap();
        let first = read(&[("HOME", home)]).unwrap();
        assert_eq!((first.keys.unwrap().id.as_str(), first.region.as_str()), ("one", "r1"));
        let second = read(&[("HOME", home), ("AWS_PROFILE", "two")]).unwrap();
        assert_eq!(second.bucket_url("b").unwrap(), "https://b.own");
        let keys = second.keys.unwrap();
        assert_eq!(
            (keys.secret.as_str(), keys.token.as_deref(), second.region.as_str()),
            ("second", Some("t"), "r2")
        );
        // Keys of the environment go before those of files, as with AWS's tools.
        let both = [("HOME", home), ("AWS_ACCESS_KEY_ID", "e"), ("AWS_SECRET_ACCESS_KEY", "s")];
        assert_eq!(read(&both).unwrap().keys.unwrap().id, "e");
        assert!(refused(&[("HOME", home), ("AWS_PROFILE", "three")]).contains("three"));
        assert!(refused(&[("HOME", home), ("AWS_PROFILE", "sso")]).contains("sso_session"));
        let own = aws.join("credentials");
        let elsewhere = [("AWS_SHARED_CREDENTIALS_FILE", own.to_str().unwrap())];
        assert_eq!(read(&elsewhere).unwrap().keys.unwrap().id, "one");
        assert!(refused(&[("AWS_CONFIG_FILE", home)]).contains("can be read"));
    }

    #[test]
    fn secrets_are_not_repeated() {
        let secret = "hidden\nhidden";
        for variables in [
            vec![("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", secret)],
            vec![("AWS_SECRET_ACCESS_KEY", "hidden")],
            vec![("AWS_REGION", "a b"), ("AWS_SECRET_ACCESS_KEY", "hidden")],
        ] {
            assert!(!refused(&variables).contains("hidden"));
        }
        let options = RemoteOptions::new().variables([("AWS_SECRET_ACCESS_KEY", "hidden")]);
        assert!(!format!("{options:?}").contains("hidden"));
        let settings = S3Settings { endpoint: Some("http://u:hidden@h".into()), ..S3Settings::default() };
        assert!(!settings.bucket_url("b").unwrap_err().to_string().contains("hidden"));
    }
}
