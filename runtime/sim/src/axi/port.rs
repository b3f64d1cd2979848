use std::collections::VecDeque;

use super::{AxiLog, Beat, BeatKind, Burst, Thread, Traffic};
use crate::config::Config;
use crate::memory::{Access, BusError, Space};

/// Bytes of the largest burst: 16 beats of 16 bytes.
pub(crate) const MAX_BURST: usize = 256;

/// A load on its way.
#[derive(Clone, Copy)]
pub(crate) struct ReadRequest {
    pub(crate) channel: u8,
    pub(crate) burst: Burst,
    pub(crate) protection: u8,
    pub(crate) cache: u8,
    /// Request line to acknowledge when the data has been read.
    pub(crate) acknowledge: Option<u8>,
}

/// A store on its way.
#[derive(Clone, Copy)]
pub(crate) struct WriteRequest {
    pub(crate) channel: u8,
    pub(crate) burst: Burst,
    pub(crate) protection: u8,
    pub(crate) cache: u8,
    pub(crate) acknowledge: Option<u8>,
    /// Zeroes instead of data from the FIFO.
    pub(crate) zero: bool,
    /// Unit within which bytes change places; 1 for none.
    pub(crate) swap: u32,
}

/// AxPROT bit 1: the access is non-secure.
pub(crate) const NON_SECURE: u8 = 1 << 1;
/// AxPROT bit 2: the access is an instruction fetch.
const INSTRUCTION: u8 = 1 << 2;

struct Write {
    request: WriteRequest,
    data: [u8; MAX_BURST],
    /// Address phase begun: nothing takes it back.
    done_at: Option<u64>,
}

/// What has just been answered.
pub(crate) enum Retired {
    /// A load: its first `bytes` bytes are in the buffer given to [`Port::retire`].
    Read { channel: u8, bytes: usize, acknowledge: Option<u8>, result: Result<(), BusError> },
    /// A store.
    Write { channel: u8, acknowledge: Option<u8>, result: Result<(), BusError> },
}

/// The read and write sides of the bus master, each answered in order.
pub(crate) struct Port {
    reads: VecDeque<(ReadRequest, u64)>,
    writes: VecDeque<Write>,
    outstanding: [[u16; 2]; 8],
    read_free: u64,
    write_free: u64,
    read_capability: usize,
    read_queue: usize,
    write_capability: usize,
    write_queue: usize,
    read_latency: u64,
    write_latency: u64,
    bus_bytes: u32,
    /// Nothing is answered any more.
    pub(crate) hung: bool,
    pub(crate) log: AxiLog,
    pub(crate) beats: Vec<Beat>,
    pub(crate) reads_done: Traffic,
    pub(crate) writes_done: Traffic,
    pub(crate) fetches_done: Traffic,
}

impl Port {
    /// Forget everything under way, as a reset does. The record stays.
    pub(crate) fn reset(&mut self) {
        self.reads.clear();
        self.writes.clear();
        self.outstanding = [[0; 2]; 8];
    }

    pub(crate) fn new(config: &Config) -> Self {
        Self {
            reads: VecDeque::with_capacity(32),
            writes: VecDeque::with_capacity(32),
            outstanding: [[0; 2]; 8],
            read_free: 0,
            write_free: 0,
            read_capability: config.read_capability.into(),
            read_queue: config.read_queue.into(),
            write_capability: config.write_capability.into(),
            write_queue: config.write_queue.into(),
            read_latency: config.timing.read_latency.into(),
            write_latency: config.timing.write_latency.into(),
            bus_bytes: config.bus_bytes.into(),
            hung: false,
            log: AxiLog::Off,
            beats: Vec::new(),
            reads_done: Traffic::default(),
            writes_done: Traffic::default(),
            fetches_done: Traffic::default(),
        }
    }

    /// Reads of this channel that are not answered yet.
    pub(crate) fn reads_of(&self, channel: u8) -> u16 {
        self.outstanding[usize::from(channel)][0]
    }

    /// Writes of this channel that are not answered yet.
    pub(crate) fn writes_of(&self, channel: u8) -> u16 {
        self.outstanding[usize::from(channel)][1]
    }

