//! Directories and metadata compressed by gzip (RFC 1952).

use std::io::{self, Write};

use flate2::Crc;
use pmtiles::{Compression, Compressor, PmtResult};

/// The header: deflate, no flags, no time, the slowest compression, no system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff];
/// The level of compression, the highest of zlib.
const LEVEL: u8 = 9;

/// The same bytes, the same result, whichever compressor other crates ask flate2 for.
pub(super) struct Gzip;

impl Compressor for Gzip {
    fn compression(&self) -> Compression {
        Compression::Gzip
    }

    fn compress(
        &self,
        plain: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
        out: &mut dyn Write,
    ) -> PmtResult<()> {
        let mut bytes = Vec::new();
        plain(&mut bytes)?;
        let mut crc = Crc::new();
        crc.update(&bytes);
        out.write_all(&HEADER)?;
        out.write_all(&miniz_oxide::deflate::compress_to_vec(&bytes, LEVEL))?;
        out.write_all(&crc.sum().to_le_bytes())?;
        out.write_all(&crc.amount().to_le_bytes())?;
        Ok(())
    }
}
