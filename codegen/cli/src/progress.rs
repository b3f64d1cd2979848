//! A bar on standard error while a terminal watches long work.

use std::sync::{Mutex, Once, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use linkwright_codegen::load::Watch;

use crate::console::{Console, PATIENCE};

/// Work of a known size. It may be moved on from several threads; when it is dropped, the bar is taken away.
///
/// Nothing is shown in the first 300 ms, nor unless standard error is a terminal.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    watched: bool,
    shown: Once,
}

impl Console {
    /// Show how far the work is: `doing` is a phrase such as "Importing boards", `total` a number of steps.
    pub(crate) fn bar(&self, doing: &str, total: usize) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}, {eta} left") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(doing.to_string());
        Progress { bar, start: Instant::now(), watched: self.watched(), shown: Once::new() }
    }
}

impl Progress {
    /// One step more is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
        if self.watched && self.start.elapsed() >= PATIENCE {
            self.shown.call_once(|| self.bar.set_draw_target(ProgressDrawTarget::stderr()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for each part of the library's work, one after the other.
pub(crate) struct Bars<'a> {
    console: &'a Console,
    current: Mutex<Option<Progress>>,
}

impl<'a> Bars<'a> {
    pub(crate) fn new(console: &'a Console) -> Self {
        Self { console, current: Mutex::new(None) }
    }
}

impl Watch for Bars<'_> {
    fn begin(&self, doing: &str, steps: usize) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // The bar before leaves the terminal first.
        *current = None;
        *current = Some(self.console.bar(doing, steps));
    }

    fn step(&self) {
        if let Some(progress) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner) {
            progress.step();
        }
    }
}