    pub(crate) fn quiet(&self) -> bool {
        self.reads.is_empty() && self.writes.is_empty()
    }

    /// Would [`read`](Self::read) find room? A split burst may stand one over the queue's depth.
    pub(crate) fn can_read(&self) -> bool {
        self.reads.len() < self.read_queue
    }

    pub(crate) fn can_write(&self) -> bool {
        self.writes.len() < self.write_queue
    }

    /// Queue a load.
    pub(crate) fn read(&mut self, now: u64, request: ReadRequest) {
        self.reads_done.bursts += 1;
        let (first, rest) = request.burst.split();
        if let Some(rest) = rest {
            self.read_part(now, ReadRequest { burst: first, acknowledge: None, ..request });
            self.read_part(now, ReadRequest { burst: rest, ..request });
        } else {
            self.read_part(now, request);
        }
    }

    fn read_part(&mut self, now: u64, request: ReadRequest) {
        // The address goes out once fewer than `read_capability` reads are under way.
        let address_at = match self.reads.len().checked_sub(self.read_capability) {
            Some(i) => now.max(self.reads[i].1),
            None => now,
        };
        let done_at = (address_at + self.read_latency).max(self.read_free) + u64::from(request.burst.beats);
        self.read_free = done_at;
        self.outstanding[usize::from(request.channel)][0] += 1;
        self.reads.push_back((request, done_at));
    }

    /// Queue a store.
    pub(crate) fn write(&mut self, request: WriteRequest) {
        self.writes_done.bursts += 1;
        let (first, rest) = request.burst.split();
        if let Some(rest) = rest {
            self.write_part(WriteRequest { burst: first, acknowledge: None, ..request });
            self.write_part(WriteRequest { burst: rest, ..request });
        } else {
            self.write_part(request);
        }
    }

    fn write_part(&mut self, request: WriteRequest) {
        self.outstanding[usize::from(request.channel)][1] += 1;
        self.writes.push_back(Write { request, data: [0; MAX_BURST], done_at: None });
    }

    /// Is every queued store on the bus?
    pub(crate) fn all_sent(&self) -> bool {
        self.writes.back().is_none_or(|w| w.done_at.is_some())
    }

    /// Send the addresses of queued stores, in order, as far as their data is there; `pull` takes a channel's data, all
    /// or nothing.
    pub(crate) fn send_writes(&mut self, now: u64, mut pull: impl FnMut(u8, &mut [u8]) -> bool) {
        let mut under_way = 0;
        for write in &mut self.writes {
            if write.done_at.is_some() {
                under_way += 1;
                continue;
            }
            if under_way == self.write_capability {
                return;
            }
            let bytes = write.request.burst.bytes() as usize;
            if !write.request.zero {
                if !pull(write.request.channel, &mut write.data[..bytes]) {
                    return;
                }
                if write.request.swap > 1 {
                    write.data[..bytes].chunks_mut(write.request.swap as usize).for_each(<[u8]>::reverse);
                }
            }
            let done_at = now.max(self.write_free) + u64::from(write.request.burst.beats) + self.write_latency;
            self.write_free = done_at - self.write_latency;
            write.done_at = Some(done_at);
            under_way += 1;
        }
    }

    /// When the next answer comes.
    pub(crate) fn next(&self) -> Option<u64> {
        if self.hung {
            return None;
        }
        let read = self.reads.front().map(|r| r.1);
        let write = self.writes.front().and_then(|w| w.done_at);
        match (read, write) {
            (Some(r), Some(w)) => Some(r.min(w)),
            (r, w) => r.or(w),
        }
    }

