//! The sizes that a TIFF claims, checked before its decoder allocates by them.

use std::io::{self, Read, Seek, SeekFrom};

/// Checks that no value of the first directory is larger than the file, which has `len` bytes: the decoder allocates up
/// to 256 MiB for what a tag claims to hold, before it looks whether that is there.
///
/// Layout: TIFF 6.0, section 2 (<https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf>), and its 64-bit form
/// BigTIFF (<https://libtiff.gitlab.io/libtiff/specification/bigtiff.html>). What is no TIFF at all is left to the
/// decoder to tell.
pub(crate) fn check_counts(file: &mut (impl Read + Seek), len: u64) -> io::Result<()> {
    let mut head = [0; 4];
    file.read_exact(&mut head)?;
    let big = match &head {
        b"II\x2a\0" | b"II\x2b\0" => false,
        b"MM\0\x2a" | b"MM\0\x2b" => true,
        _ => return Ok(()),
    };
    let wide = head.contains(&0x2b);
    let word = if wide { 8 } else { 4 };
    if wide {
        number(file, 4, big)?;
    }
    let directory = number(file, word, big)?;
    file.seek(SeekFrom::Start(directory))?;
    let entries = number(file, if wide { 8 } else { 2 }, big)?;
    let fits = |count: u64, size: u64| count.checked_mul(size).is_some_and(|bytes| bytes <= len);
    let refuse = |what, got: u64, unit| {
        let why = format!("{what} claims {got} {unit}, which do not fit the file's {len} bytes");
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    };
    if !fits(entries, 4 + 2 * word as u64) {
        return refuse("the directory".to_owned(), entries, "entries");
    }
    for _ in 0..entries {
        let (tag, kind) = (number(file, 2, big)?, number(file, 2, big)?);
        let (count, _value) = (number(file, word, big)?, number(file, word, big)?);
        let size = match kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 1,
        };
        if !fits(count, size) {
            return refuse(format!("tag {tag}"), count, "values");
        }
    }
    Ok(())
}

/// A whole number of at most eight bytes.
fn number(file: &mut impl Read, bytes: usize, big: bool) -> io::Result<u64> {
    let mut buffer = [0; 8];
    let part = &mut buffer[..bytes];
    file.read_exact(part)?;
    if big {
        part.reverse();
    }
    Ok(u64::from_le_bytes(buffer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use tiff::encoder::{TiffEncoder, colortype::Gray8};

    #[test]
    fn what_an_encoder_writes_passes() {
        let mut classic = Cursor::new(Vec::new());
        TiffEncoder::new(&mut classic).unwrap().write_image::<Gray8>(9, 7, &[1; 63]).unwrap();
        let mut wide = Cursor::new(Vec::new());
        TiffEncoder::new_big(&mut wide).unwrap().write_image::<Gray8>(9, 7, &[1; 63]).unwrap();
        for mut file in [classic, wide] {
            let len = file.get_ref().len() as u64;
            file.set_position(0);
            check_counts(&mut file, len).unwrap();
            // The same, cut: its directory is not there any more.
            let mut cut = Cursor::new(file.get_ref()[..20].to_vec());
            assert!(check_counts(&mut cut, 20).is_err());
        }
    }

    #[test]
    fn claims_beyond_the_file_are_refused_in_both_byte_orders() {
        for (claim, fits) in [(2_u32, true), (3, false), (u32::MAX, false)] {
            let little =
                [b"II\x2a\0\x08\0\0\0\x01\0\x11\x01\x0c\0", &claim.to_le_bytes()[..], &[0; 8]].concat();
            let big = [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x11\0\x0c", &claim.to_be_bytes()[..], &[0; 8]].concat();
            for bytes in [little, big] {
                assert_eq!(bytes.len(), 26);
                let checked = check_counts(&mut Cursor::new(bytes), 23);
                assert_eq!(checked.is_ok(), fits, "{checked:?}");
            }
        }
    }
}
