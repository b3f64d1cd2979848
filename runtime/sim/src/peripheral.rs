use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::memory::{BusDevice, BusError};
use crate::requests::{Ack, AckKind, Request, Requester};

/// Which way a [`FifoPeripheral`]'s data goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Memory to device: the outside takes words from the FIFO.
    ToDevice,
    /// Device to memory: the outside puts words into the FIFO.
    FromDevice,
}

/// How a [`FifoPeripheral`] is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FifoConfig {
    /// Which way.
    pub flow: Flow,
    /// Bytes of a word. Accesses of any other width are refused.
    pub word: u8,
    /// Words that the FIFO holds.
    pub depth: u16,
    /// Words for which it makes a burst request: while so many fit, or wait. `None`: it knows single requests only.
    pub burst: Option<u16>,
    /// It makes single requests, for what is no burst.
    pub singles: bool,
    /// Ticks that the outside takes for each word; 0: none.
    pub pace: u32,
    /// The outside waits for room; otherwise a word that finds the FIFO full is lost.
    pub patient: bool,
    /// Words after which the transfer is over: the request that reaches them says that it is the last.
    pub last: Option<u64>,
}

impl FifoConfig {
    /// A transmitter of `word` bytes: 16 words deep, bursts of `burst`, as fast as it is served.
    pub const fn transmitter(word: u8, burst: Option<u16>) -> Self {
        let depth = 16;
        Self { flow: Flow::ToDevice, word, depth, burst, singles: burst.is_none(), pace: 0, patient: true, last: None }
    }

    /// A receiver like [`transmitter`](Self::transmitter).
    pub const fn receiver(word: u8, burst: Option<u16>) -> Self {
        Self { flow: Flow::FromDevice, ..Self::transmitter(word, burst) }
    }
}

/// What has gone wrong at a [`FifoPeripheral`]. All are 0 with a driver that does what the requests say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Mishaps {
    /// Words written to a full FIFO; lost.
    pub overflows: u64,
    /// Words read from an empty FIFO; junk.
    pub underflows: u64,
    /// Words that came from outside and found the FIFO full; lost.
    pub overruns: u64,
    /// Words that the outside wanted and did not find, after the first one.
    pub starved: u64,
    /// Accesses of another width or to another address.
    pub misplaced: u64,
}

/// A peripheral with a FIFO behind one data register, and a request line.
///
/// Clones are the same peripheral: give one to [`SimMemory::with_device`](crate::SimMemory::with_device), and
/// [`requester`](Self::requester) to [`Pl330Sim::attach`](crate::Pl330Sim::attach).
#[derive(Clone, Debug)]
pub struct FifoPeripheral(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    config: FifoConfig,
    /// In the FIFO.
    held: VecDeque<u8>,
    /// Outside: what was sent, or what is still to come.
    outside: VecDeque<u8>,
    enabled: bool,
    /// A request was made and not answered.
    asked: bool,
    /// A single request was ignored; only a burst is worth another.
    ignored: bool,
    /// Words moved by the controller.
    moved: u64,
    /// The outside has moved words until here.
    since: u64,
    streaming: bool,
    mishaps: Mishaps,
}

