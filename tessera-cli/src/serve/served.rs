//! What there is to be asked for.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use axum::body::Bytes;
use serde_json::Value;
use tessera_core::{ObjectChanged, Region, Stamp};
use tessera_stac::{CatalogIndex, Location, Site, item_path, map_files};

use super::folder::Found;
use super::item_name::item_name;
use super::live_index::LiveIndex;
use super::media::media_type;
use super::root::Root;
use super::served_path::ServedPath;
use crate::report::Report;

/// The page of a folder.
const INDEX: &str = "index.html";

/// All that is served: files, and what follows from the index of the catalogue.
#[derive(Debug)]
pub(super) struct Served {
    root: Root,
    index: Option<LiveIndex>,
    address: SocketAddr,
    /// Without a slash at its end.
    public: Option<String>,
    report: Report,
}

/// What there is at a path.
#[derive(Debug)]
pub(super) enum Content {
    File(PathBuf),
    /// An object of the store, by its name.
    Object(String, Stamp),
    /// No file, but what would stand in it, with its media type.
    Made(&'static str, Bytes),
    /// Something, once a slash is added.
    Folder,
    /// Something at another path.
    Elsewhere(String),
}

impl Served {
    /// What lies in a folder or a store, served at an address; `public` is the address that clients reach it by, where that is
    /// another.
    ///
    /// # Errors
    /// Where the catalogue has an index that cannot be read, or the public address is none.
    pub(super) fn open(
        root: Root,
        address: SocketAddr,
        public: Option<&str>,
        report: Report,
    ) -> Result<Self> {
        let index = LiveIndex::open(root.indexed())?;
        if let Some(public) = public {
            Location::url(public)?;
            ensure!(
                public.starts_with("http"),
                "address {public:?}: expected one as https://example.org/tessera"
            );
        }
        let public = public.map(|public| public.trim_end_matches('/').to_owned());
        Ok(Self { root, index, address, public, report })
    }

    /// The address that it is served at.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that clients reach it by, where that is another.
    pub(super) fn public(&self) -> Option<&str> {
        self.public.as_deref()
    }

    pub(super) fn root(&self) -> &Root {
        &self.root
    }

    /// The index as it is now; `None` where the catalogue has none.
    pub(super) fn index(&self) -> Option<Arc<CatalogIndex>> {
        Some(self.index.as_ref()?.current())
    }

    /// A file of the first tile of the newest year that no browser reaches, if any does: one on this disk and outside of the
    /// folder, or on S3.
    ///
    /// # Errors
    /// An index that is damaged.
    pub(super) fn outside(&self) -> Result<Option<String>> {
        let Some(index) = self.index() else { return Ok(None) };
        let Some(year) = index.years().last() else { return Ok(None) };
        let Some(tile) = year.tiles_after(None, &Region::WORLD).next() else { return Ok(None) };
        let site =
            Site::at(index.path())?.base_url(&format!("http://localhost{}", self.root.catalog_path()))?;
        let Some(record) = year.record(tile, &site)? else { return Ok(None) };
        let mut item = Vec::new();
        record.write_item_in_api(&site, "", &mut item)?;
        let item: Value = serde_json::from_slice(&item)?;
        let assets =
            item.get("assets").and_then(Value::as_object).into_iter().flat_map(|assets| assets.values());
        let mut hrefs = assets.filter_map(|asset| asset.get("href")?.as_str());
        Ok(hrefs.find(|href| href.starts_with("file:") || href.starts_with("s3:")).map(str::to_owned))
    }

    /// Takes note of what went wrong with an index; says whether a store elsewhere is to blame for it.
    pub(super) fn blames_store(&self, error: &anyhow::Error) -> bool {
        let io = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
        let (mut any, mut changed) = (false, false);
        for cause in io {
            (any, changed) = (true, changed || ObjectChanged::is(cause));
        }
        if let Some(index) = self.index.as_ref().filter(|_| changed) {
            index.is_old();
        }
        any && self.root.objects().is_some()
    }

    /// Says what went wrong where nobody is asked to mend it: on standard error.
    pub(super) fn complain(&self, error: &anyhow::Error) {
        self.report.error(error);
    }

    /// What there is at a path. Looks at the disk, or asks the store.
    ///
    /// # Errors
    /// Where the system cannot say, or the index is damaged.
    pub(super) fn content(&self, path: &ServedPath) -> Result<Option<Content>> {
        let start = self.root.catalog_path();
        if path.names().is_empty() && start != "/" {
            return Ok(Some(Content::Elsewhere(start)));
        }
        let asked = if path.is_folder() { path.child(INDEX) } else { path.clone() };
        match self.root.find(&asked).with_context(|| format!("cannot look at {}", asked.below()))? {
            Found::File(file) => Ok(Some(Content::File(file))),
            Found::Object(object, stamp) => Ok(Some(Content::Object(object, stamp))),
            Found::Folder => Ok(self.content(&path.as_folder())?.map(|_| Content::Folder)),
            Found::Nothing => self.made(&asked),
        }
    }

    /// What would stand in a file of the catalogue that is not there: the map page where it was left out, and items.
    fn made(&self, path: &ServedPath) -> Result<Option<Content>> {
        let Some(below) = self.root.below_catalog(path) else { return Ok(None) };
        let name = path.names().last().map_or("", String::as_str);
        if let Some((_, bytes)) = map_files().iter().find(|(file, _)| *file == below) {
            return Ok(Some(Content::Made(media_type(name), Bytes::from_static(bytes))));
        }
        let item = name.strip_suffix(".json").and_then(item_name);
        let Some((tile, year)) = item.filter(|(tile, year)| item_path(*tile, *year) == below) else {
            return Ok(None);
        };
        let Some(index) = self.index() else { return Ok(None) };
        let Some(year) = index.year(year) else { return Ok(None) };
        let mut site = Site::at(index.path())?;
        if let Some(base) = year.base_url() {
            site = site.base_url(base)?;
        }
        let Some(record) = year.record(tile, &site)? else { return Ok(None) };
        let mut bytes = Vec::new();
        record.write_item_in(&site, &mut bytes)?;
        Ok(Some(Content::Made(media_type(name), bytes.into())))
    }
}
