#![doc = include_str!("../README.md")]

mod basis;
mod basis_choice;
mod basis_parts;
mod block;
mod finish;
mod gram;
mod histogram;
mod ledger;
mod mapping;
mod moments;
mod moments_bytes;
mod of_pixels;
mod of_rows;
mod pca;
mod png_file;
mod png_writer;
mod project;
mod pyramid;
mod quantile;
mod rgba;
mod row;
mod simd;
mod stretch;
mod stretch_method;
mod transform;
mod triangle;

#[cfg(feature = "linfa")]
mod linfa_traits;
#[cfg(feature = "serde")]
mod moments_serde;
#[cfg(feature = "serde")]
mod picture_basis;
#[cfg(feature = "serde")]
mod picture_basis_json;
#[cfg(feature = "serde")]
mod provenance;
#[cfg(feature = "serde")]
mod stretch_form;

pub use basis::Basis;
pub use basis_choice::BasisChoiceError;
pub use basis_parts::{BasisError, BasisParts};
pub use histogram::{Histogram, HistogramError, ReadHistogramError};
pub use ledger::{Ledger, LedgerError};
pub use mapping::Mapping;
pub use moments::{MAX_CHANNELS, Moments, MomentsError};
pub use moments_bytes::ReadMomentsError;
pub use pca::{FitError, Pca, PcaParams};
#[cfg(feature = "serde")]
pub use picture_basis::{ColourError, PictureBasis, PictureBasisError};
pub use png_file::PictureError;
pub use png_writer::PngWriter;
#[cfg(feature = "serde")]
pub use provenance::Provenance;
pub use pyramid::{PyramidBuilder, PyramidColour, PyramidError, PyramidEvent, PyramidPart, PyramidReport};
pub use rgba::Rgba;
pub use simd::Simd;
pub use stretch::Stretch;
pub use stretch_method::{StretchError, StretchMethod};
pub use transform::TransformError;
