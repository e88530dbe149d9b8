//! The formula behind the links of many tiles.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use tessera_core::{TileId, UtmZone};

use crate::Block;

/// What stands for a tile's name in a template.
pub(crate) const TILE: &str = "grid_{lon}_{lat}";

/// The formula of a link: text in which the coordinates of a tile, its block and its zone are left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HrefTemplate {
    text: String,
}

impl HrefTemplate {
    /// The formula of a link, where it follows from the tile: the tile's name in it becomes `grid_{lon}_{lat}`, a folder
    /// called as its block `{block}`, and a last part called as the group of its zone `utm{zone}`.
    pub(crate) fn of(href: &str, tile: TileId) -> Option<Self> {
        if href.contains(['{', '}']) {
            return None;
        }
        let name = tile.to_string();
        let text = if href.contains(&name) {
            let block = format!("/{}/", Block::of_tile(tile));
            href.replace(&name, TILE).replace(&block, "/{block}/")
        } else {
            let group = format!("utm{:02}", UtmZone::of_tile(tile).number());
            format!("{}utm{{zone}}", href.strip_suffix(&group)?)
        };
        Some(Self { text })
    }

    /// The text of a template.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The link to a tile, written over what the buffer holds.
    pub(crate) fn fill(&self, tile: TileId, href: &mut String) {
        href.clear();
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            href.push_str(before);
            let Some((name, after)) = after.split_once('}') else { break };
            rest = after;
            // Writing into a string does not fail.
            let _ = match name {
                "lon" => hundredths(href, tile.lon_hundredths()),
                "lat" => hundredths(href, tile.lat_hundredths()),
                "block" => write!(href, "{}", Block::of_tile(tile)),
                _ => write!(href, "{:02}", UtmZone::of_tile(tile).number()),
            };
        }
        href.push_str(rest);
    }
}

/// A number of hundredths as it stands in a tile's name.
fn hundredths(text: &mut String, value: i32) -> std::fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    write!(text, "{sign}{}.{:02}", value.unsigned_abs() / 100, value.unsigned_abs() % 100)
}

/// The formula of all links of a kind, where they have one in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum CommonHref {
    /// There is no link.
    #[default]
    Unseen,
    /// All links so far come from this.
    Formula(HrefTemplate),
    /// Some link does not follow from its tile, or not as the others do.
    Mixed,
}

impl CommonHref {
    /// Takes one more link into account. The buffer is for its use.
    pub(crate) fn add(&mut self, href: &str, tile: TileId, buffer: &mut String) {
        match self {
            Self::Mixed => {}
            Self::Unseen => *self = HrefTemplate::of(href, tile).map_or(Self::Mixed, Self::Formula),
            Self::Formula(template) => {
                template.fill(tile, buffer);
                if buffer != href {
                    *self = Self::Mixed;
                }
            }
        }
    }

    /// The text of the template, where there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Formula(template) => Some(template.text()),
            Self::Unseen | Self::Mixed => None,
        }
    }
}

/// The variables of a template, as JSON Schema.
pub(crate) fn variables(template: &str) -> Value {
    let known = [
        ("lon", r"^-?\d{1,3}\.\d5$"),
        ("lat", r"^-?\d{1,2}\.\d5$"),
        ("block", r"^[ew]\d{3}[ns]\d{2}$"),
        ("zone", r"^\d{2}$"),
    ];
    let used = known.into_iter().filter(|(name, _)| template.contains(&format!("{{{name}}}")));
    let schema =
        |(name, pattern): (&str, &str)| (name.to_owned(), json!({"type": "string", "pattern": pattern}));
    used.map(schema).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_of_links() {
        let tile: TileId = "grid_-0.05_50.75".parse().unwrap();
        for (href, template) in [
            (
                "../../npy/2024/grid_-0.05_50.75/grid_-0.05_50.75.npy",
                Some("../../npy/2024/grid_{lon}_{lat}/grid_{lon}_{lat}.npy"),
            ),
            (
                "https://a.org/w005n50/grid_-0.05_50.75.zarr",
                Some("https://a.org/{block}/grid_{lon}_{lat}.zarr"),
            ),
            ("s3://b/zones.zarr/utm30", Some("s3://b/zones.zarr/utm{zone}")),
            ("s3://b/zones.zarr/utm31", None),
            ("https://a.org/x.zarr", None),
            ("https://a.org/{x}/grid_-0.05_50.75.zarr", None),
        ] {
            let found = HrefTemplate::of(href, tile);
            assert_eq!(found.as_ref().map(HrefTemplate::text), template, "{href}");
        }
    }

    #[test]
    fn one_stranger_mixes_them() {
        let tiles: [TileId; 2] = ["grid_0.15_52.05".parse().unwrap(), "grid_0.25_52.05".parse().unwrap()];
        let (mut common, mut buffer) = (CommonHref::default(), String::new());
        for tile in tiles {
            common.add(&format!("a/{tile}.zarr"), tile, &mut buffer);
        }
        assert_eq!(common.text(), Some("a/grid_{lon}_{lat}.zarr"));
        common.add("b/grid_0.15_52.05.zarr", tiles[0], &mut buffer);
        assert_eq!(common.text(), None);
    }

    proptest! {
        #[test]
        fn a_formula_gives_its_link_back(column in 0..3600_u32, row in 0..1800_u32) {
            let tile = TileId::from_cell(column, row).unwrap();
            let mut filled = String::new();
            for href in [
                format!("../stores/{tile}.zarr"),
                format!("https://a.org/{}/{tile}/{tile}.npy", Block::of_tile(tile)),
                format!("../zones.zarr/utm{:02}", UtmZone::of_tile(tile).number()),
            ] {
                HrefTemplate::of(&href, tile).unwrap().fill(tile, &mut filled);
                prop_assert_eq!(&filled, &href);
            }
        }
    }
}
