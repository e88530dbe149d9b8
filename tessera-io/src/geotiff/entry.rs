//! Entries of a TIFF directory (TIFF 6.0, section 2; BigTIFF as libtiff defines it).

/// How a file counts: in 32 bits, or as BigTIFF in 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Classic,
    Big,
}

impl Format {
    /// The start of a file whose first directory follows at once.
    pub(super) fn header(self) -> &'static [u8] {
        match self {
            Self::Classic => b"II\x2a\0\x08\0\0\0",
            Self::Big => b"II\x2b\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
        }
    }

    /// Bytes of an offset, and of what fits into an entry in its stead.
    pub(super) fn word(self) -> usize {
        match self {
            Self::Classic => 4,
            Self::Big => 8,
        }
    }

    /// Bytes of a directory with so many entries.
    pub(super) fn table(self, entries: usize) -> usize {
        match self {
            Self::Classic => 2 + 12 * entries + 4,
            Self::Big => 8 + 20 * entries + 8,
        }
    }

    /// The number of entries, as it stands before them.
    pub(super) fn count(self, entries: usize) -> Vec<u8> {
        match self {
            Self::Classic => (entries as u16).to_le_bytes().to_vec(),
            Self::Big => (entries as u64).to_le_bytes().to_vec(),
        }
    }

    /// An offset. That it fits is seen to when the format is chosen.
    pub(super) fn offset(self, offset: u64) -> Vec<u8> {
        match self {
            Self::Classic => (offset as u32).to_le_bytes().to_vec(),
            Self::Big => offset.to_le_bytes().to_vec(),
        }
    }
}

/// The values of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Double(Vec<f64>),
    Text(String),
    /// Offsets from where the tiles begin.
    Tiles(Vec<u64>),
}

/// An entry: a tag and its values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) tag: u16,
    pub(super) values: Values,
}

impl Entry {
    /// Type and number of the values.
    fn kind(&self, format: Format) -> (u16, usize) {
        match (&self.values, format) {
            (Values::Text(text), _) => (2, text.len() + 1),
            (Values::Short(values), _) => (3, values.len()),
            (Values::Long(values), _) => (4, values.len()),
            (Values::Double(values), _) => (12, values.len()),
            (Values::Tiles(values), Format::Classic) => (4, values.len()),
            (Values::Tiles(values), Format::Big) => (16, values.len()),
        }
    }

    /// Bytes of the values.
    pub(super) fn length(&self, format: Format) -> usize {
        let (_, count) = self.kind(format);
        count
            * match &self.values {
                Values::Text(_) => 1,
                Values::Short(_) => 2,
                Values::Long(_) => 4,
                Values::Double(_) => 8,
                Values::Tiles(_) => format.word(),
            }
    }

    /// The values, where the tiles begin at `tiles`.
    pub(super) fn values(&self, format: Format, tiles: u64) -> Vec<u8> {
        match &self.values {
            Values::Text(text) => [text.as_bytes(), b"\0"].concat(),
            Values::Short(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Values::Long(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Values::Double(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Values::Tiles(values) => values.iter().flat_map(|v| format.offset(tiles + v)).collect(),
        }
    }

    /// The entry as it stands in the directory, with a word of values or of their offset.
    pub(super) fn bytes(&self, format: Format, word: &[u8]) -> Vec<u8> {
        let (kind, count) = self.kind(format);
        let mut bytes = [self.tag.to_le_bytes(), kind.to_le_bytes()].concat();
        bytes.extend(format.offset(count as u64));
        bytes.extend(word);
        bytes.resize(4 + 2 * format.word(), 0);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_values() {
        let values = [
            Values::Text("é".to_owned()),
            Values::Short(vec![1, 2]),
            Values::Long(vec![3]),
            Values::Double(vec![0.5]),
            Values::Tiles(vec![0, 1, 2]),
        ];
        for format in [Format::Classic, Format::Big] {
            for values in &values {
                let entry = Entry { tag: 256, values: values.clone() };
                assert_eq!(entry.values(format, 9).len(), entry.length(format), "{entry:?}");
                assert_eq!(entry.bytes(format, &[7]).len(), format.table(1) - format.table(0));
            }
        }
    }

    #[test]
    fn bytes_are_those_of_the_specification() {
        let entry = Entry { tag: 0x0100, values: Values::Short(vec![5]) };
        assert_eq!(entry.bytes(Format::Classic, &[5, 0]), [0, 1, 3, 0, 1, 0, 0, 0, 5, 0, 0, 0]);
        let tiles = Entry { tag: 324, values: Values::Tiles(vec![1]) };
        assert_eq!(tiles.values(Format::Big, 1 << 32), [1, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(tiles.bytes(Format::Big, &[9])[..12], [0x44, 1, 16, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    }
}
