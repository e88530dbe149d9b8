//! The pyramids of a year.

use super::YearIndex;
use crate::{IndexError, PyramidAssets, Site, index_path};

impl YearIndex {
    /// The pyramids of pictures of the year. Links are resolved from the folder or address of the site.
    ///
    /// # Errors
    /// A link that leads where it must not.
    pub fn pyramids(&self, site: &Site) -> Result<PyramidAssets, IndexError> {
        let Some(said) = &self.pyramids else { return Ok(PyramidAssets::default()) };
        let pyramids = PyramidAssets::of_json(said, site, &index_path(self.year));
        pyramids.map_err(|cause| IndexError::format(&self.file.path, format!("a pyramid: {cause}")))
    }
}
