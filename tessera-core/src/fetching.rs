//! How reads are put together.

/// How reads of a store are best put together: which ranges are joined to one request, and how many requests wait for
/// their answers at once.
///
/// ```
/// use tessera_core::Fetching;
///
/// let local = Fetching::default();
/// assert_eq!(local.in_flight, 1, "a file answers at once");
/// assert!(local.gap < local.most);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fetching {
    /// Bytes between two wanted ranges of an object that are rather read along than left out by a request more.
    pub gap: u64,
    /// The most bytes of a request that ranges are joined to; a single range may be longer.
    pub most: u64,
    /// How many requests are worth sending before the first is answered: 1 where nothing has to be waited for.
    pub in_flight: usize,
}

/// That of files on a disk of this machine.
impl Default for Fetching {
    fn default() -> Self {
        Self { gap: 16 << 10, most: 1 << 20, in_flight: 1 }
    }
}
