//! What is measured.

use crate::peers::{Job, Way};

/// A job with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its name in `data/`.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What is to be done.
    pub job: Job,
}

/// How often the transfer of the last case is done.
pub const AGAIN: u32 = 10_000;

/// All cases.
pub fn cases() -> Vec<Case> {
    let copy = Job::copy;
    let device = |way, burst| Job { way, burst, ..copy(4096) };
    let case = |name, title, job| Case { name, title, job };
    vec![
        case("copy-64k", "Copy of 65,536 bytes, aligned", copy(65_536)),
        case(
            "copy-64k-32bit",
            "Copy of 65,536 bytes, aligned, on a 32-bit bus with 32 FIFO lines",
            Job { bus: 4, lines: 32, ..copy(65_536) },
        ),
        case("copy-64k+1", "Copy of 65,537 bytes, aligned", copy(65_537)),
        case("copy-64k+4", "Copy of 65,540 bytes, aligned", copy(65_540)),
        case("copy-1m+3", "Copy of 1 MiB + 3 bytes, source off by one", Job { offsets: (1, 0), ..copy(0x10_0003) }),
        case(
            "copy-1m+3-both",
            "Copy of 1 MiB + 3 bytes, both sides off by one",
            Job { offsets: (1, 1), ..copy(0x10_0003) },
        ),
        case("transmit-4k-1", "4 KiB to a register of 4 bytes, single requests", device(Way::Transmit, 1)),
        case("transmit-4k-8", "4 KiB to a register of 4 bytes, requests for 8 words", device(Way::Transmit, 8)),
        case("receive-4k-1", "4 KiB from a register of 4 bytes, single requests", device(Way::Receive, 1)),
        case("receive-4k-8", "4 KiB from a register of 4 bytes, requests for 8 words", device(Way::Receive, 8)),
        case(
            "ring-4x4k",
            "One lap of a ring of 4 x 4 KiB to a register of 4 bytes, requests for 8 words",
            Job { ring: true, pieces: 4, ..device(Way::Transmit, 8) },
        ),
        case("list-64x512", "Copy of a list of 64 pieces of 512 bytes", Job { pieces: 64, ..copy(512) }),
        case(
            "list-64x512-transmit",
            "A list of 64 pieces of 512 bytes to a register of 4 bytes, requests for 8 words",
            Job { pieces: 64, bytes: 512, ..device(Way::Transmit, 8) },
        ),
        case("again-10000", "The same copy of 4 KiB, 10,000 times", Job { again: AGAIN, ..copy(4096) }),
    ]
}
