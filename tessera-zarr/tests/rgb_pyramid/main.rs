//! Pyramids of pictures, through the public API and read back from the file system.

#[cfg(test)]
mod chunks;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod published;
#[cfg(test)]
mod support;
