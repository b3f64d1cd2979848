//! Autosuspend timers: a binary heap whose places are spread over the device slots.

use crate::device::caller::Context;
use crate::device::list::NIL;
use crate::device::platform::Platform;
use crate::device::state::State;
use crate::device::system::System;

use super::How;

impl<P: Platform> System<'_, P> {
    /// When [`run_one`](Self::run_one) has to be called next because time has passed (as the platform's clock counts).
    /// Any context.
    pub fn next_deadline(&self) -> Option<u64> {
        self.with(|s| s.first_timer().map(|(_, at)| at))
    }

    /// Queue the suspends whose time has come.
    pub(crate) fn expire_timers(&self) {
        let now = self.platform.now();
        while let Some((d, auto)) = self.with(|s| {
            let (d, at) = s.first_timer()?;
            if at > now {
                return None;
            }
            s.stop_timer_only(d);
            Some((d, s.dev(d).rpm.timer_autosuspends))
        }) {
            let _ = self.rpm_suspend(Context::atomic(), d, if auto { How::QUEUED_AUTO } else { How::QUEUED });
        }
    }
}

impl<P: Platform> State<'_, P> {
    pub(crate) fn first_timer(&mut self) -> Option<(u32, u64)> {
        (self.timers > 0).then(|| (self.at(0), self.key(0)))
    }

    pub(crate) fn start_timer(&mut self, d: u32, at: u64) {
        self.stop_timer_only(d);
        self.dev(d).rpm.timer = Some(at);
        let place = self.timers;
        self.timers += 1;
        self.place(place, d);
        self.rise(place);
    }

    /// Stop the timer and forget what it was for.
    pub(crate) fn stop_timer(&mut self, d: u32) {
        if self.dev(d).rpm.timer.is_some() {
            self.stop_timer_only(d);
        }
    }

    fn stop_timer_only(&mut self, d: u32) {
        if self.dev(d).rpm.timer.take().is_none() {
            return;
        }
        let place = core::mem::replace(&mut self.dev(d).rpm.heap_at, NIL);
        self.timers -= 1;
        let last = self.timers;
        if place != last {
            let moved = self.at(last);
            self.place(place, moved);
            self.rise(place);
            self.sink(self.devices[moved as usize].rpm.heap_at);
        }
    }

    fn at(&self, place: u32) -> u32 {
        self.devices[place as usize].rpm.heap_item
    }

    fn key(&self, place: u32) -> u64 {
        self.devices[self.at(place) as usize].rpm.timer.unwrap_or(u64::MAX)
    }

    fn place(&mut self, place: u32, d: u32) {
        self.dev(place).rpm.heap_item = d;
        self.dev(d).rpm.heap_at = place;
    }

    fn swap(&mut self, a: u32, b: u32) {
        let (x, y) = (self.at(a), self.at(b));
        self.place(a, y);
        self.place(b, x);
    }

    fn rise(&mut self, mut place: u32) {
        while place > 0 {
            let above = (place - 1) / 2;
            if self.key(above) <= self.key(place) {
                break;
            }
            self.swap(above, place);
            place = above;
        }
    }

    fn sink(&mut self, mut place: u32) {
        loop {
            let mut least = place;
            for below in [2 * place + 1, 2 * place + 2] {
                if below < self.timers && self.key(below) < self.key(least) {
                    least = below;
                }
            }
            if least == place {
                break;
            }
            self.swap(least, place);
            place = least;
        }
    }
}
