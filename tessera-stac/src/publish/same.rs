//! Whether an object is a file already.

use std::fmt::Write;

use md5::{Digest, Md5};
use tessera_core::Stamp;

/// Whether an object, by what the store says of it, has these bytes: where it was put in one piece, its ETag is their MD5
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>). One of another kind is not known to have them.
pub(super) fn is_same(there: &Stamp, bytes: &[u8]) -> bool {
    let tag = there.version.trim_matches('"');
    if there.bytes != bytes.len() as u64 || tag.len() != 32 {
        return false;
    }
    let mut hash = String::with_capacity(32);
    for byte in Md5::digest(bytes) {
        // A string takes all that is written into it.
        let _ = write!(hash, "{byte:02x}");
    }
    tag.eq_ignore_ascii_case(&hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_the_md5_of_what_was_put_whole() {
        let stamp = |bytes, version: &str| Stamp { bytes, version: version.to_owned() };
        // RFC 1321, A.5.
        let abc = "900150983cd24fb0d6963f7d28e17f72";
        for (there, same) in [
            (stamp(3, abc), true),
            (stamp(3, &format!("\"{abc}\"")), true),
            (stamp(3, &abc.to_uppercase()), true),
            (stamp(4, abc), false),
            (stamp(3, &format!("W/\"{abc}\"")), false),
            (stamp(3, &format!("{abc}-1")), false),
            (stamp(3, "d41d8cd98f00b204e9800998ecf8427e"), false),
            (stamp(3, "1795305600000000000"), false),
        ] {
            assert_eq!(is_same(&there, b"abc"), same, "{there:?}");
        }
    }
}