impl FifoPeripheral {
    /// An idle one, which makes requests.
    pub fn new(config: FifoConfig) -> Self {
        Self(Arc::new(Mutex::new(State {
            config,
            held: VecDeque::new(),
            outside: VecDeque::new(),
            enabled: true,
            asked: false,
            ignored: false,
            moved: 0,
            since: 0,
            streaming: false,
            mishaps: Mishaps::default(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its end of a request line.
    pub fn requester(&self) -> Arc<Mutex<dyn Requester>> {
        Arc::new(Mutex::new(self.clone()))
    }

    /// Make requests, or none: the DMA enable bit of its control register.
    pub fn enable(&self, enabled: bool) {
        self.lock().enabled = enabled;
    }

    /// Let `data` come from outside, after what is still to come.
    pub fn feed(&self, data: &[u8]) {
        self.lock().outside.extend(data);
    }

    /// The next transfer is one of so many words, and the request for its last says so.
    pub fn expect(&self, words: u64) {
        let mut state = self.lock();
        state.config.last = Some(state.moved + words);
    }

    /// What the controller has written since the last call, whether it has gone out or is still in the FIFO.
    pub fn take(&self) -> Vec<u8> {
        let mut state = self.lock();
        let mut out: Vec<u8> = state.outside.drain(..).collect();
        out.extend(state.held.drain(..));
        out
    }

    /// Bytes received from outside that nobody has read, those still to come included.
    pub fn unread(&self) -> usize {
        let state = self.lock();
        state.held.len() + state.outside.len()
    }

    /// As after its reset: empty, no request made, nothing gone wrong.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.held.clear();
        state.outside.clear();
        (state.asked, state.ignored, state.streaming, state.moved) = (false, false, false, 0);
        state.mishaps = Mishaps::default();
    }

    /// Words that the controller has moved.
    pub fn moved(&self) -> u64 {
        self.lock().moved
    }

    /// What has gone wrong.
    pub fn mishaps(&self) -> Mishaps {
        self.lock().mishaps
    }
}

impl State {
    fn word(&self) -> usize {
        self.config.word.into()
    }

    fn level(&self) -> u64 {
        (self.held.len() / self.word()) as u64
    }

    /// Words that the controller could move now.
    fn ready(&self) -> u64 {
        match self.config.flow {
            Flow::ToDevice => u64::from(self.config.depth).saturating_sub(self.level()),
            Flow::FromDevice => self.level(),
        }
    }

    /// Let the outside do what it has done by `now`.
    fn advance(&mut self, now: u64) {
        let due = match u64::from(self.config.pace) {
            0 => u64::MAX,
            pace => {
                let words = now.saturating_sub(self.since) / pace;
                self.since += words * pace;
                words
            }
        };
        let word = self.word();
        match self.config.flow {
            Flow::ToDevice => {
                let sent = due.min(self.level());
                let bytes = sent as usize * word;
                self.outside.extend(self.held.drain(..bytes));
                if self.streaming && due != u64::MAX {
                    self.mishaps.starved += due - sent;
                }
            }
            Flow::FromDevice => {
                let come = due.min((self.outside.len() / word) as u64);
                let room = u64::from(self.config.depth).saturating_sub(self.level());
                let bytes = come.min(room) as usize * word;
                self.held.extend(self.outside.drain(..bytes));
                if !self.config.patient && come > room {
                    self.outside.drain(..(come - room) as usize * word);
                    self.mishaps.overruns += come - room;
                }
            }
        }
    }

    /// Words for which the next request will be made.
    fn wanted(&self) -> Option<u64> {
        let left = self.config.last.map_or(u64::MAX, |last| last.saturating_sub(self.moved));
        let burst = self.config.burst.map(u64::from).filter(|burst| *burst <= left);
        let single = self.config.singles && !self.ignored && left > 0;
        if single { Some(1) } else { burst }
    }
}

impl Requester for FifoPeripheral {
    fn request(&mut self, now: u64) -> Option<Request> {
        let mut state = self.lock();
        state.advance(now);
        let ready = state.ready();
        if !state.enabled || state.asked || ready < state.wanted()? {
            return None;
        }
        let left = state.config.last.map_or(u64::MAX, |last| last - state.moved);
        let burst = state.config.burst.map(u64::from).filter(|burst| *burst <= left && *burst <= ready);
        state.asked = true;
        state.ignored = false;
        Some(Request { burst: burst.is_some(), last: burst.unwrap_or(1) == left })
    }

    fn next(&self, now: u64) -> Option<u64> {
        let state = self.lock();
        if !state.enabled || state.asked {
            return None;
        }
        let missing = state.wanted()?.saturating_sub(state.ready());
        let outside = match state.config.flow {
            Flow::ToDevice => u64::MAX,
            Flow::FromDevice => (state.outside.len() / state.word()) as u64,
        };
        (missing <= outside).then(|| now.max(state.since + missing * u64::from(state.config.pace)))
    }

    fn acknowledge(&mut self, ack: Ack) {
        let mut state = self.lock();
        state.advance(ack.time);
        state.asked = false;
        state.ignored = ack.kind == AckKind::Ignored;
    }
}

impl BusDevice for FifoPeripheral {
    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), BusError> {
        let mut state = self.lock();
        if offset != 0 || out.len() != state.word() || state.config.flow == Flow::ToDevice {
            state.mishaps.misplaced += 1;
            return Err(BusError { address: offset });
        }
        state.moved += 1;
        if state.held.len() < out.len() {
            state.mishaps.underflows += 1;
            out.fill(0xee);
            return Ok(());
        }
        out.iter_mut().for_each(|byte| *byte = state.held.pop_front().unwrap_or_default());
        Ok(())
    }

    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), BusError> {
        let mut state = self.lock();
        if offset != 0 || data.len() != state.word() || state.config.flow == Flow::FromDevice {
            state.mishaps.misplaced += 1;
            return Err(BusError { address: offset });
        }
        state.moved += 1;
        if state.ready() == 0 {
            state.mishaps.overflows += 1;
            return Ok(());
        }
        state.streaming = true;
        state.held.extend(data);
        Ok(())
    }
}
