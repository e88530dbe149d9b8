//! The SHA-256 of a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

/// The SHA-256 of a file, read piece by piece; `None` once `told`, which hears of the bytes of each, says to stop.
pub(super) fn sha256(path: &Path, told: impl Fn(u64) -> bool) -> io::Result<Option<[u8; 32]>> {
    // A pipe would wait for somebody to write into it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let (mut file, mut hash, mut piece) = (File::open(path)?, Sha256::new(), vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(Some(hash.finalize().into()));
        }
        hash.update(&piece[..read]);
        if !told(read as u64) {
            return Ok(None);
        }
    }
}

/// Bytes as they stand in lists of hashes.
pub(super) fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn hashes_of_fips_180() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, expected) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ] {
            std::fs::write(file.path(), text).unwrap();
            assert_eq!(hex(sha256(file.path(), |_| true).unwrap().unwrap()), expected);
        }
        std::fs::write(file.path(), vec![b'a'; 1_000_000]).unwrap();
        let bytes = Cell::new(0);
        let hash = sha256(file.path(), |more| {
            bytes.set(bytes.get() + more);
            true
        });
        let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        assert_eq!((hex(hash.unwrap().unwrap()).as_str(), bytes.get()), (million, 1_000_000));
        assert_eq!(sha256(file.path(), |_| false).unwrap(), None);
        assert!(sha256(Path::new("/"), |_| true).is_err());
    }
}
