//! Which objects of an array are there.

use std::io;
use std::ops::Range;

use tessera_core::{ByteRanges, Window};

use super::array::ZoneArray;

/// Up to so many objects are asked for one by one rather than listed.
const ASKED: usize = 64;

impl ZoneArray {
    /// The objects of a time that are there, by their indices, in order; `None` where names cannot be listed.
    pub(crate) fn written(&self, bytes: &dyn ByteRanges, time: u64) -> io::Result<Option<Vec<Vec<u64>>>> {
        if self.keys.is_none() {
            return Ok(None);
        }
        let time = time / self.objects.chunk_shape()[self.axes.time];
        match self.listed(bytes, time, 0, &mut format!("{}/c", self.path)) {
            Ok(mut found) => {
                found.iter_mut().for_each(|index| index.reverse());
                found.sort_unstable();
                Ok(Some(found))
            }
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(error),
        }
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
            let number =
                |name: &String| name.parse().ok().filter(|n: &u64| *n < count && n.to_string() == *name);
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

    /// Whether any object that holds a pixel of a window is there; true where that cannot be found out by a few questions.
    pub(crate) fn has_any(&self, bytes: &dyn ByteRanges, time: u64, window: Window) -> io::Result<bool> {
        let spans = |range: Range<usize>, axis: usize| {
            let edge = self.objects.chunk_shape()[axis] as usize;
            (range.end.div_ceil(edge) - range.start / edge).max(1)
        };
        let count =
            spans(window.row_range(), self.axes.row).saturating_mul(spans(window.col_range(), self.axes.col));
        if self.keys.is_none() {
            return Ok(true);
        }
        if count > ASKED {
            let touches =
                |index: &Vec<u64>| self.window_of(index).is_some_and(|w| w.intersect(&window).is_some());
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
}
