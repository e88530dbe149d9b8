//! Why a query has no answer.

use std::ops::Range;

use crate::memory_budget::text_of_bytes;
use crate::{ChannelsError, MemoryBudget, PixelGridError, ProjectionError, Region, SourceError, Year};

/// Why a query has no answer, or an answer cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A year that is not there.
    #[error("{name} has nothing of {year}: it has {}", text_of_years(years))]
    Year {
        /// What was asked.
        name: String,
        /// The year asked for.
        year: Year,
        /// The years that it has.
        years: Vec<Year>,
    },
    /// Nothing in the area.
    #[error(
        "{name} has nothing of {year} in {region}: it has {} of that year; its years are {}",
        text_of_boxes(boxes),
        text_of_years(years)
    )]
    Nothing {
        /// What was asked.
        name: String,
        /// The year asked for.
        year: Year,
        /// The box around the area asked for.
        region: Region,
        /// Boxes that hold all it has of the year.
        boxes: Vec<Region>,
        /// The years that it has.
        years: Vec<Year>,
    },
    /// Channels that are not there.
    #[error("{name}: {cause}")]
    Channels {
        /// What was asked.
        name: String,
        /// Which channels.
        cause: ChannelsError,
    },
    /// Zones of one dataset that differ in their channels.
    #[error("{name} gives {got} channels in UTM zone {zone}: expected {expected}, as in the other zones")]
    Depth {
        /// What was asked.
        name: String,
        /// The zone.
        zone: u8,
        /// Channels that it gives.
        got: usize,
        /// Channels that the others give.
        expected: usize,
    },
    /// Pixels that are not those of the zone's lattice.
    #[error("{name} has pixels off the 10 m lattice of UTM zone {zone}, or of another zone")]
    Lattice {
        /// The source.
        name: String,
        /// The zone that was asked for.
        zone: u8,
    },
    /// A scale for each channel, where the pixels of a zone have one each.
    #[error("{name} gives a scale for each channel: expected one for each pixel")]
    Scales {
        /// The source.
        name: String,
    },
    /// Rows that the answer does not have.
    #[error("rows {}..{} were asked for of an answer of {rows} rows", got.start, got.end)]
    Rows {
        /// The rows asked for.
        got: Range<usize>,
        /// Rows of the answer.
        rows: usize,
    },
    /// More pixels at once than may be in memory.
    #[error(
        "the answer takes {} of memory, and {budget} are allowed: read it by strips, or allow more",
        text_of_bytes(*needed)
    )]
    TooLarge {
        /// Bytes of the whole answer.
        needed: u64,
        /// What is allowed.
        budget: MemoryBudget,
    },
    /// A single row that is too much.
    #[error(
        "a row of the answer takes {} of memory, and {budget} are allowed: allow more, or ask for a narrower area",
        text_of_bytes(*needed)
    )]
    RowTooLarge {
        /// Bytes of a row.
        needed: u64,
        /// What is allowed.
        budget: MemoryBudget,
    },
    /// More pixels at once than a computer can address.
    #[error("{rows} rows × {cols} columns × {channels} channels are more than can be addressed")]
    Unaddressable {
        /// Rows asked for.
        rows: usize,
        /// Columns of the answer.
        cols: usize,
        /// Its channels.
        channels: usize,
    },
    /// A point that is not on Earth.
    #[error("point {index} is at longitude {lon}, latitude {lat}: expected degrees, -180..=180 and -90..=90")]
    Point {
        /// Which point, counted from 0.
        index: usize,
        /// Its longitude.
        lon: f64,
        /// Its latitude.
        lat: f64,
    },
    /// A grid that cannot be.
    #[error(transparent)]
    Grid(#[from] PixelGridError),
    /// A place that cannot be projected.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// A source that cannot be opened or read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Years in runs: `2017–2021, 2024`.
fn text_of_years(years: &[Year]) -> String {
    let runs = years.chunk_by(|a, b| b.number() == a.number() + 1);
    let text = runs.filter_map(|run| match run {
        [] => None,
        [only] => Some(only.to_string()),
        [first, .., last] => Some(format!("{first}–{last}")),
    });
    let text = text.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "no years at all".into() } else { text }
}

/// The first boxes, and how many more there are.
fn text_of_boxes(boxes: &[Region]) -> String {
    const TOLD: usize = 8;
    let told: Vec<_> = boxes.iter().take(TOLD).map(Region::to_string).collect();
    match (boxes.len(), boxes.len().saturating_sub(TOLD)) {
        (0, _) => "nothing".into(),
        (1, _) => format!("the box {}", told.join("; ")),
        (_, 0) => format!("the boxes {}", told.join("; ")),
        (_, more) => format!("the boxes {} and {more} more", told.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_tell_what_there_is() {
        let years: Vec<_> = [2017, 2018, 2019, 2021, 2024].map(|y| Year::new(y).unwrap()).into();
        let year = Year::new(2016).unwrap();
        let error = QueryError::Year { name: "store".into(), year, years: years.clone() };
        assert_eq!(error.to_string(), "store has nothing of 2016: it has 2017–2019, 2021, 2024");
        let region = Region::WORLD;
        let boxes =
            vec![Region::new(0.0, 50.0, 6.0, 52.0).unwrap(), Region::new(-6.0, 50.0, 0.0, 51.5).unwrap()];
        let error = QueryError::Nothing { name: "store".into(), year, region, boxes, years };
        assert_eq!(
            error.to_string(),
            "store has nothing of 2016 in -180,-90,180,90: it has the boxes 0,50,6,52; -6,50,0,51.5 of that year; \
             its years are 2017–2019, 2021, 2024"
        );
        assert!(text_of_boxes(&[region; 20]).ends_with("and 12 more"));
        let error = QueryError::TooLarge { needed: 12_000_000_000, budget: MemoryBudget::default() };
        assert_eq!(
            error.to_string(),
            "the answer takes 11.2 GiB of memory, and 512 MiB are allowed: read it by strips, or allow more"
        );
    }
}
