//! What the links of a file lead to.

use url::Url;

use super::Site;
use crate::{Location, LocationError, address};

impl Site {
    /// What a link leads to that stands in a file, given below the folder: the way back from
    /// [`asset_href`](Self::asset_href).
    ///
    /// A relative link starts at the file on disk, or below the base address where there is no folder. A link that is
    /// absolute is taken at its word: one below the base address leads to the web, although the same file may lie in the
    /// folder. A link may lead anywhere, out of the folder too.
    ///
    /// ```
    /// use tessera_stac::{Location, Site};
    ///
    /// let site = Site::folder("/data/catalogue")?;
    /// let store = Location::file("/data/stores/a.zarr")?;
    /// assert_eq!(site.resolve("2024/items.parquet", "../../stores/a.zarr")?, store);
    /// assert_eq!(site.resolve("2024/items.parquet", "s3://tessera/a.zarr")?, Location::url("s3://tessera/a.zarr")?);
    /// assert!(site.resolve("2024/items.parquet", "javascript:alert(1)").is_err());
    /// # Ok::<(), tessera_stac::LocationError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Location::url`], and for a link without text.
    pub fn resolve(&self, from: &str, href: &str) -> Result<Location, LocationError> {
        let error = |why: String| LocationError::Url { got: href.to_owned(), why };
        let root = self.folder.as_ref().or(self.base.as_ref()).filter(|_| !address::has_scheme(href));
        let Some(root) = root else { return Location::url(href) };
        if href.is_empty() {
            return Err(error("no text".to_owned()));
        }
        if let Some(clean) = resolve_clean(&root.address, from, href) {
            return Ok(Location::of_clean(clean));
        }
        let joined = Url::parse(&root.address).and_then(|root| root.join(from)?.join(href));
        Location::url(joined.map_err(|cause| error(cause.to_string()))?.as_str())
    }
}

/// As a URL parser joins them, where all names are plain and the link stays below the root; `None` where that is not so
/// clear.
fn resolve_clean(root: &str, from: &str, href: &str) -> Option<String> {
    let folder = &from[..from.rfind('/').map_or(0, |at| at + 1)];
    if !folder.strip_suffix('/').is_none_or(address::is_clean_path) {
        return None;
    }
    let mut text = String::with_capacity(root.len() + folder.len() + href.len() + 1);
    text.push_str(root);
    text.push_str(folder);
    let mut named = false;
    for part in href.split('/') {
        named = false;
        match part {
            "" => return None,
            "." => {}
            ".." => text.truncate(address::parent(&text)?.len()),
            name if address::is_plain(name) => {
                text.push_str(name);
                text.push('/');
                named = true;
            }
            _ => return None,
        }
    }
    text.pop();
    named.then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ITEM: &str = "2024/e000n50/grid_0.15_52.05_2024.json";

    proptest! {
        #[test]
        fn relative_links_are_resolved_as_a_parser_does(
            root in "(/[a-c]( [a-c])?){1,3}",
            from in "([a-c]{1,2}/){0,2}x\\.json",
            href in "(\\./|)(\\.\\./){0,4}([a-c%:;]{1,3}|\\.|\\.\\.|)(/([a-c %]{1,2}|\\.|\\.\\.|)){0,3}",
        ) {
            prop_assume!(!href.is_empty() && !address::has_scheme(&href));
            for (site, start) in [
                (Site::folder(&root).unwrap(), "file://"),
                (Site::url(&format!("https://example.org{root}")).unwrap(), "https://example.org"),
            ] {
                let url = Url::parse(&format!("{start}{root}/")).unwrap().join(&from).unwrap().join(&href);
                let expected = url.map(|url| Location::url(url.as_str()).unwrap()).map_err(|_| ());
                prop_assert_eq!(site.resolve(&from, &href).map_err(|_| ()), expected);
            }
        }

        #[test]
        fn addresses_lead_back(text in "(s3|gs|https)://[a-c]{3}(/[a-c]{1,2}){1,4}") {
            let asset = Location::url(&text).unwrap();
            for site in [Site::folder("/a/b").unwrap(), Site::url("https://aaa/a").unwrap()] {
                prop_assert_eq!(site.resolve(ITEM, &site.asset_href(ITEM, &asset)), Ok(asset.clone()));
            }
        }
    }

    #[test]
    fn links_below_the_base_address_stay_in_the_web() {
        let site = Site::folder("/data/c").unwrap().base_url("https://example.org/c").unwrap();
        let resolve = |href: &str| site.resolve(ITEM, href).unwrap().to_string();
        assert_eq!(resolve("https://example.org/c/x.zarr"), "https://example.org/c/x.zarr");
        assert_eq!(resolve("../x.zarr"), "file:///data/c/2024/x.zarr");
        assert_eq!(
            Site::url("https://example.org/c").unwrap().resolve(ITEM, "../x").unwrap().as_str(),
            "https://example.org/c/2024/x"
        );
    }

    #[test]
    fn links_that_lead_nowhere_are_refused() {
        let site = Site::folder("/data/c").unwrap();
        for href in
            ["", "javascript:alert(1)", "https://", "https://me:pw@example.org/x", "x?token=1", "#top"]
        {
            assert!(site.resolve(ITEM, href).is_err(), "{href}");
        }
        assert_eq!(site.resolve(ITEM, "../../../../../../../x").unwrap().as_str(), "file:///x");
    }
}
