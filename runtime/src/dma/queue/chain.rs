//! Starting, chaining, stopping and taking down: what a queue does outside its critical sections.
//!
//! The prepared channel is used by one at a time: whoever finds something to do takes it out of the storage and puts it
//! back in the same critical section in which nothing more is found. Everybody else only writes down what is wanted.

use super::Cookie;
use super::book::Places;
use super::entry::{Delivery, Entry, Step};
use super::handler::{Ended, Resubmit};
use crate::dma::{
    BuffersOf, Completed, Done, Endpoint, NotRearmed, Prepared, Rejected, Shape, StartError, TransferError,
};
use crate::power::Active;

/// Do what is to be done, and call the callback for what has ended. Atomic.
pub(super) fn work<E: Endpoint, S: Shape>(places: Places<'_, E, S>) {
    drive(places);
    deliver(places);
}

/// Start, stop and recover as the book says. Atomic.
pub(super) fn drive<E: Endpoint, S: Shape>(places: Places<'_, E, S>) {
    while let Some(ending) = places.with(|book| book.sweep()) {
        ending.wake();
    }
    let Some(prepared) = places.with(|book| book.check_out()) else { return };
    let mut out = Out { places, prepared: Some(prepared), starting: None };
    let mut recovered = false;
    loop {
        let step = places.with(|book| book.step(&mut out.prepared, recovered));
        let Some(prepared) = &mut out.prepared else { return };
        match step {
            Step::Cancel => prepared.cancel(),
            Step::Recover(number) => {
                recovered = true;
                if let Some(completed) = prepared.recover() {
                    let ending = places.with(|book| {
                        book.landed(number);
                        book.end(number, completed)
                    });
                    ending.wake();
                }
            }
            Step::Start(number, bufs, power) => {
                recovered = false;
                out.starting = Some(number);
                start(places, prepared, number, bufs, power);
                out.starting = None;
            }
            Step::Dismantle => {
                // Kills what still runs; its buffers stay with the engine.
                drop(out.prepared.take());
                take_down(places);
                return;
            }
            Step::Done => return,
        }
    }
}

/// A channel that was taken out. Puts it back if client code panics.
struct Out<'q, E: Endpoint, S: Shape> {
    places: Places<'q, E, S>,
    prepared: Option<Prepared<E, S>>,
    starting: Option<u32>,
}

impl<E: Endpoint, S: Shape> Drop for Out<'_, E, S> {
    fn drop(&mut self) {
        if let Some(number) = self.starting.take() {
            self.places.with(|book| book.lose(number)).wake();
        }
        if let Some(prepared) = self.prepared.take() {
            self.places.with(|book| book.put_away(prepared));
        }
    }
}

fn start<E: Endpoint, S: Shape>(
    places: Places<'_, E, S>,
    prepared: &mut Prepared<E, S>,
    number: u32,
    bufs: BuffersOf<E, S>,
    power: Option<Active<E::Peer>>,
) {
    let Some(power) = power else { return };
    let submitted = match prepared.submit(bufs, &power) {
        Ok(submitted) => submitted,
        Err(Rejected { error, bufs }) => {
            drop(places.with(|book| book.keep(number, power)));
            return not_started(places, number, bufs, error);
        }
    };
    // Before the start: the end may come at once, and the callback wants it.
    drop(places.with(|book| book.keep(number, power)));
    if let Err(Rejected { error, bufs }) = submitted.issue_detached() {
        not_started(places, number, bufs, error);
    }
}

fn not_started<E: Endpoint, S: Shape>(places: Places<'_, E, S>, number: u32, bufs: BuffersOf<E, S>, error: StartError) {
    let ending = places.with(|book| {
        book.landed(number);
        book.end_unmoved(number, bufs, TransferError::NotStarted(error))
    });
    ending.wake();
}

/// Nobody uses the storage any more.
pub(super) fn take_down<E: Endpoint, S: Shape>(places: Places<'_, E, S>) {
    while let Some(entry) = places.with(|book| book.drain()) {
        drop(entry);
    }
    let clients = places.with(|book| book.free());
    drop(clients);
}

