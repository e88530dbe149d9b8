//! What can go wrong with a server.

use std::io;
use std::time::Duration;

/// What went wrong with a server. It travels inside of an [`io::Error`], from where [`RemoteError::of`] takes it. No
/// message repeats a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The threads or the HTTP client could not be started.
    #[error("no connections can be made: {what}")]
    Start {
        /// What went wrong.
        what: String,
    },
    /// A setting of the environment, or of a profile file, that is not understood.
    #[error("{name}: expected {expected}")]
    Setting {
        /// Where it was found: a variable, or a file with a line.
        name: String,
        /// What was expected.
        expected: String,
    },
    /// No credentials, where some are needed.
    #[error(
        "{url}: no credentials for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for a public \
         bucket ask without (anonymous, or AWS_SKIP_SIGNATURE=true)"
    )]
    NoCredentials {
        /// What was to be opened.
        url: String,
    },
    /// A request that was refused, or not answered.
    #[error("{url}: {operation}: {trouble}{}{}", tries(*.attempts), advice(.trouble))]
    Request {
        /// Of what.
        url: String,
        /// What was asked for: `read`, `list`, `write`, …
        operation: &'static str,
        /// The status of HTTP; none where there was no answer.
        status: Option<u16>,
        /// How many times it was sent.
        attempts: u32,
        /// Why.
        trouble: RemoteTrouble,
    },
}

/// Why a request was refused, or not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteTrouble {
    /// Not allowed (403 or 401).
    #[error("not allowed ({0})")]
    Denied(String),
    /// Credentials that the server does not know, or whose secret is wrong.
    #[error("the credentials are refused ({0})")]
    Credentials(String),
    /// Credentials that were good once.
    #[error("the credentials have expired ({0})")]
    Expired(String),
    /// The clock of this machine and the server's are too far apart.
    #[error("the clocks of this machine and the server differ too much ({0})")]
    Clock(String),
    /// There is no such bucket.
    #[error("there is no such bucket ({0})")]
    NoBucket(String),
    /// The bucket is in another region, or at another address.
    #[error("the bucket is elsewhere ({answer}{})", region.as_ref().map(|region| format!(", in {region}")).unwrap_or_default())]
    Elsewhere {
        /// What the server said.
        answer: String,
        /// The region, where the server tells it.
        region: Option<String>,
    },
    /// A certificate that is not trusted.
    #[error("the server's certificate is not trusted ({0})")]
    Certificate(String),
    /// A host whose address is not known.
    #[error("the host is not found ({0})")]
    NoHost(String),
    /// Nobody listens, or the way is blocked.
    #[error("no connection ({0})")]
    NoConnection(String),
    /// No answer in time.
    #[error("no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// A connection that broke before all was answered.
    #[error("the connection broke ({0})")]
    Broken(String),
    /// The server is busy or has troubles of its own (429, 500, 502, 503, 504).
    #[error("the server is busy or in trouble ({0})")]
    Busy(String),
    /// The server asks to wait for longer than is waited.
    #[error("the server is busy, and asks to wait for {} s ({answer})", after.as_secs())]
    BusyFor {
        /// What the server said.
        answer: String,
        /// How long it asks to wait.
        after: Duration,
    },
    /// A server that gives no ranges, and an object too large to be read for a part of it.
    #[error(
        "the server gives no ranges, and the whole object of {bytes} bytes is more than the {limit} that are read for a part of it"
    )]
    NoRanges {
        /// The size of the object.
        bytes: u64,
        /// The most that is read whole.
        limit: u64,
    },
    /// What the server cannot do.
    #[error("the server cannot do this ({0})")]
    Unsupported(String),
    /// An answer that is none to what was asked.
    #[error("the answer is not what was asked for ({0})")]
    Answer(String),
    /// Another refusal.
    #[error("refused ({0})")]
    Refused(String),
}

fn tries(attempts: u32) -> String {
    if attempts > 1 { format!(", {attempts} times") } else { String::new() }
}

