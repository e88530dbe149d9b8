//! The tags of one level.

use super::GeoTiffSpec;
use super::codec::Codec;
use super::entry::{Entry, Values};
use super::gdal_metadata::gdal_metadata;
use super::geo_keys::geo_keys;
use super::level::Level;
use super::pixel::Kind;

/// `TileOffsets` and `TileByteCounts`: as many values as there are tiles, so they stand behind all directories.
pub(super) const LONG_TAGS: [u16; 2] = [324, 325];

/// Whether a level is the full resolution. Overviews lie where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Full,
    Overview,
}

/// The entries of a level, in the order of their tags, for tiles of these lengths that begin at `start` from where all
/// tiles begin.
pub(super) fn entries(
    spec: &GeoTiffSpec,
    level: &Level,
    role: Role,
    codec: Codec,
    start: u64,
    lengths: Vec<u32>,
) -> Vec<Entry> {
    let (bands, kind) = (spec.bands.len(), codec.kind());
    let edge = level.edge as u32;
    let mut offset = start;
    let offsets = lengths
        .iter()
        .map(|&length| {
            let this = offset;
            offset += u64::from(length);
            this
        })
        .collect();
    let long = |tag, value| Entry { tag, values: Values::Long(vec![value]) };
    let short = |tag, value| Entry { tag, values: Values::Short(vec![value]) };
    let shorts = |tag, value, count| Entry { tag, values: Values::Short(vec![value; count]) };

    let mut entries = vec![
        // NewSubfileType: 1 is a smaller copy.
        long(254, u32::from(role == Role::Overview)),
        // ImageWidth, ImageLength, BitsPerSample, Compression, PhotometricInterpretation (1 is greyscale, 2 is RGB).
        long(256, level.cols as u32),
        long(257, level.rows as u32),
        shorts(258, if kind == Kind::Floats { 32 } else { 8 }, bands),
        short(259, codec.compression_tag()),
        short(262, if kind == Kind::Floats { 1 } else { 2 }),
        // SamplesPerPixel, PlanarConfiguration (1: all bands together, 2: each band has its own tiles).
        short(277, bands as u16),
        short(284, if kind == Kind::Floats { 2 } else { 1 }),
    ];
    if codec.predictor_tag() != 1 {
        entries.push(short(317, codec.predictor_tag()));
    }
    // TileWidth, TileLength, TileOffsets, TileByteCounts.
    entries.extend([
        long(322, edge),
        long(323, edge),
        Entry { tag: 324, values: Values::Tiles(offsets) },
        Entry { tag: 325, values: Values::Long(lengths) },
    ]);
    match kind {
        // ExtraSamples: 2 is alpha that is not multiplied in.
        Kind::Colours => entries.push(short(338, 2)),
        // All bands but the first, which is what greyscale has; 0 is unspecified.
        Kind::Floats if bands > 1 => entries.push(shorts(338, 0, bands - 1)),
        Kind::Floats => {}
    }
    // SampleFormat: 1 is unsigned, 3 is floating point.
    entries.push(shorts(339, if kind == Kind::Floats { 3 } else { 1 }, bands));
    if role == Role::Full {
        entries.extend(geo_keys(spec));
        entries.push(Entry { tag: 42112, values: Values::Text(gdal_metadata(spec)) });
    }
    if kind == Kind::Floats {
        // GDAL_NODATA.
        entries.push(Entry { tag: 42113, values: Values::Text("nan".to_owned()) });
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GeoTiffOptions;

    #[test]
    fn tags_ascend_as_tiff_demands() {
        let spec = GeoTiffSpec {
            epsg: 4326,
            transform: [1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
            rows: 20,
            cols: 40,
            bands: vec![String::new(); 4],
            metadata: Vec::new(),
        };
        let level = Level { rows: 20, cols: 40, edge: 16 };
        let codec = |kind| Codec::of(&GeoTiffOptions::default(), kind);
        let kinds = [Kind::Floats, Kind::Colours].map(codec);
        for (role, codec) in
            [Role::Full, Role::Overview].into_iter().flat_map(|role| kinds.map(|kind| (role, kind)))
        {
            let entries = entries(&spec, &level, role, codec, 100, vec![7; 18]);
            assert!(entries.is_sorted_by(|a, b| a.tag < b.tag));
            let offsets = entries.iter().find(|entry| entry.tag == 324).unwrap();
            assert_eq!(offsets.values, Values::Tiles((0..18).map(|i| 100 + 7 * i).collect()));
        }
    }
}
