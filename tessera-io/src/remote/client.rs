//! What all stores on servers share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, ReqwestConnector};
use tessera_core::{ByteStore, Folder};
use tokio::sync::Semaphore;

use super::gate::Gate;
use super::line::Line;
use super::s3::Target;
use super::settings::S3Settings;
use super::traffic::Counters;
use super::{RemoteError, RemoteNotice, RemoteOptions, RemoteStore, Traffic, credentials};
use crate::{Location, RemoteScheme, RemoteUrl};

/// What all stores on servers share: connections and the threads that hold them, how long is waited and tried, what is
/// counted. One is enough for a process; a copy is the same one.
///
/// ```
/// use tessera_core::{ByteRange, ByteRanges};
/// use tessera_io::{Location, Remote, RemoteOptions};
///
/// let dir = tempfile::tempdir()?;
/// std::fs::write(dir.path().join("a"), b"0123456789")?;
/// let remote = Remote::new(RemoteOptions::new())?;
/// let location: Location = format!("file://{}", dir.path().display()).parse()?;
/// let mut out = Vec::new();
/// remote.store(&location)?.read_into("a", ByteRange::Last(3), &mut out)?;
/// assert_eq!((out.as_slice(), remote.traffic().requests), (b"789".as_slice(), 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Remote {
    shared: Arc<Shared>,
}

/// The same, for those who send.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: RemoteOptions,
    pub(super) gate: Gate,
    /// One for each request in flight.
    pub(super) permits: Arc<Semaphore>,
    pub(super) counters: Counters,
    clients: Mutex<HashMap<(bool, Option<String>), HttpClient>>,
    notices: Mutex<Vec<RemoteNotice>>,
}

impl Remote {
    /// Starts the threads.
    ///
    /// # Errors
    /// Where the machine refuses them.
    pub fn new(options: RemoteOptions) -> Result<Self, RemoteError> {
        let shared = Shared {
            gate: Gate::new()?,
            permits: Arc::new(Semaphore::new(options.fetching.in_flight)),
            counters: Counters::default(),
            clients: Mutex::default(),
            notices: Mutex::default(),
            options,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The objects below an address. Nothing is sent for it, but what finding credentials may take.
    ///
    /// # Errors
    /// Where there are no credentials, or settings are not understood.
    pub fn open(&self, url: &RemoteUrl) -> Result<Arc<RemoteStore>, RemoteError> {
        let options = &self.shared.options;
        let (target, ca) = match url.scheme() {
            RemoteScheme::Http | RemoteScheme::Https => {
                (Target::web(url.clone())?, options.variable("AWS_CA_BUNDLE"))
            }
            RemoteScheme::S3 => {
                let settings = S3Settings::read(options)?;
                let http = self.shared.client_options(false, settings.ca_bundle.as_deref())?;
                let credentials = credentials::provider(&url.to_string(), &settings, options, http)?;
                (Target::bucket(url.clone(), &settings, credentials)?, settings.ca_bundle)
            }
        };
        let client = self.shared.client(target.is_plain_http(), ca)?;
        Ok(Arc::new(RemoteStore::new(Line::new(Arc::clone(&self.shared), client, target))))
    }

    /// The objects below a location: a folder of this machine, or an address.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn store(&self, location: &Location) -> Result<Arc<dyn ByteStore>, RemoteError> {
        Ok(match location {
            Location::Path(path) => Arc::new(Folder::new(path)),
            Location::Url(url) => self.open(url)?,
        })
    }

    /// What went over the network until now.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.shared.counters.traffic()
    }

    /// What a user should know, as far as it has shown: once for each store and kind.
    #[must_use]
    pub fn notices(&self) -> Vec<RemoteNotice> {
        self.shared.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The options that it was made with.
    #[must_use]
    pub fn options(&self) -> &RemoteOptions {
        &self.shared.options
    }
}

/// Notices that are kept to be asked for.
const NOTICES: usize = 1000;

impl Shared {
    pub(super) fn notice(&self, notice: RemoteNotice) {
        if let Some(take) = &self.options.on_notice {
            take(&notice);
        }
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if notices.len() < NOTICES {
            notices.push(notice);
        }
    }

    fn client_options(&self, plain: bool, ca: Option<&str>) -> Result<ClientOptions, RemoteError> {
        // Another provider, that the program has chosen before, is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut options = ClientOptions::new()
            .with_user_agent(http::HeaderValue::from_static(concat!("tessera/", env!("CARGO_PKG_VERSION"))))
            .with_connect_timeout(self.options.connect)
            // A body may take as long as bytes come.
            .with_timeout_disabled()
            // From an https address nobody is led to an http one.
            .with_allow_http(plain);
        if let Some(path) = ca {
            let wrong = |what: String| RemoteError::Setting {
                name: format!("the authorities' certificates in {path}"),
                expected: format!("certificates as PEM ({what})"),
            };
            let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            let certificates = object_store::Certificate::from_pem_bundle(&pem);
            let certificates = certificates.map_err(|error| wrong(error.to_string()))?;
            if certificates.is_empty() {
                return Err(wrong("found none".into()));
            }
            for certificate in certificates {
                options = options.with_root_certificate(certificate);
            }
        }
        Ok(options)
    }

    /// The client for encrypted or plain connections, with more authorities or without.
    fn client(&self, plain: bool, ca: Option<String>) -> Result<HttpClient, RemoteError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(plain, ca.clone())) {
            return Ok(client.clone());
        }
        let options = self.client_options(plain, ca.as_deref())?;
        let connect = |options: &ClientOptions| ReqwestConnector::default().connect(options);
        let client = match connect(&options) {
            // On a machine without certificates what is not encrypted works still.
            Err(_) if plain => connect(&options.with_no_system_certificates(true)),
            client => client,
        };
        let client = client.map_err(|error| RemoteError::Start { what: error.to_string() })?;
        clients.insert((plain, ca), client.clone());
        Ok(client)
    }
}