/// A transfer of the queue's channel has ended: start the next one at once. The engine's completion handler.
pub(super) fn complete<E: Endpoint, S: Shape>(places: Places<'_, E, S>, done: Done<'_, E, S>) {
    // The channel stays the queue's until the queue is quiet.
    let Some(last) = places.with(|book| book.enter()) else { return };
    let mut inside = Inside { places, risked: [Some(last), None] };
    let (result, residue, interrupt_lost) = (done.result(), done.residue(), done.interrupt_lost());
    if result.is_err() {
        places.with(|book| book.failed());
    }
    let bufs = chain(&mut inside, done, last);
    inside.risked = [None, None];
    if let Some(bufs) = bufs {
        let ending = places.with(|book| {
            book.landed(last);
            book.end(last, Completed { bufs, result, residue, interrupt_lost })
        });
        ending.wake();
    }
    drop(inside);
    work(places);
}

/// Re-arm with the next entry, or finish; returns the buffers of the last.
fn chain<E: Endpoint, S: Shape>(
    inside: &mut Inside<'_, E, S>,
    mut done: Done<'_, E, S>,
    last: u32,
) -> Option<BuffersOf<E, S>> {
    let places = inside.places;
    while let Some((number, bufs)) = places.with(|book| book.next()) {
        inside.risked = [Some(last), Some(number)];
        let refused = match done.rearm(bufs) {
            Ok(bufs) => return Some(bufs),
            Err(refused) => refused,
        };
        inside.risked = [Some(last), None];
        let NotRearmed { error, bufs, done: back } = refused;
        done = back;
        let Some(bufs) = bufs else { continue };
        if error == StartError::Closed {
            // Somebody stops the channel; whoever does will start what is left.
            if let Some(bufs) = places.with(|book| book.put_back(number, last, bufs)) {
                let ending = places.with(|book| book.end_unmoved(number, bufs, TransferError::Cancelled));
                ending.wake();
            }
            break;
        }
        let ending = places.with(|book| {
            book.unstarted(last);
            book.end_unmoved(number, bufs, TransferError::NotStarted(error))
        });
        ending.wake();
    }
    Some(done.finish())
}

/// In the completion handler. When client code panics, the entries whose buffers it had are lost.
struct Inside<'q, E: Endpoint, S: Shape> {
    places: Places<'q, E, S>,
    risked: [Option<u32>; 2],
}

impl<E: Endpoint, S: Shape> Drop for Inside<'_, E, S> {
    fn drop(&mut self) {
        let mut panicked = false;
        for number in self.risked.iter_mut().filter_map(Option::take) {
            panicked = true;
            self.places.with(|book| book.lose(number)).wake();
        }
        self.places.with(|book| book.leave());
        if panicked {
            // The others are not to wait for ever.
            work(self.places);
        }
    }
}

/// Call the callback for what has ended, in order. Atomic.
fn deliver<E: Endpoint, S: Shape>(places: Places<'_, E, S>) {
    while let Some(Delivery { number, entry, handler }) = places.with(|book| book.deliver()) {
        let mut delivering = Delivering { places, panicked: true };
        if let Entry::Ended(completed, Some(power)) = entry {
            let cookie = Cookie::new(places, number);
            handler.ended(Ended { cookie, completed, queue: Resubmit { places, power } });
        }
        delivering.panicked = false;
    }
}

struct Delivering<'q, E: Endpoint, S: Shape> {
    places: Places<'q, E, S>,
    panicked: bool,
}

impl<E: Endpoint, S: Shape> Drop for Delivering<'_, E, S> {
    fn drop(&mut self) {
        self.places.with(|book| book.delivered());
        // The queue may have been dropped meanwhile.
        drive(self.places);
        if self.panicked {
            // The panic must not take the other ends with it.
            deliver(self.places);
        }
    }
}
