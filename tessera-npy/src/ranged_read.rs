//! Reading pixels of a tile in a store of objects.

use std::io::{self, ErrorKind};
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use ndarray::{Array2, Array3, ArrayView1, ArrayView2, ArrayView3, ArrayViewMut3, Axis, ShapeError, s};
use tessera_core::{
    ByteRange, ByteRanges, Channels, ChannelsError, Fetches, Fetching, ObjectRange, Quantized, Scales,
    SourceError, Window,
};

use crate::float::Float;
use crate::ranged_file::RangedFile;
use crate::runs::{Request, Run, join};

/// Which pixels are wanted: a window, or single ones.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    Window(Window),
    Pixels(&'a [(usize, usize)]),
}

/// Where the pixels of a file lie, in rows of so many.
#[derive(Debug, Clone, Copy)]
struct Layout {
    offset: u64,
    cols: u64,
    /// Bytes of a pixel.
    pixel: u64,
}

impl Wanted<'_> {
    /// Rows and columns of the output: single pixels are a column.
    fn shape(&self) -> (usize, usize) {
        match self {
            Self::Window(window) => (window.rows, window.cols),
            Self::Pixels(pixels) => (pixels.len(), 1),
        }
    }

    /// Where the pixels lie, in order. They must exist, so that nothing here can overflow.
    fn runs(&self, layout: Layout) -> Vec<Run> {
        let run = |row: usize, col: usize, count: usize, place| Run {
            start: layout.offset + (row as u64 * layout.cols + col as u64) * layout.pixel,
            length: count as u64 * layout.pixel,
            place,
        };
        match *self {
            Self::Window(window) => {
                let rows = window.row_range().enumerate();
                rows.map(|(place, row)| run(row, window.col, window.cols, place)).collect()
            }
            Self::Pixels(pixels) => {
                let pixels = pixels.iter().enumerate();
                let mut runs: Vec<_> = pixels.map(|(place, &(row, col))| run(row, col, 1, place)).collect();
                runs.sort_unstable_by_key(|run| run.start);
                runs
            }
        }
    }
}

/// The scales of a tile in a store.
#[derive(Debug)]
pub(crate) enum RangedScales {
    /// Read as they are wanted.
    Rows(Float),
    /// All of them: their rows do not lie together, or they were changed after they were read.
    Whole(Scales),
}

/// The two files of a tile in a store.
#[derive(Debug)]
pub(crate) struct RangedPixels {
    pub(crate) embeddings: RangedFile,
    pub(crate) scales_file: RangedFile,
    pub(crate) scales: RangedScales,
    pub(crate) dim: (usize, usize, usize),
}

/// What is asked for in one of the files.
struct Part<'a> {
    file: &'a RangedFile,
    runs: Vec<Run>,
    requests: Vec<Request>,
}

impl<'a> Part<'a> {
    /// Of a file with rows of so many pixels, each of so many bytes.
    fn new(file: &'a RangedFile, cols: usize, pixel: usize, wanted: Wanted<'_>, fetching: Fetching) -> Self {
        let offset = file.head().header().data_offset() as u64;
        let runs = wanted.runs(Layout { offset, cols: cols as u64, pixel: pixel as u64 });
        let requests = join(&runs, fetching);
        Self { file, runs, requests }
    }
}

impl RangedPixels {
    /// Whether each channel has a scale of its own.
    pub(crate) fn per_channel(&self) -> bool {
        match &self.scales {
            RangedScales::Rows(_) => self.scales_file.head().header().shape().len() == 3,
            RangedScales::Whole(scales) => matches!(scales, Scales::Channel(_)),
        }
    }

    /// The bytes that a row takes in the longer file.
    pub(crate) fn row_len(&self) -> u64 {
        (self.dim.1 * self.dim.2) as u64
    }

    /// What reading asks of the store.
    pub(crate) fn fetches(&self, wanted: Wanted<'_>, fetching: Fetching) -> Fetches {
        let requests = self.parts(wanted, fetching).into_iter().flat_map(|part| part.requests);
        requests.map(|request| Fetches { requests: 1, bytes: request.length }).sum()
    }