fn advice(trouble: &RemoteTrouble) -> String {
    let advice = trouble.advice();
    if advice.is_empty() { String::new() } else { format!(": {advice}") }
}

impl RemoteTrouble {
    /// What to do about it.
    fn advice(&self) -> String {
        match self {
            Self::Denied(_) => {
                "see that the credentials may do this; S3 answers so for absent objects too, where they may not list".into()
            }
            Self::Credentials(_) => "see AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_PROFILE".into(),
            Self::Expired(_) => "log in again, or take new keys".into(),
            Self::Clock(_) => "set the clock of this machine".into(),
            Self::NoBucket(_) => "see the bucket's name, and AWS_ENDPOINT_URL".into(),
            Self::Elsewhere { region: Some(region), .. } => format!("set AWS_REGION={region}"),
            Self::Elsewhere { region: None, .. } => {
                "set AWS_REGION, or AWS_ENDPOINT_URL where it is not at Amazon's".into()
            }
            Self::Certificate(_) => {
                "where it is your own authority's, name its file in SSL_CERT_FILE or AWS_CA_BUNDLE".into()
            }
            Self::NoHost(_) => "see the host's name, and the network".into(),
            Self::NoConnection(_) => "see that the server runs, its port, the network and proxies".into(),
            Self::TimedOut(_) | Self::Broken(_) | Self::Busy(_) | Self::BusyFor { .. } => "try again later".into(),
            Self::NoRanges { .. } => "copy the object to this machine, or allow more".into(),
            Self::Unsupported(_) | Self::Answer(_) | Self::Refused(_) => String::new(),
        }
    }

    /// Whether it may pass by itself: the same may work later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoHost(_)
            | Self::NoConnection(_)
            | Self::TimedOut(_)
            | Self::Broken(_)
            | Self::Busy(_)
            | Self::BusyFor { .. }
            | Self::Answer(_) => true,
            Self::Denied(_)
            | Self::Credentials(_)
            | Self::Expired(_)
            | Self::Clock(_)
            | Self::NoBucket(_)
            | Self::Elsewhere { .. }
            | Self::Certificate(_)
            | Self::NoRanges { .. }
            | Self::Unsupported(_)
            | Self::Refused(_) => false,
        }
    }

    fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Denied(_) | Self::Credentials(_) | Self::Expired(_) | Self::Clock(_) => {
                io::ErrorKind::PermissionDenied
            }
            Self::NoBucket(_) => io::ErrorKind::NotFound,
            Self::NoHost(_) => io::ErrorKind::HostUnreachable,
            Self::NoConnection(_) => io::ErrorKind::NotConnected,
            Self::TimedOut(_) => io::ErrorKind::TimedOut,
            Self::Broken(_) => io::ErrorKind::ConnectionReset,
            Self::Busy(_) | Self::BusyFor { .. } => io::ErrorKind::ResourceBusy,
            Self::NoRanges { .. } => io::ErrorKind::FileTooLarge,
            Self::Unsupported(_) => io::ErrorKind::Unsupported,
            Self::Answer(_) => io::ErrorKind::InvalidData,
            Self::Elsewhere { .. } | Self::Certificate(_) | Self::Refused(_) => io::ErrorKind::Other,
        }
    }
}

impl RemoteError {
    /// The one inside of an error of reading or writing.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// Whether what went wrong may pass by itself, so that the same may work later: a busy server, a broken network.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Request { trouble, .. } => trouble.may_pass(),
            Self::Start { .. } | Self::Setting { .. } | Self::NoCredentials { .. } => false,
        }
    }
}

impl From<RemoteError> for io::Error {
    fn from(error: RemoteError) -> Self {
        let kind = match &error {
            RemoteError::Request { trouble, .. } => trouble.kind(),
            RemoteError::NoCredentials { .. } => io::ErrorKind::PermissionDenied,
            RemoteError::Setting { .. } => io::ErrorKind::InvalidInput,
            RemoteError::Start { .. } => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
