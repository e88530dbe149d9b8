//! Which objects of an array are there.

use std::io;
use std::ops::Range;

use tessera_core::{ByteRanges, Stamp, Window};

use super::array::ZoneArray;
use crate::ReadError;
use crate::asked::Asked;
use crate::known_indexes::KnownIndexes;
use crate::zone_read::Slice;

/// Up to so many objects are asked for one by one rather than listed.
const ASKED: usize = 64;
/// Up to so many indexes of shards are read to see whether there are such shards: not more than are kept for reading them.
const INDEXES: usize = 16;

/// The index of an object, with its stamp where the listing tells it.
pub(crate) type Written = (Vec<u64>, Option<Stamp>);

impl ZoneArray {
    /// The objects of a time that are there, by their indices, in order; `None` where names cannot be listed, or may not be.
    pub(crate) fn written(&self, bytes: &dyn ByteRanges, time: u64) -> io::Result<Option<Vec<Written>>> {
        if self.keys.is_none() {
            return Ok(None);
        }
        let time = time / self.objects.chunk_shape()[self.axes.time];
        // Where answers have to be waited for, one listing tells all; in a folder names alone cost less.
        let found = if bytes.fetching().in_flight > 1 {
            self.walked(bytes, time)
        } else {
            let found = self.listed(bytes, time, 0, &mut format!("{}/c", self.path));
            found.map(|mut found| {
                found.iter_mut().for_each(|index| index.reverse());
                found.into_iter().map(|index| (index, None)).collect()
            })
        };
        match found {
            Ok(mut found) => {
                found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                Ok(Some(found))
            }
            Err(error)
                if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// All objects of a time in one listing.
    fn walked(&self, bytes: &dyn ByteRanges, time: u64) -> io::Result<Vec<Written>> {
        let all = format!("{}/c", self.path);
        let folder = if self.axes.time == 0 { format!("{all}/{time}") } else { all.clone() };
        let counts = self.objects.counts();
        let index_of = |object: &str| {
            let key = object.strip_prefix(&all)?.strip_prefix('/')?;
            let index: Vec<u64> = key.split('/').map(canonical).collect::<Option<_>>()?;
            let fits = index.len() == counts.len() && index.iter().zip(&counts).all(|(at, count)| at < count);
            (fits && index[self.axes.time] == time).then_some(index)
        };
        let found = bytes.walk(&folder)?.into_iter();
        Ok(found.filter_map(|(object, stamp)| Some((index_of(&object)?, Some(stamp)))).collect())
    }

    /// What lies below the folder of the dimensions before `axis`, last dimension first.
    fn listed(
        &self,
        bytes: &dyn ByteRanges,
        time: u64,
        axis: usize,
        folder: &mut String,
    ) -> io::Result<Vec<Vec<u64>>> {
        let counts = self.objects.counts();
        let Some(&count) = counts.get(axis) else { return Ok(vec![Vec::new()]) };
        let numbers: Vec<u64> = if axis == self.axes.time && axis + 1 < counts.len() {
            vec![time]
        } else {
            let names = bytes.list(folder)?;
            let number = |name: &String| canonical(name).filter(|n| *n < count);
            names.iter().filter_map(number).filter(|n| axis != self.axes.time || *n == time).collect()
        };
        let mut found = Vec::new();
        for number in numbers {
            let length = folder.len();
            folder.push('/');
            folder.push_str(&number.to_string());
            for mut index in self.listed(bytes, time, axis + 1, folder)? {
                index.push(number);
                found.push(index);
            }
            folder.truncate(length);
        }
        Ok(found)
    }

    /// How many objects a window touches.
    fn count_of(&self, window: Window) -> usize {
        let spans = |range: Range<usize>, axis: usize| {
            let edge = self.objects.chunk_shape()[axis] as usize;
            (range.end.div_ceil(edge) - range.start / edge).max(1)
        };
        spans(window.row_range(), self.axes.row).saturating_mul(spans(window.col_range(), self.axes.col))
    }

    /// Whether any object that holds a pixel of a window is there; true where that cannot be found out by a few questions.
    pub(crate) fn has_any(&self, bytes: &dyn ByteRanges, time: u64, window: Window) -> io::Result<bool> {
        if self.keys.is_none() {
            return Ok(true);
        }
        if self.count_of(window) > ASKED {
            let touches =
                |(index, _): &Written| self.window_of(index).is_some_and(|w| w.intersect(&window).is_some());
            return Ok(self.written(bytes, time)?.is_none_or(|written| written.iter().any(touches)));
        }
        for index in self.objects_of(time, window) {
            if let Some(object) = self.object_name(&index)
                && bytes.size(&object)?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// As [`has_any`](Self::has_any), by nothing but the indexes of shards, which a read needs anyway and which are kept.
    /// The whole array is not asked after, as it is for points: a few of its shards are read.
    pub(crate) fn has_any_shard(&self, time: u64, window: Window, asked: &Asked) -> Result<bool, ReadError> {
        let [_, rows, cols, _] = self.extent();
        let whole = (window.rows as u64, window.cols as u64) == (rows, cols);
        if whole || !self.is_sharded() || self.count_of(window) > INDEXES {
            return Ok(true);
        }
        let shards = Slice { array: self, time, channels: &[0] }.shards_of(window);
        if shards.is_empty() {
            return Ok(true);
        }
        let mut known = KnownIndexes::default();
        known.learn(shards, asked)?;
        Ok(known.any())
    }
}

/// A number as it stands in names.
fn canonical(name: impl AsRef<str>) -> Option<u64> {
    let name = name.as_ref();
    name.parse().ok().filter(|number: &u64| number.to_string() == name)
}
