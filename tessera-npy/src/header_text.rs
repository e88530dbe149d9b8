//! The header that numpy writes.

use crate::header::MAGIC;

/// The digits for which numpy leaves room, so that an appending writer can let the first dimension grow in place
/// (`GROWTH_AXIS_MAX_DIGITS` in numpy's `format.py`).
const GROWTH_DIGITS: usize = 21;

/// The header of an array in C order, byte for byte as `numpy.save` writes it: version 1.0, padded with spaces so that
/// the data begin at a multiple of 64.
///
/// `None` where the text does not fit a header of version 1.0, which takes thousands of dimensions.
pub(crate) fn header_bytes(dtype: &str, shape: &[usize]) -> Option<Vec<u8>> {
    let extents: Vec<_> = shape.iter().map(usize::to_string).collect();
    let shape = match extents.as_slice() {
        [one] => format!("{one},"),
        several => several.join(", "),
    };
    let growth = extents.first().map_or(0, |first| GROWTH_DIGITS.saturating_sub(first.len()));
    let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({shape}), }}{:growth$}", "");
    let prefix = MAGIC.len() + 4;
    let length = (prefix + text.len() + 1).next_multiple_of(64) - prefix;
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend(u16::try_from(length).ok()?.to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.resize(prefix + length - 1, b' ');
    bytes.push(b'\n');
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NpyHeader;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(shape in prop::collection::vec(0..5_000_000_usize, 0..6)) {
            let bytes = header_bytes("<f4", &shape).unwrap();
            prop_assert_eq!(bytes.len() % 64, 0);
            let header = NpyHeader::parse(&bytes, bytes.len() as u64).unwrap();
            prop_assert_eq!((header.dtype(), header.shape()), ("<f4", &shape[..]));
            prop_assert_eq!((header.data_offset(), header.fortran_order()), (bytes.len(), false));
        }
    }

    #[test]
    fn headers_are_those_of_numpy() {
        const SHAPES: [&[usize]; 7] = [
            &[1119, 211, 128],
            &[1119, 211],
            &[],
            &[5],
            &[0, 3],
            &[1, 2, 3, 4, 5, 6, 7],
            &[123_456_789, 987_654_321],
        ];
        let cases = ["|i1", "<f4"].into_iter().flat_map(|dtype| SHAPES.map(|shape| (dtype, shape)));
        let ours: Vec<_> = cases.flat_map(|(dtype, shape)| header_bytes(dtype, shape).unwrap()).collect();
        assert_eq!(
            ours.escape_ascii().to_string(),
            include_bytes!("../tests/data/headers.bin").escape_ascii().to_string()
        );
    }

    #[test]
    fn a_text_too_long_for_its_length_is_refused() {
        assert!(header_bytes("<f4", &[1_000_000; 8_000]).is_none());
    }
}
