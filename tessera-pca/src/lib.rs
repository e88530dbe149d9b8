#![doc = include_str!("../README.md")]

mod basis;
mod basis_parts;
mod block;
mod gram;
mod mapping;
mod moments;
mod moments_bytes;
mod of_pixels;
mod of_rows;
mod pca;
mod png_file;
mod project;
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

pub use basis::Basis;
pub use basis_parts::{BasisError, BasisParts};
pub use mapping::Mapping;
pub use moments::{MAX_CHANNELS, Moments, MomentsError};
pub use moments_bytes::ReadMomentsError;
pub use pca::{FitError, Pca, PcaParams};
#[cfg(feature = "serde")]
pub use picture_basis::{PictureBasis, PictureBasisError};
pub use png_file::PictureError;
pub use rgba::Rgba;
pub use simd::Simd;
pub use stretch::Stretch;
pub use stretch_method::{StretchError, StretchMethod};
pub use transform::TransformError;
