//! The links between the files of a catalogue.

use std::collections::HashMap;

use serde_json::Value;

use super::hrefs;
use super::run::Run;
use crate::pyramid_assets::WEB_MAPS;
use crate::{ProblemKind, Site};

/// What the links of a file must be.
pub(super) struct Links<'a> {
    pub(super) site: &'a Site,
    /// The file, below the catalogue's folder.
    pub(super) path: &'a str,
    /// The links that there is one of, by their relation.
    pub(super) single: Vec<(&'static str, String)>,
    /// The relation of the links to what lies below.
    pub(super) below: &'static str,
    /// Where they lead to.
    pub(super) hrefs: Vec<String>,
    /// The links to web maps, by their relation.
    pub(super) others: Vec<(&'static str, String)>,
}

impl Links<'_> {
    /// Compares the links of a document. One that leads below to somewhere else is told to `stranger`, which says what is
    /// wrong with it.
    pub(super) fn check(
        &self,
        run: &Run<'_>,
        document: &Value,
        stranger: impl Fn(&str) -> (ProblemKind, String),
    ) {
        let mut found = HashMap::<(&str, &str), usize>::new();
        let mut order = Vec::new();
        for link in document["links"].as_array().into_iter().flatten() {
            let link = (link["rel"].as_str().unwrap_or_default(), link["href"].as_str().unwrap_or_default());
            let count = found.entry(link).or_default();
            if *count == 0 {
                order.push(link);
            }
            *count += 1;
        }
        for (rel, expected) in &self.single {
            if self.take(run, &mut found, rel, expected) {
                continue;
            }
            let other = order.iter().find(|link| link.0 == *rel && found.contains_key(*link));
            let Some(&other) = other else {
                run.problem(
                    ProblemKind::Link,
                    self.path,
                    format!("has no link rel={rel}: expected {expected}"),
                );
                continue;
            };
            found.remove(&other);
            if hrefs::check(run, self.site, self.path, &format!("link rel={rel}"), other.1) {
                let what = format!("link rel={rel} leads to {}: expected {expected}", other.1);
                run.problem(ProblemKind::Link, self.path, what);
            }
        }
        for expected in &self.hrefs {
            if !self.take(run, &mut found, self.below, expected) {
                let what = format!("has no link rel={} to {expected}", self.below);
                run.problem(ProblemKind::Link, self.path, what);
            }
        }
        for (rel, expected) in &self.others {
            if !self.take(run, &mut found, rel, expected) {
                let what = format!("has no link rel={rel} to {expected}");
                run.problem(ProblemKind::Link, self.path, what);
            } else if !expected.contains('{') {
                hrefs::check(run, self.site, self.path, &format!("link rel={rel}"), expected);
            }
        }
        for (rel, href) in order.into_iter().filter(|link| found.contains_key(link)) {
            if WEB_MAPS.contains(&rel) {
                let what = format!("link rel={rel} leads to {href}: the index has no such pyramid");
                run.problem(ProblemKind::Link, self.path, what);
            } else if hrefs::check(run, self.site, self.path, &format!("link rel={rel}"), href) {
                if rel == self.below {
                    let (kind, what) = stranger(href);
                    run.problem(kind, self.path, format!("link rel={rel} leads to {href}: {what}"));
                } else if self.single.iter().any(|(single, _)| *single == rel) {
                    let what = format!("has a second link rel={rel}, to {href}");
                    run.problem(ProblemKind::Duplicate, self.path, what);
                }
            }
        }
    }

    /// Whether a link was found, which it is then no more; says where it was found twice.
    fn take<'b>(
        &'b self,
        run: &Run<'_>,
        found: &mut HashMap<(&'b str, &'b str), usize>,
        rel: &'b str,
        href: &'b str,
    ) -> bool {
        match found.remove(&(rel, href)) {
            Some(1) => run.passed(1),
            Some(count) => {
                let what = format!("has {count} links rel={rel} to {href}: expected one");
                run.problem(ProblemKind::Duplicate, self.path, what);
            }
            None => return false,
        }
        true
    }
}
