//! The client: an application that plays an endless song, and whoever puts the system to sleep.

use example_exynos5433::chip::exynos5433 as soc;
use example_exynos5433::hardware::TICKS;
use example_exynos5433::{AudioBoard, I2S0, boot, data, engine, hardware, settle, system};
use example_i2s::I2s;
use linkwright::consumer::Consumer;
use linkwright::context::{Task, host_task, simulated_interrupt};
use linkwright::device::{Context, Platform as _, SleepRequest};
use linkwright::power::Active;
use linkwright_codegen::scenario::{Action, Scenario};
use linkwright_sim::{Outcome, Violation};
use linkwright_simulate::Standing;

use super::watch::tell;
use super::{Mistake, irq_safe};

type Audio = I2s<soc::I2s0, AudioBoard>;

/// Periods of the ring.
const PERIODS: u16 = 4;
/// Frames in a millisecond.
const RATE: u64 = 48;
/// The only use that a scenario has here.
const USE: usize = 0;
/// Periods that a client misses which does not come in time.
const LATE: u64 = 6;
/// The period in which a client makes its mistake.
const WHEN: u64 = 100;

/// Time that the player has to watch.
struct Song {
    /// Nanoseconds of a period.
    period: u64,
    /// Nanoseconds until the present period is over.
    rest: u64,
    /// And until the song is.
    left: Option<u64>,
}

/// See the module.
pub(crate) struct Player {
    linux: bool,
    mistake: Mistake,
    song: Option<Song>,
    standing: Standing,
    /// Nanoseconds that it has played altogether.
    ran: u64,
    /// The next frame to push: every frame is its own number.
    next: u32,
    /// The frame that was in the ring's buffer first.
    base: u32,
    interrupts: u64,
    heard: Vec<u32>,
    /// For each period that is over, when it should be: was all of it moved, and did the speaker never wait?
    came: Vec<bool>,
    kept: Vec<Active<soc::I2s0>>,
}

fn ticks(nanoseconds: u64) -> u64 {
    nanoseconds / 1_000 * TICKS / 1_000 + nanoseconds % 1_000 * TICKS / 1_000_000
}

fn nanoseconds(ticks: u64) -> u64 {
    ticks * 1_000 / (TICKS / 1_000)
}

fn now() -> u64 {
    system().platform().now()
}

fn failed(what: String) {
    tell(|observer| observer.failed(what));
}

impl Player {
    /// Play a scenario.
    pub(crate) fn play(scenario: &Scenario, linux: bool, mistake: Mistake) {
        hardware().board.dmac.memory().violations().collect();
        host_task(|cx| {
            boot(cx);
            let mut player = Self {
                linux,
                mistake,
                song: None,
                standing: Standing::Idle,
                ran: 0,
                next: 0,
                base: 0,
                interrupts: 0,
                heard: Vec::new(),
                came: Vec::new(),
                kept: Vec::new(),
            };
            for event in &scenario.events {
                player.run_to(cx, event.at);
                player.act(cx, &event.action);
                settle(cx);
            }
            player.run_to(cx, scenario.end);
            player.finish();
        });
    }

    fn act(&mut self, cx: &Task<'_>, action: &Action) {
        match action {
            Action::Start { period, length, .. } => {
                self.song = Some(Song { period: *period, rest: *period, left: *length });
                let frames = frames(*period) as u32;
                let opened = I2S0.with(|i2s| if i2s.ring().is_none() { i2s.open(cx, PERIODS, frames) } else { Ok(()) });
                match opened {
                    Some(Ok(())) => self.go(cx),
                    other => failed(format!("the interface was not opened: {other:?}")),
                }
            }
            Action::Resume(_) => self.go(cx),
            Action::Pause(_) => self.halt(cx, Standing::Paused),
            Action::Stop(_) => self.halt(cx, Standing::Idle),
            Action::Suspend(length) => self.sleep(cx, *length),
        }
    }

    /// Play from where the song was left.
    fn go(&mut self, cx: &Task<'_>) {
        self.stand(Standing::Running);
        let power = match Audio::power(cx) {
            Ok(power) => power,
            Err(error) => return failed(format!("no power: {error}")),
        };
        if self.linux {
            irq_safe::take();
        }
        let words = usize::from(PERIODS) * self.song.as_ref().map_or(0, |song| frames(song.period) as usize);
        let mut buffer = data().alloc::<u32>(cx, words).expect("room");
        self.base = self.next;
        for frame in buffer.iter_mut() {
            *frame = self.next;
            self.next += 1;
        }
        match I2S0.with(|i2s| i2s.play(buffer, &power)) {
            Some(Ok(())) => {}
            other => failed(format!("the ring did not start: {other:?}")),
        }
        // The ring holds what it needs.
        drop(power);
    }

    fn halt(&mut self, cx: &Task<'_>, standing: Standing) {
        self.stand(standing);
        let power = match Audio::power(cx) {
            Ok(power) => power,
            Err(error) => return failed(format!("no power: {error}")),
        };
        let at = I2S0.with(|i2s| i2s.ring().and_then(|ring| ring.position().ok())).flatten();
        if I2S0.with(|i2s| i2s.stop(cx, &power)).flatten().is_none() {
            failed("the ring did not stop".to_string());
        }
        if let (Some((periods, words)), Some(song)) = (at, &self.song) {
            self.next = self.base + periods * frames(song.period) as u32 + words;
        }
        self.listen();
        if self.linux {
            irq_safe::give_back();
        }
        if self.mistake == Mistake::KeepsPower {
            self.kept.push(power);
        }
    }

