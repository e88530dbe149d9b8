//! Who made the data, and under which terms.

use stac::Provider;

/// Who made the data, under which terms, and how to cite it: what a collection says of a dataset beyond its tiles.
///
/// The default describes the embeddings as the TESSERA project publishes them: its terms of use name CC-BY-4.0. Data
/// of other origin, or received under other terms, needs its own.
///
/// ```
/// use tessera_stac::Credits;
///
/// let mut credits = Credits::default();
/// assert_eq!(credits.license, "CC-BY-4.0");
/// credits.license = "CC0-1.0".to_owned();
/// credits.license_url = Some("https://creativecommons.org/publicdomain/zero/1.0/".to_owned());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Credits {
    /// An SPDX licence identifier, or `other`.
    pub license: String,
    /// Where the text of the licence is.
    pub license_url: Option<String>,
    /// The organisations behind the data, in the order in which they handled it.
    pub providers: Vec<Provider>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// How to cite the data.
    pub citation: Option<String>,
    /// Papers that describe it.
    pub publications: Vec<Publication>,
}

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its DOI, as `10.48550/arXiv.2506.20380`.
    pub doi: String,
    /// How to cite it.
    pub citation: String,
}

impl Default for Credits {
    fn default() -> Self {
        let mut cambridge = Provider::new("University of Cambridge");
        cambridge.roles = Some(vec!["producer".to_owned(), "licensor".to_owned()]);
        cambridge.url = Some("https://geotessera.org".to_owned());
        let citation = "Feng et al. (2025). TESSERA: Temporal Embeddings of Surface Spectra for Earth Representation and \
                        Analysis. arXiv:2506.20380";
        let keywords = ["TESSERA", "embeddings", "Earth observation", "Sentinel-1", "Sentinel-2"];
        Self {
            license: "CC-BY-4.0".to_owned(),
            license_url: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
            providers: vec![cambridge],
            keywords: keywords.map(str::to_owned).to_vec(),
            citation: Some(citation.to_owned()),
            publications: vec![Publication {
                doi: "10.48550/arXiv.2506.20380".to_owned(),
                citation: citation.to_owned(),
            }],
        }
    }
}
