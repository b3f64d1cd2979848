use crate::axi::Thread;

/// Longest line, in bytes.
const MAX_LINE: usize = 32;

#[derive(Clone, Copy)]
struct Line {
    owner: Thread,
    base: u32,
    bytes: [u8; MAX_LINE],
    /// Bytes from the line's first that the bus delivered; fewer than the line if it answered with an error.
    good: u8,
}

/// The instruction cache: never coherent with memory.
///
/// Each line belongs to the thread that fetched it, so that a thread runs stale code whenever any silicon could.
pub(crate) struct Icache {
    lines: Vec<Option<Line>>,
    line: u32,
    next: usize,
    /// Changes whenever what any thread would read may have changed.
    pub(crate) generation: u64,
}

/// What a thread finds at its program counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lookup {
    /// So many of the bytes asked for.
    Hit(usize),
    /// This line must be fetched first.
    Miss { base: u32 },
    /// The line is there, and the bus could not deliver this byte.
    Error,
}

impl Icache {
    pub(crate) fn new(line: u8, lines: u8) -> Self {
        Self { lines: vec![None; lines.into()], line: line.into(), next: 0, generation: 0 }
    }

    pub(crate) fn line_bytes(&self) -> usize {
        self.line as usize
    }

    /// Copy instruction bytes from `pc` on into `out`, as far as cached.
    pub(crate) fn look_up(&self, owner: Thread, pc: u32, out: &mut [u8]) -> Lookup {
        let mut got = 0;
        while got < out.len() {
            let at = pc.wrapping_add(got as u32);
            let base = at & !(self.line - 1);
            let Some(line) = self.lines.iter().flatten().find(|l| l.base == base && l.owner == owner) else {
                return if got == 0 { Lookup::Miss { base } } else { Lookup::Hit(got) };
            };
            let from = (at - base) as usize;
            if from >= usize::from(line.good) {
                return if got == 0 { Lookup::Error } else { Lookup::Hit(got) };
            }
            let n = (usize::from(line.good) - from).min(out.len() - got);
            out[got..got + n].copy_from_slice(&line.bytes[from..from + n]);
            got += n;
        }
        Lookup::Hit(got)
    }

    /// Keep a line, in place of the oldest.
    pub(crate) fn fill(&mut self, owner: Thread, base: u32, bytes: &[u8], good: usize) {
        let mut line = Line { owner, base, bytes: [0; MAX_LINE], good: good as u8 };
        line.bytes[..bytes.len()].copy_from_slice(bytes);
        self.lines[self.next] = Some(line);
        self.next = (self.next + 1) % self.lines.len();
        self.generation += 1;
    }

    /// Forget the lines of a thread.
    pub(crate) fn invalidate(&mut self, owner: Thread) {
        for line in &mut self.lines {
            if line.is_some_and(|l| l.owner == owner) {
                *line = None;
            }
        }
        self.generation += 1;
    }
}
