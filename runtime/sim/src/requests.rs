use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// What a peripheral asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// A burst, not a single transfer.
    pub burst: bool,
    /// The last of its transfer (`drlast`): ends a program's endless loop.
    pub last: bool,
}

impl Request {
    /// A single transfer.
    pub const SINGLE: Self = Self { burst: false, last: false };
    /// A burst.
    pub const BURST: Self = Self { burst: true, last: false };

    /// And it is the last.
    #[must_use]
    pub const fn last(self) -> Self {
        Self { last: true, ..self }
    }
}

/// What the controller tells a peripheral.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AckKind {
    /// The data of its request has moved.
    Data,
    /// Say again what you need (`DMAFLUSHP`).
    Flush,
    /// A single request met a wait for a burst and is forgotten.
    Ignored,
}

/// An acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ack {
    /// When, in ticks.
    pub time: u64,
    /// Request line.
    pub line: u8,
    /// What.
    pub kind: AckKind,
}

/// A peripheral at the other end of a request line.
pub trait Requester: Send {
    /// The request it makes now, if any. A request that was returned has been taken: the next one comes after its
    /// acknowledgement.
    fn request(&mut self, now: u64) -> Option<Request>;

    /// When [`request`](Self::request) will have something that it has not now, in ticks; `None`: not by itself.
    fn next(&self, now: u64) -> Option<u64>;

    /// The controller's answer.
    fn acknowledge(&mut self, ack: Ack);
}

/// The request lines.
pub(crate) struct Requests {
    queues: Vec<VecDeque<Request>>,
    requesters: Vec<Option<Arc<Mutex<dyn Requester>>>>,
    pub(crate) acks: Vec<Ack>,
}

/// How a wait for a peripheral ended.
#[derive(Clone, Copy)]
pub(crate) struct Woken {
    pub(crate) burst: bool,
    pub(crate) last: bool,
}

/// What a wait accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wait {
    Single,
    Burst,
    Peripheral,
}

impl Requests {
    pub(crate) fn new(lines: u8) -> Self {
        let n = usize::from(lines);
        Self { queues: vec![VecDeque::new(); n], requesters: (0..n).map(|_| None).collect(), acks: Vec::new() }
    }

    /// Queue a request; false when there is no such line.
    pub(crate) fn push(&mut self, line: u8, request: Request) -> bool {
        let queue = self.queues.get_mut(usize::from(line));
        queue.map(|q| q.push_back(request)).is_some()
    }

    pub(crate) fn attach(&mut self, line: u8, requester: Arc<Mutex<dyn Requester>>) -> bool {
        let place = self.requesters.get_mut(usize::from(line));
        place.map(|p| *p = Some(requester)).is_some()
    }

    /// Try to end a wait.
    ///
    /// A single wait leaves a burst request where it is, and a burst wait consumes single requests (Cyclone V HPS TRM;
    /// that the thread stays halted then is recalled from ARM DDI 0424).
    pub(crate) fn wake(&mut self, now: u64, line: u8, wait: Wait) -> Option<Woken> {
        let i = usize::from(line);
        if self.queues[i].is_empty() {
            let requester = self.requesters[i].as_ref()?;
            let request = requester.lock().unwrap_or_else(PoisonError::into_inner).request(now)?;
            self.queues[i].push_back(request);
        }
        while let Some(&head) = self.queues[i].front() {
            if wait == Wait::Single && head.burst {
                return Some(Woken { burst: false, last: false });
            }
            self.queues[i].pop_front();
            if wait == Wait::Burst && !head.burst {
                self.acknowledge(now, line, AckKind::Ignored);
                continue;
            }
            // Only a wait that leaves the kind to the peripheral takes note of its last request.
            return Some(Woken { burst: head.burst, last: head.last && wait == Wait::Peripheral });
        }
        None
    }

    /// When a wait on `line` is worth another try.
    pub(crate) fn next(&self, now: u64, line: u8) -> Option<u64> {
        let requester = self.requesters.get(usize::from(line))?.as_ref()?;
        requester.lock().unwrap_or_else(PoisonError::into_inner).next(now)
    }

    pub(crate) fn acknowledge(&mut self, time: u64, line: u8, kind: AckKind) {
        let ack = Ack { time, line, kind };
        self.acks.push(ack);
        if let Some(Some(requester)) = self.requesters.get(usize::from(line)) {
            requester.lock().unwrap_or_else(PoisonError::into_inner).acknowledge(ack);
        }
    }

    /// Drop what the line asked for and have it ask again.
    pub(crate) fn flush(&mut self, now: u64, line: u8) {
        self.queues[usize::from(line)].clear();
        self.acknowledge(now, line, AckKind::Flush);
    }
}
