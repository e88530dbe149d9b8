//! What a sheet says of each of its tiles, mostly the same.

use parquet::data_type::ByteArray;
use tessera_core::TileId;

use crate::href_template::HrefTemplate;

/// Values, one a row, held once where all are the same.
#[derive(Debug)]
pub(super) enum Repeated<T> {
    Same(T),
    Each(Vec<T>),
}

impl<T: PartialEq> Repeated<T> {
    pub(super) fn new(mut values: Vec<T>) -> Self {
        if values.len() > 1 && values.windows(2).all(|pair| pair[0] == pair[1]) {
            values.truncate(1);
        }
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => Self::Same(only),
            (last, _) => {
                values.extend(last);
                Self::Each(values)
            }
        }
    }

    /// About how many bytes of memory it takes besides itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Same(_) => 0,
            Self::Each(values) => values.len() * size_of::<T>(),
        }
    }

    pub(super) fn get(&self, row: usize) -> Option<&T> {
        match self {
            Self::Same(value) => Some(value),
            Self::Each(values) => values.get(row),
        }
    }
}

/// Links, one a row or none, held as their formula where they have one.
#[derive(Debug)]
pub(super) enum Hrefs {
    None,
    Formula(HrefTemplate),
    Each(Vec<Option<Box<str>>>),
}

impl Hrefs {
    pub(super) fn new(links: Vec<Option<ByteArray>>, tiles: &[TileId]) -> Result<Self, std::str::Utf8Error> {
        if links.iter().all(Option::is_none) {
            return Ok(Self::None);
        }
        let text = |link: &ByteArray| std::str::from_utf8(link.data()).map(Box::from);
        let links = links.iter().map(|link| link.as_ref().map(text).transpose());
        let links: Vec<Option<Box<str>>> = links.collect::<Result<_, _>>()?;
        Ok(formula(&links, tiles).map_or(Self::Each(links), Self::Formula))
    }

    /// About how many bytes of memory it takes besides itself.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::None | Self::Formula(_) => 0,
            Self::Each(links) => {
                links.len() * size_of::<Option<Box<str>>>()
                    + links.iter().flatten().map(|link| link.len()).sum::<usize>()
            }
        }
    }

    /// The link of a row, in the buffer.
    pub(super) fn get<'a>(&'a self, row: usize, tile: TileId, buffer: &'a mut String) -> Option<&'a str> {
        match self {
            Self::None => None,
            Self::Formula(template) => {
                template.fill(tile, buffer);
                Some(buffer)
            }
            Self::Each(links) => links.get(row)?.as_deref(),
        }
    }
}

/// The formula that gives all of the links.
fn formula(links: &[Option<Box<str>>], tiles: &[TileId]) -> Option<HrefTemplate> {
    let template = HrefTemplate::of(links.first()?.as_deref()?, *tiles.first()?)?;
    let mut filled = String::new();
    let fits = |(link, tile): (&Option<Box<str>>, &TileId)| {
        template.fill(*tile, &mut filled);
        link.as_deref() == Some(&filled)
    };
    links.iter().zip(tiles).all(fits).then_some(template)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_held_once() {
        assert!(matches!(Repeated::new(vec![1, 1, 1]), Repeated::Same(1)));
        assert!(matches!(Repeated::new(vec![1]), Repeated::Same(1)));
        let each = Repeated::new(vec![1, 1, 2]);
        assert_eq!([0, 1, 2, 3].map(|row| each.get(row).copied()), [Some(1), Some(1), Some(2), None]);
        assert_eq!(Repeated::<u8>::new(vec![]).get(0), None);
    }

    #[test]
    fn links_give_themselves_back() {
        let tiles: Vec<TileId> =
            ["grid_0.15_52.05", "grid_0.25_52.05"].map(|name| name.parse().unwrap()).into();
        let bytes = |text: &str| Some(ByteArray::from(text));
        let like = tiles.iter().map(|tile| bytes(&format!("../{tile}.zarr"))).collect();
        let mut buffer = String::new();
        for (links, formula) in [
            (like, true),
            (vec![bytes("../grid_0.15_52.05.zarr"), None], false),
            (vec![bytes("a"), bytes("b")], false),
        ] {
            let hrefs = Hrefs::new(links.clone(), &tiles).unwrap();
            assert_eq!(matches!(hrefs, Hrefs::Formula(_)), formula);
            for (row, link) in links.into_iter().enumerate() {
                let found = hrefs.get(row, tiles[row], &mut buffer).map(ByteArray::from);
                assert_eq!(found, link);
            }
        }
        assert!(matches!(Hrefs::new(vec![None, None], &tiles), Ok(Hrefs::None)));
    }
}
