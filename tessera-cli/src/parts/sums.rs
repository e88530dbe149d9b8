//! Sums over the pixels of parts, kept in ledgers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use tessera_core::{DatasetVersion, ScaleLimit, Year};
use tessera_pca::{Histogram, Ledger, Moments};

use super::Part;

/// Sums over the pixels of a part: its moments, or its histogram on the components of a basis.
pub(crate) trait Sums: Sized {
    /// The first word of their names in a ledger.
    const WORD: &'static str;

    fn to_bytes(&self) -> Vec<u8>;
    fn from_bytes(bytes: &[u8]) -> Result<Self>;
}

impl Sums for Moments {
    const WORD: &'static str = "moments";

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self::from_bytes(bytes)?)
    }
}

impl Sums for Histogram {
    const WORD: &'static str = "histogram";

    fn to_bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self::from_bytes(bytes)?)
    }
}

/// Of which part sums are: their name in a ledger, as JSON after the word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) year: u16,
    pub(crate) zone: u8,
    pub(crate) part: String,
    /// Null where it is unknown.
    pub(crate) dataset: Option<String>,
    /// Of a histogram, the digest of its basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) basis: Option<String>,
}

/// What the sums were taken of: they are taken anew where it has changed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct TakenOf {
    stamp: String,
    scale_limit: f32,
}

impl Key {
    pub(crate) fn of(part: &Part, year: Year, dataset: &DatasetVersion, basis: Option<&str>) -> Self {
        let (dataset, basis) = (Self::dataset_name(dataset), basis.map(str::to_owned));
        Self { year: year.number(), zone: part.zone, part: part.name.clone(), dataset, basis }
    }

    /// The name of a dataset; `None` where it is unknown.
    pub(crate) fn dataset_name(dataset: &DatasetVersion) -> Option<String> {
        (*dataset != DatasetVersion::Unknown).then(|| dataset.to_string())
    }

    /// Whether the part is of one of these years; of any, where none is named.
    pub(crate) fn is_of(&self, years: &[Year]) -> bool {
        years.is_empty() || years.iter().any(|year| year.number() == self.year)
    }

    fn name<S: Sums>(&self) -> Result<String> {
        Ok(format!("{} {}", S::WORD, serde_json::to_string(self)?))
    }

    fn parse<S: Sums>(name: &str) -> Option<Self> {
        serde_json::from_str(name.strip_prefix(S::WORD)?.strip_prefix(' ')?).ok()
    }
}

/// Whether a ledger holds the sums of a part as it is now.
pub(crate) fn is_kept<S: Sums>(ledger: &Ledger, key: &Key, stamp: &str, limit: ScaleLimit) -> Result<bool> {
    let Some(value) = ledger.get(&key.name::<S>()?)? else { return Ok(false) };
    let (taken, _) = split(ledger, &value)?;
    Ok(taken == TakenOf { stamp: stamp.to_owned(), scale_limit: limit.value() })
}

/// Keeps the sums of a part.
pub(crate) fn keep<S: Sums>(
    ledger: &Ledger,
    key: &Key,
    stamp: &str,
    limit: ScaleLimit,
    sums: &S,
) -> Result<()> {
    let taken = TakenOf { stamp: stamp.to_owned(), scale_limit: limit.value() };
    let mut value = serde_json::to_vec(&taken)?;
    value.push(b'\n');
    value.extend(sums.to_bytes());
    Ok(ledger.put(&key.name::<S>()?, &value)?)
}

/// What sums were taken of, and their bytes.
fn split<'a>(ledger: &Ledger, value: &'a [u8]) -> Result<(TakenOf, &'a [u8])> {
    let end = value.iter().position(|byte| *byte == b'\n').with_context(|| no_sums(ledger))?;
    let taken = serde_json::from_slice(&value[..end]).with_context(|| no_sums(ledger))?;
    Ok((taken, &value[end + 1..]))
}

fn no_sums(ledger: &Ledger) -> String {
    format!("{}: not sums of a part", ledger.path().display())
}

/// The sums of all parts that ledgers hold, each part once: where several have one, the last that was named.
pub(crate) fn each<S: Sums>(
    ledgers: &[PathBuf],
    wanted: &dyn Fn(&Key) -> bool,
    work: &mut dyn FnMut(&Key, ScaleLimit, S) -> Result<()>,
) -> Result<()> {
    let opened = ledgers.iter().map(Ledger::read).collect::<Result<Vec<_>, _>>()?;
    // In the order of the parts, so that the same parts give the same bits whichever ledgers they are in.
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    for (at, ledger) in opened.iter().enumerate() {
        let keys = ledger.keys()?;
        places.extend(
            keys.iter()
                .filter_map(|name| Key::parse::<S>(name))
                .filter(|key| wanted(key))
                .map(|key| (key, at)),
        );
    }
    if places.is_empty() {
        let names: Vec<_> = ledgers.iter().map(|path| path.display()).collect();
        bail!("no {} of any part in {}", S::WORD, crate::report::list(&names));
    }
    let mut first: Option<(f32, Option<String>)> = None;
    for (key, at) in places {
        let ledger = &opened[at];
        let Some(value) = ledger.get(&key.name::<S>()?)? else { continue };
        let (taken, bytes) = split(ledger, &value)?;
        let sums = S::from_bytes(bytes).with_context(|| no_sums(ledger))?;
        let own = (taken.scale_limit, key.dataset.clone());
        let expected = first.get_or_insert_with(|| own.clone());
        if *expected != own {
            let dataset = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".into());
            bail!(
                "{} of {} are of dataset {} with a scale limit of {}, and of others of {} with {}: expected the same",
                S::WORD,
                key.part,
                dataset(&own.1),
                own.0,
                dataset(&expected.1),
                expected.0
            );
        }
        work(&key, ScaleLimit::new(taken.scale_limit)?, sums)?;
    }
    Ok(())
}
