//! Asking the processor to fetch memory that will be needed soon.
#![allow(unsafe_code)]

/// Starts to fetch the cache line at an address. Only a hint: nothing is read, nothing waits, and the
/// address need not even exist.
#[inline(always)]
pub(crate) fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch never faults and changes nothing that a program can see, whatever the address.
        // The instruction is part of every x86-64 processor.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) }
    }
    // Other processors have to do without the hint.
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
