//! Fresh memory that is cheap to fill.

/// Asks Linux to back fresh memory with huge pages, as numpy does: filling an array for the first time is mostly page
/// faults, and these are 512 times fewer. A hint, which may be ignored; it changes nothing that can be read. Elsewhere,
/// and for less than 4 MiB, nothing happens.
///
/// Call it after allocating and before the first write:
///
/// ```
/// let mut memory = vec![0_f32; 1 << 22];
/// tessera_core::ask_for_huge_pages(&mut memory);
/// assert!(memory.iter().all(|&v| v == 0.0));
/// ```
pub fn ask_for_huge_pages<T: Copy>(memory: &mut [T]) {
    #[cfg(target_os = "linux")]
    {
        const HUGE: usize = 2 << 20;
        let (start, bytes) = (memory.as_ptr().addr(), size_of_val(memory));
        let first = start.next_multiple_of(4096);
        let length = (start + bytes).saturating_sub(first) / 4096 * 4096;
        if bytes >= 2 * HUGE {
            // SAFETY: the range is whole pages inside memory that this function holds exclusively, and MADV_HUGEPAGE
            // changes how it is backed, not what it holds.
            unsafe {
                libc::madvise(
                    memory.as_mut_ptr().cast::<u8>().add(first - start).cast(),
                    length,
                    libc::MADV_HUGEPAGE,
                );
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = memory;
}