    /// What has come out since the ring was started, and what is still on its way. It begins with what the controller
    /// was not known to be done with, which is heard again; a frame that is left out is missed.
    fn listen(&mut self) {
        let bytes = hardware().speaker.take();
        self.heard.truncate(self.base as usize);
        self.heard.extend(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])));
        hardware().speaker.reset();
    }

    fn stand(&mut self, standing: Standing) {
        self.standing = standing;
        tell(|observer| observer.stands(USE, standing));
    }

    /// Whoever plays stops, and goes on afterwards.
    fn sleep(&mut self, cx: &Task<'_>, length: u64) {
        let plays = self.standing == Standing::Running;
        if plays {
            self.halt(cx, Standing::Idle);
        }
        let from = now();
        let mut enter = || advance_to(from + length);
        match system().system_sleep(Context::sleepable(cx), &SleepRequest::default(), &mut enter) {
            Ok(()) => tell(|observer| observer.slept_since(from)),
            Err(error) => failed(error.to_string()),
        }
        if plays {
            self.go(cx);
        }
    }

    /// Let time pass.
    fn run_to(&mut self, cx: &Task<'_>, until: u64) {
        while now() < until {
            let running = self.song.as_ref().filter(|_| self.standing == Standing::Running);
            let due = running.map(|song| now() + song.left.map_or(song.rest, |left| left.min(song.rest)));
            let timer = system().next_deadline();
            let next = [timer, due].into_iter().flatten().fold(until, u64::min).max(now());
            self.let_pass(cx, next);
            settle(cx);
            if due == Some(next) {
                self.attend(cx);
                settle(cx);
            }
        }
    }

    /// Let the hardware run, and serve its interrupts.
    fn let_pass(&mut self, cx: &Task<'_>, next: u64) {
        let dmac = hardware().board.dmac;
        loop {
            let left = ticks(next).saturating_sub(dmac.now());
            if left == 0 || dmac.run_until_interrupt(left) != Outcome::Reached {
                break;
            }
            self.pass(nanoseconds(dmac.now()).min(next));
            simulated_interrupt(|| engine().irq());
            self.interrupts += 1;
            self.push();
            settle(cx);
        }
        self.pass(next);
    }

    fn pass(&mut self, next: u64) {
        let passed = next.saturating_sub(now());
        advance_to(next);
        if let (Some(song), Standing::Running) = (&mut self.song, self.standing) {
            self.ran += passed;
            song.rest -= passed;
            song.left = song.left.map(|left| left - passed);
        }
    }

    /// A period has been played: here is another.
    fn push(&mut self) {
        let Some(song) = &self.song else { return };
        let late = WHEN..WHEN + LATE;
        match self.mistake {
            Mistake::SkipsAFrame if self.interrupts == WHEN => self.next += 1,
            Mistake::ComesLate if late.contains(&self.interrupts) => return,
            _ => {}
        }
        let fresh: Vec<u32> = (self.next..).take(frames(song.period) as usize).collect();
        match I2S0.with(|i2s| i2s.ring().map(|ring| ring.push(&fresh))).flatten() {
            Some(Ok(pushed)) => self.next += pushed as u32,
            other => failed(format!("frames were not taken: {other:?}")),
        }
    }

    /// A period is over, or the song.
    fn attend(&mut self, cx: &Task<'_>) {
        let Some(song) = &mut self.song else { return };
        if song.rest == 0 {
            song.rest = song.period;
            let moved = u64::from(self.base) + hardware().speaker.moved();
            self.came.push(moved >= frames(self.ran) && hardware().speaker.mishaps() == Default::default());
        }
        if song.left == Some(0) {
            self.halt(cx, Standing::Idle);
        }
    }

    fn finish(mut self) {
        let standing = self.standing;
        let period = self.song.as_ref().map_or(1, |song| frames(song.period) as usize);
        let violations = hardware().board.dmac.memory().violations().take();
        let (accesses, direct) = (hardware().accesses(), hardware().accesses_without_power());
        let dead = |v: &&Violation| matches!(v, Violation::Unpowered { .. } | Violation::Unclocked { .. });
        let unpowered = direct + violations.iter().filter(dead).count() as u64;
        for violation in violations.iter().filter(|violation| !dead(violation)) {
            failed(violation.to_string());
        }
        if standing == Standing::Running {
            self.listen();
        }
        tell(|observer| {
            observer.registers(accesses, unpowered);
            for (at, came) in self.came.iter().enumerate() {
                // From the last frame of the period before to its own last one.
                let from = (at * period).saturating_sub(1);
                let heard = self.heard.get(from..(at + 1) * period);
                let whole = heard.is_some_and(|heard| heard.windows(2).all(|pair| pair[1] == pair[0] + 1));
                observer.period(USE, *came && whole);
            }
        });
    }
}

fn frames(nanoseconds: u64) -> u64 {
    nanoseconds / 1_000 * RATE / 1_000
}

/// The chip's time and the device model's are one.
fn advance_to(time: u64) {
    let dmac = hardware().board.dmac;
    dmac.run(ticks(time).saturating_sub(dmac.now()));
    system().platform().advance_to(time);
}
