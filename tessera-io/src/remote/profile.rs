//! A profile of AWS.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::ini::{self, Sections};
use super::{RemoteError, RemoteOptions};

/// The sections of a profile in both files.
pub(super) struct Profile {
    pub(super) name: String,
    credentials: Sections,
    config: Sections,
    /// Where to look for it, for messages.
    pub(super) files: String,
}

impl Profile {
    pub(super) fn read(options: &RemoteOptions) -> Result<Self, RemoteError> {
        let home = options.variable("HOME").or_else(|| options.variable("USERPROFILE")).map(PathBuf::from);
        let file = |variable: &str, usual: &str| match (options.variable(variable), &home) {
            (Some(path), Some(home)) => match path.strip_prefix("~/") {
                Some(rest) => Some(home.join(rest)),
                None => Some(PathBuf::from(path)),
            },
            (Some(path), None) => Some(PathBuf::from(path)),
            (None, home) => home.as_ref().map(|home| home.join(".aws").join(usual)),
        };
        let named = options.variable("AWS_PROFILE").or_else(|| options.variable("AWS_DEFAULT_PROFILE"));
        let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let config = file("AWS_CONFIG_FILE", "config");
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let files =
            [shown(&credentials), shown(&config)].into_iter().flatten().collect::<Vec<_>>().join(" or ");
        let profile = Self {
            credentials: read_sections(credentials.as_deref())?,
            config: read_sections(config.as_deref())?,
            files,
            name: named.clone().unwrap_or_else(|| "default".into()),
        };
        if named.is_some() && !profile.exists() {
            return Err(RemoteError::Setting {
                name: "AWS_PROFILE".into(),
                expected: format!("a profile in {}, found none named {:?}", profile.files, profile.name),
            });
        }
        Ok(profile)
    }

    /// Its sections, that of the credentials first.
    fn sections(&self) -> impl Iterator<Item = &HashMap<String, String>> {
        let long = format!("profile {}", self.name);
        // `[default]` has no "profile" before it, though it may.
        let short = (self.name == "default").then(|| self.config.get("default")).flatten();
        [self.credentials.get(&self.name), self.config.get(&long), short].into_iter().flatten()
    }

    fn exists(&self) -> bool {
        self.sections().next().is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.sections().find_map(|section| section.get(name)).filter(|value| !value.is_empty()).cloned()
    }

    /// A setting of a service of the profile's `services`.
    pub(super) fn service(&self, name: &str) -> Option<String> {
        let services = self.get("services")?;
        self.config.get(&format!("services {services}"))?.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

fn read_sections(path: Option<&Path>) -> Result<Sections, RemoteError> {
    let Some(path) = path else { return Ok(Sections::new()) };
    let wrong = |line: Option<usize>, expected: String| RemoteError::Setting {
        name: match line {
            Some(line) => format!("{} line {line}", path.display()),
            None => path.display().to_string(),
        },
        expected,
    };
    match std::fs::read_to_string(path) {
        Ok(text) => ini::parse(&text).map_err(|(line, expected)| wrong(Some(line), expected.into())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Sections::new())
        }
        Err(error) => Err(wrong(None, format!("a file that can be read ({error})"))),
    }
}
