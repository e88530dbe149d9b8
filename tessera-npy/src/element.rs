//! The element types that are written.

use bytemuck::Pod;

mod sealed {
    pub trait Sealed {}
    impl Sealed for i8 {}
    impl Sealed for u8 {}
    impl Sealed for f32 {}
}

/// A type of element that [`write_array`](crate::write_array) writes: `i8`, `u8` or `f32`.
pub trait Element: Pod + sealed::Sealed {
    /// The dtype as numpy spells it, in the byte order of this machine.
    const DTYPE: &str;
}

impl Element for i8 {
    const DTYPE: &str = "|i1";
}

impl Element for u8 {
    const DTYPE: &str = "|u1";
}

impl Element for f32 {
    const DTYPE: &str = if cfg!(target_endian = "little") { "<f4" } else { ">f4" };
}
