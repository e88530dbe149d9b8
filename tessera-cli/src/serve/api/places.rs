//! The addresses that answers point to.

use anyhow::{Context, Result};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use serde_json::Value;
use tessera_stac::Site;

use crate::serve::served::Served;

/// The addresses that answers point to, as the client that asks reaches them.
#[derive(Debug)]
pub(super) struct Places {
    /// Of the API, without a slash at its end.
    pub(super) api: String,
    /// Of the folder of the catalogue, with a slash at its end.
    pub(super) catalog: String,
    /// Where the catalogue is found.
    pub(super) site: Site,
}

impl Places {
    /// The addresses below the public one of the server, where it was told one, else below the one that was asked.
    pub(super) fn new(served: &Served, asked: &HeaderMap) -> Result<Self> {
        let base = match served.public() {
            Some(base) => base.to_owned(),
            None => format!("http://{}", host(asked).unwrap_or_else(|| served.address().to_string())),
        };
        let catalog = format!("{base}{}", served.root().catalog_path());
        let site = Site::at(served.root().catalog())?.base_url(&catalog);
        Ok(Self { api: format!("{base}/api"), site: site.context("cannot tell the own address")?, catalog })
    }

    /// The address of a link in a file of the catalogue, given the file's path below it.
    pub(super) fn resolve(&self, file: &str, href: &str) -> String {
        if href.contains("://") {
            return href.to_owned();
        }
        let start = self.catalog.find("://").map_or(0, |at| at + 3);
        let (host, path) =
            self.catalog.split_at(self.catalog[start..].find('/').map_or(start, |at| start + at));
        let mut names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        names.extend(file.split('/'));
        names.pop();
        for name in href.split('/') {
            match name {
                "." => {}
                ".." => drop(names.pop()),
                name => names.push(name),
            }
        }
        format!("{host}/{}", names.join("/"))
    }

    /// Resolves the member of an object that is a link.
    pub(super) fn resolve_in(&self, object: &mut Value, member: &str, file: &str) {
        if let Some(href) = object.get_mut(member)
            && let Some(text) = href.as_str()
        {
            *href = self.resolve(file, text).into();
        }
    }
}

/// The host that was asked, with its port.
fn host(asked: &HeaderMap) -> Option<String> {
    let host: Authority = asked.get(HOST)?.to_str().ok()?.parse().ok()?;
    // Nobody's name and password are repeated.
    (!host.as_str().contains('@')).then(|| host.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_files_are_resolved() {
        let places = |catalog: &str| Places {
            api: String::new(),
            catalog: catalog.to_owned(),
            site: Site::url("http://h").unwrap(),
        };
        let below = places("http://h:1/my%20stac/");
        for (href, expected) in [
            ("./items.parquet", "http://h:1/my%20stac/2024/items.parquet"),
            ("items.parquet", "http://h:1/my%20stac/2024/items.parquet"),
            ("../../stores/{lon}.zarr", "http://h:1/stores/{lon}.zarr"),
            ("../../../../x", "http://h:1/x"),
            ("s3://bucket/x", "s3://bucket/x"),
        ] {
            assert_eq!(below.resolve("2024/collection.json", href), expected);
        }
        assert_eq!(
            places("http://h/").resolve("2024/collection.json", "../catalog.json"),
            "http://h/catalog.json"
        );
    }

    #[test]
    fn hosts_that_can_be_repeated() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, text.parse().unwrap());
            host(&headers)
        };
        assert_eq!(asked("localhost:8080").as_deref(), Some("localhost:8080"));
        assert_eq!(asked("[::1]:8080").as_deref(), Some("[::1]:8080"));
        for text in ["", "a b", "me:secret@h", "h/x", "h\"><script>"] {
            assert_eq!(asked(text), None, "{text}");
        }
        assert_eq!(host(&HeaderMap::new()), None);
    }
}