    /// Take one answer that is due; read data is put into `data`.
    pub(crate) fn retire(&mut self, now: u64, space: &mut Space, data: &mut [u8; MAX_BURST]) -> Option<Retired> {
        if self.hung {
            return None;
        }
        // Writes first: a store that is answered at the same tick as a load is in memory when the load looks.
        if self.writes.front().is_some_and(|w| w.done_at.is_some_and(|t| t <= now)) {
            let write = self.writes.pop_front()?;
            let WriteRequest { channel, burst, protection, cache, acknowledge, .. } = write.request;
            self.outstanding[usize::from(channel)][1] -= 1;
            let secure = protection & NON_SECURE == 0;
            let beat = burst.size;
            let result = each_access(burst, |address, range| {
                space.store(Access { address, secure, beat, fetch: false }, &write.data[range])
            });
            count(&mut self.writes_done, burst);
            let begin = write.done_at.unwrap_or(now) - self.write_latency - u64::from(burst.beats);
            let mark = Mark { thread: Thread::Channel(channel), kind: BeatKind::Write, protection, cache };
            self.record(begin, mark, burst, result);
            return Some(Retired::Write { channel, acknowledge, result });
        }
        if self.reads.front().is_some_and(|r| r.1 <= now) {
            let (request, done_at) = self.reads.pop_front()?;
            let ReadRequest { channel, burst, protection, cache, acknowledge } = request;
            self.outstanding[usize::from(channel)][0] -= 1;
            let secure = protection & NON_SECURE == 0;
            let beat = burst.size;
            let result = each_access(burst, |address, range| {
                space.load(Access { address, secure, beat, fetch: false }, &mut data[range])
            });
            count(&mut self.reads_done, burst);
            let mark = Mark { thread: Thread::Channel(channel), kind: BeatKind::Read, protection, cache };
            self.record(done_at - u64::from(burst.beats), mark, burst, result);
            return Some(Retired::Read { channel, bytes: burst.bytes() as usize, acknowledge, result });
        }
        None
    }

    /// Fetch a line of instructions, at once: the thread waits for the latency.
    pub(crate) fn fetch(
        &mut self,
        now: u64,
        thread: Thread,
        non_secure: bool,
        address: u32,
        line: &mut [u8],
        space: &mut Space,
    ) -> Result<(), BusError> {
        let beat = self.bus_bytes.min(line.len() as u32);
        let burst = Burst { address, beats: line.len() as u32 / beat, size: beat, increment: true };
        let result = space.load(Access { address, secure: !non_secure, beat, fetch: true }, line);
        self.fetches_done.bursts += 1;
        count(&mut self.fetches_done, burst);
        let protection = INSTRUCTION | if non_secure { NON_SECURE } else { 0 };
        self.record(now, Mark { thread, kind: BeatKind::Fetch, protection, cache: 0 }, burst, result);
        result
    }

    /// Forget a channel's stores that are not on the bus yet. Its loads and the stores that are on the bus complete.
    pub(crate) fn abandon(&mut self, channel: u8) {
        let before = self.writes.len();
        self.writes.retain(|w| w.request.channel != channel || w.done_at.is_some());
        self.outstanding[usize::from(channel)][1] -= (before - self.writes.len()) as u16;
    }

    fn record(&mut self, begin: u64, mark: Mark, burst: Burst, result: Result<(), BusError>) {
        if self.log == AxiLog::Off {
            return;
        }
        let Mark { thread, kind, protection, cache } = mark;
        let failed = result.err().map(|e| e.address);
        self.beats.extend(burst.beats().enumerate().map(|(i, (address, bytes))| Beat {
            time: begin + i as u64,
            thread,
            kind,
            address,
            bytes: bytes as u8,
            first: i == 0,
            protection,
            cache,
            error: failed.is_some_and(|f| f.wrapping_sub(address) < bytes),
        }));
    }
}

/// What all beats of a burst have in common.
struct Mark {
    thread: Thread,
    kind: BeatKind,
    protection: u8,
    cache: u8,
}

fn count(traffic: &mut Traffic, burst: Burst) {
    traffic.transactions += 1;
    traffic.beats += u64::from(burst.beats);
    traffic.bytes += u64::from(burst.bytes());
}

/// Do one access for an incrementing burst, one for each beat of a fixed one.
fn each_access(
    burst: Burst,
    mut access: impl FnMut(u32, std::ops::Range<usize>) -> Result<(), BusError>,
) -> Result<(), BusError> {
    if burst.increment {
        return access(burst.address, 0..burst.bytes() as usize);
    }
    let mut at = 0;
    for (address, bytes) in burst.beats() {
        access(address, at..at + bytes as usize)?;
        at += bytes as usize;
    }
    Ok(())
}
