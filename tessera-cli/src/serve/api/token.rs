//! The parameter `token`: where a page begins.

use tessera_core::{TileId, Year};
use tessera_stac::item_id;

use super::problem::Problem;
use crate::serve::item_name::item_name;

/// The item that a page begins after: the last of the page before. Nothing has to be remembered between two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) year: Year,
    pub(super) tile: TileId,
}

impl Token {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let expected = "the one of a link to a next page";
        let (tile, year) =
            item_name(text).ok_or_else(|| Problem::parameter("token", format!("{text:?}"), expected))?;
        Ok(Self { year, tile })
    }

    pub(super) fn text(self) -> String {
        item_id(self.tile, self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_an_item() {
        let token = Token::parse("grid_0.15_52.05_2024").unwrap();
        assert_eq!((token.text().as_str(), token.year.number()), ("grid_0.15_52.05_2024", 2024));
        for text in ["", "2", "grid_0.15_52.05", "grid_0.10_52.05_2024", "grid_0.15_52.05_1024"] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }
}
