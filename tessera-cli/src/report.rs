//! What is said, and where.

use serde_json::Value;

/// Where words go: results to standard output, everything else to standard error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Report {
    json: bool,
    quiet: bool,
}

impl Report {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// The result: one JSON object with `--json`, else the text.
    pub(crate) fn result(&self, text: &str, json: &Value) {
        if self.json {
            println!("{json}");
        } else if !self.quiet {
            println!("{}", text.trim_end());
        }
    }

    /// Something to know that is not the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("tessera: {text}");
        }
    }

    /// What went wrong, which is said even where nothing else is.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        eprintln!("tessera: error: {error:#}");
    }

    /// Whether the result is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether progress is shown.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet
    }
}

/// A list in words.
pub(crate) fn list(all: &[impl ToString]) -> String {
    if all.is_empty() {
        "none".into()
    } else {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}