    fn parts(&self, wanted: Wanted<'_>, fetching: Fetching) -> Vec<Part<'_>> {
        let (_, cols, channels) = self.dim;
        let mut parts = vec![Part::new(&self.embeddings, cols, channels, wanted, fetching)];
        if let RangedScales::Rows(float) = self.scales {
            let each = if self.per_channel() { channels } else { 1 };
            parts.push(Part::new(&self.scales_file, cols, each * float.size(), wanted, fetching));
        }
        parts
    }

    /// Reads pixels, which must exist, into `out`: all that is asked for of both files at once.
    pub(crate) fn read(
        &self,
        bytes: &dyn ByteRanges,
        wanted: Wanted<'_>,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        let error = |cause: ChannelsError| SourceError::new(self.name(), cause);
        let list = channels.resolve(self.dim.2).map_err(error)?;
        let (rows, cols) = wanted.shape();
        let (data, scales) = if self.per_channel() {
            let (data, scales) = out.reset_per_channel(rows, cols, list.len());
            (data, ScalesOut::Channel(scales))
        } else {
            let (data, scales) = out.reset(rows, cols, list.len());
            (data, ScalesOut::Pixel(scales))
        };
        let range = channels.as_range(self.dim.2);
        let mut output = Output { data, scales, list: &list, range, channels: self.dim.2, cols };
        if let RangedScales::Whole(whole) = &self.scales {
            output.copy_scales(whole, wanted);
        }

        let parts = self.parts(wanted, bytes.fetching());
        let all: Vec<(&Part<'_>, &Request)> =
            parts.iter().flat_map(|part| part.requests.iter().map(move |request| (part, request))).collect();
        let range = |request: &Request| ByteRange::From { offset: request.start, length: request.length };
        let ranges: Vec<_> = all
            .iter()
            .map(|(part, request)| ObjectRange { object: part.file.object(), range: range(request) })
            .collect();
        let (output, failed, taken) = (Mutex::new(output), Mutex::new(None), AtomicUsize::new(0));
        bytes.read_many(&ranges, &|at, got| {
            let Some((part, request)) = all.get(at) else { return ControlFlow::Break(()) };
            let answer = got.and_then(|answer| answer.ok_or_else(|| ErrorKind::NotFound.into()));
            let put = answer.and_then(|answer| {
                let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
                for run in &part.runs[request.runs.clone()] {
                    let bytes = request.part(run, answer).ok_or_else(|| too_short(answer, request))?;
                    let put = match self.scales {
                        RangedScales::Rows(float) if std::ptr::eq(part.file, &self.scales_file) => {
                            output.put_scales(run.place, &float.widen(bytes))
                        }
                        _ => output.put_values(run.place, bytemuck::cast_slice(bytes)),
                    };
                    put.map_err(io::Error::other)?;
                }
                Ok(())
            });
            taken.fetch_add(1, Ordering::Relaxed);
            match put {
                Ok(()) => ControlFlow::Continue(()),
                Err(cause) => {
                    let name = part.file.head().path().display().to_string();
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.get_or_insert(SourceError::new(name, cause));
                    ControlFlow::Break(())
                }
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None if taken.into_inner() == ranges.len() => Ok(()),
            None => Err(SourceError::new(self.name(), io::Error::other("not all ranges were answered"))),
        }
    }

    /// What to call the tile in a message.
    pub(crate) fn name(&self) -> String {
        self.embeddings.head().path().display().to_string()
    }
}

fn too_short(answer: &[u8], request: &Request) -> io::Error {
    let why = format!("{} bytes at offset {}, expected {}", answer.len(), request.start, request.length);
    io::Error::new(ErrorKind::UnexpectedEof, why)
}

/// Where pixels are put.
struct Output<'a> {
    data: ArrayViewMut3<'a, i8>,
    scales: ScalesOut<'a>,
    list: &'a [usize],
    /// The same, where they are neighbours.
    range: Option<Range<usize>>,
    /// Channels of the file.
    channels: usize,
    cols: usize,
}

enum ScalesOut<'a> {
    Pixel(&'a mut Array2<f32>),
    Channel(&'a mut Array3<f32>),
}

impl Output<'_> {
    /// Puts a row of values with all channels.
    fn put_values(&mut self, row: usize, values: &[i8]) -> Result<(), ShapeError> {
        let values = ArrayView2::from_shape((self.cols, self.channels), values)?;
        let mut row = self.data.index_axis_mut(Axis(0), row);
        match &self.range {
            Some(range) => row.assign(&values.slice(s![.., range.clone()])),
            None => pick(values, row, self.list),
        }
        Ok(())
    }

    /// Puts a row of scales.
    fn put_scales(&mut self, row: usize, values: &[f32]) -> Result<(), ShapeError> {
        match &mut self.scales {
            ScalesOut::Pixel(scales) => {
                scales.row_mut(row).assign(&ArrayView1::from_shape(self.cols, values)?);
            }
            ScalesOut::Channel(scales) => {
                let values = ArrayView2::from_shape((self.cols, self.channels), values)?;
                pick(values, scales.index_axis_mut(Axis(0), row), self.list);
            }
        }
        Ok(())
    }

    /// Copies scales that are here as a whole.
    fn copy_scales(&mut self, whole: &Scales, wanted: Wanted<'_>) {
        match (&mut self.scales, whole, wanted) {
            (ScalesOut::Pixel(out), Scales::Pixel(whole), Wanted::Window(window)) => {
                out.assign(&whole.slice(s![window.row_range(), window.col_range()]));
            }
            (ScalesOut::Pixel(out), Scales::Pixel(whole), Wanted::Pixels(pixels)) => {
                out.iter_mut().zip(pixels).for_each(|(out, pixel)| *out = whole[*pixel]);
            }
            (ScalesOut::Channel(out), Scales::Channel(whole), Wanted::Window(window)) => {
                let whole: ArrayView3<'_, f32> = whole.slice(s![window.row_range(), window.col_range(), ..]);
                for (from, to) in whole.outer_iter().zip(out.outer_iter_mut()) {
                    pick(from, to, self.list);
                }
            }
            // Single pixels have no scales by channel, and the two are of one kind.
            _ => {}
        }
    }
}

/// Copies some channels of a row of pixels.
fn pick<T: Copy>(from: ArrayView2<'_, T>, mut to: ndarray::ArrayViewMut2<'_, T>, list: &[usize]) {
    for (from, mut to) in from.outer_iter().zip(to.outer_iter_mut()) {
        to.iter_mut().zip(list).for_each(|(to, &channel)| *to = from[channel]);
    }
}
