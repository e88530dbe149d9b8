//! What the links of a year were written for.

use std::path::Path;

use serde_json::Value;

use super::YearIndex;
use crate::{IndexError, Site, StorageScheme};

/// The key under which an index mirrors its collection.
const MIRROR: &str = "stac-geoparquet";

impl YearIndex {
    /// The site that the items of the year were written for: the folder of the catalogue, the address that links begin
    /// with, and the object stores that tiles lie in. Items made of it have the bytes of the files.
    ///
    /// # Errors
    /// An index whose address or object stores cannot be.
    pub fn site(&self) -> Result<Site, IndexError> {
        let path = &self.file.path;
        let error = |cause: &dyn std::error::Error| IndexError::format(path, cause);
        let folder = path.parent().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let mut site = Site::at(folder.unwrap_or(Path::new("."))).map_err(|cause| error(&cause))?;
        if let Some(base) = &self.base_url {
            site = site.base_url(base).map_err(|cause| error(&cause))?;
        }
        let mirror = self.file.said(MIRROR).unwrap_or("null");
        let mirror: Value = serde_json::from_str(mirror).map_err(|cause| error(&cause))?;
        let schemes = mirror["collections"][self.collection_id()]["storage:schemes"].as_object();
        for (name, scheme) in schemes.into_iter().flatten() {
            site = site.storage(StorageScheme::of_json(name, scheme).map_err(|cause| error(&cause))?);
        }
        Ok(site)
    }
}
