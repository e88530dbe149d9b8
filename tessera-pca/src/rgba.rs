//! A picture.

use ndarray::{Array3, ArrayView3};

use crate::PictureError;

/// A picture: 8-bit red, green, blue and alpha, (rows, cols, 4), row 0 in the north. Alpha is not premultiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgba {
    /// In standard layout.
    pixels: Array3<u8>,
}

impl Rgba {
    /// A picture of these pixels, (rows, cols, 4).
    ///
    /// # Errors
    /// [`PictureError::Shape`] where the last axis is not 4.
    pub fn new(pixels: Array3<u8>) -> Result<Self, PictureError> {
        let got = pixels.dim();
        if got.2 == 4 { Ok(Self::from_pixels(pixels)) } else { Err(PictureError::Shape { got: got.into() }) }
    }

    /// The last axis is known to be 4.
    pub(crate) fn from_pixels(pixels: Array3<u8>) -> Self {
        let pixels =
            if pixels.is_standard_layout() { pixels } else { pixels.as_standard_layout().to_owned() };
        Self { pixels }
    }

    /// The pixels, (rows, cols, 4), in standard layout.
    #[must_use]
    pub fn pixels(&self) -> ArrayView3<'_, u8> {
        self.pixels.view()
    }

    /// The pixels, (rows, cols, 4), in standard layout.
    #[must_use]
    pub fn into_pixels(self) -> Array3<u8> {
        self.pixels
    }

    /// The bytes, pixel by pixel, row by row.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // The layout is standard, so there always is a slice.
        self.pixels.as_slice().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_row_by_row_whatever_the_layout() {
        let turned = Array3::from_shape_fn((4, 3, 2), |(k, c, r)| (r * 12 + c * 4 + k) as u8).reversed_axes();
        let picture = Rgba::new(turned).unwrap();
        assert_eq!(picture.bytes(), (0..24).collect::<Vec<u8>>());
        assert!(matches!(Rgba::new(Array3::zeros((4, 4, 3))), Err(PictureError::Shape { got: [4, 4, 3] })));
    }
}
