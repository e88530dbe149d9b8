//! The formula behind the links of many tiles.

use serde_json::{Value, json};

use crate::{Block, TileRecord};

/// What stands for a tile's name in a template.
pub(crate) const TILE: &str = "grid_{lon}_{lat}";

/// The formula behind the links of many tiles, where they have one in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HrefTemplate {
    /// All links so far come from this text.
    Formula(String),
    /// Some link does not follow from the tile, or not as the others do.
    None,
}

impl HrefTemplate {
    /// The formula of one link: the tile's name in it becomes `grid_{lon}_{lat}`, a folder called as its block `{block}`.
    pub(crate) fn of(href: &str, record: &TileRecord) -> Self {
        let name = record.tile().to_string();
        if !href.contains(&name) {
            return Self::None;
        }
        let block = format!("/{}/", Block::of_tile(record.tile()));
        Self::Formula(href.replace(&name, TILE).replace(&block, "/{block}/"))
    }

    /// The formula of these links and one more.
    pub(crate) fn and(&mut self, other: Self) {
        if *self != other {
            *self = Self::None;
        }
    }

    /// The formula, where there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Formula(text) => Some(text),
            Self::None => None,
        }
    }
}

/// The variables of a template, as JSON Schema.
pub(crate) fn variables(template: &str) -> Value {
    let mut variables = json!({
        "lon": {"type": "string", "pattern": r"^-?\d{1,3}\.\d5$"},
        "lat": {"type": "string", "pattern": r"^-?\d{1,2}\.\d5$"},
    });
    if template.contains("{block}")
        && let Some(variables) = variables.as_object_mut()
    {
        variables.insert("block".to_owned(), json!({"type": "string", "pattern": r"^[ew]\d{3}[ns]\d{2}$"}));
    }
    variables
}

#[cfg(test)]
mod tests {
    use tessera_core::{DatasetVersion, PixelGrid, TileId, Year};

    use super::*;

    fn template(href: &str, name: &str) -> HrefTemplate {
        let tile: TileId = name.parse().unwrap();
        let grid = PixelGrid::of_tile(tile).unwrap();
        HrefTemplate::of(
            href,
            &TileRecord::new(tile, Year::new(2024).unwrap(), DatasetVersion::Unknown, grid),
        )
    }

    #[test]
    fn formulas_agree_or_vanish() {
        let mut formula = template("s3://b/2024/grid_0.15_52.05/grid_0.15_52.05.npy", "grid_0.15_52.05");
        assert_eq!(formula.text(), Some("s3://b/2024/grid_{lon}_{lat}/grid_{lon}_{lat}.npy"));
        formula.and(template("s3://b/2024/grid_-0.05_5.05/grid_-0.05_5.05.npy", "grid_-0.05_5.05"));
        assert!(formula.text().is_some());
        formula.and(template("s3://c/2024/grid_-0.05_5.15/grid_-0.05_5.15.npy", "grid_-0.05_5.15"));
        assert_eq!(formula.text(), None);
        formula.and(template("s3://b/2024/grid_0.15_52.05/grid_0.15_52.05.npy", "grid_0.15_52.05"));
        assert_eq!(formula.text(), None);
    }

    #[test]
    fn blocks_and_strangers() {
        let formula = template("../stores/e000n50/grid_0.15_52.05.zarr", "grid_0.15_52.05");
        assert_eq!(formula.text(), Some("../stores/{block}/grid_{lon}_{lat}.zarr"));
        assert!(variables("{block}/{lon}")["block"].is_object() && variables("{lon}").get("block").is_none());
        assert_eq!(template("s3://b/some.zarr", "grid_0.15_52.05"), HrefTemplate::None);
    }
}
