//! Standard output for results, standard error for people.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anstream::ColorChoice;
use linkwright_codegen::report::{self, Diagnostics, Style};
use linkwright_codegen::source::SourceMap;

use crate::args::Color;
use crate::page;
use crate::{Failure, Verdict};

/// Work shorter than this shows no progress.
pub(crate) const PATIENCE: Duration = Duration::from_millis(300);

pub(crate) struct Console {
    color: Color,
    quiet: bool,
    verbose: bool,
    start: Instant,
}

impl Console {
    pub(crate) fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        match color {
            // anstream looks at the terminal, NO_COLOR and CLICOLOR_FORCE itself.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
        .write_global();
        Self { color, quiet, verbose, start: Instant::now() }
    }

    /// Take the project's choice of colours, unless the command line has one: `always` or `never`.
    pub(crate) fn prefer(&self, color: &str) {
        match (self.color, color) {
            (Color::Auto, "always") => ColorChoice::Always.write_global(),
            (Color::Auto, "never") => ColorChoice::Never.write_global(),
            _ => {}
        }
    }

    /// Write a result.
    pub(crate) fn result(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            // Whoever reads has enough: `linkwright schema | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| Failure::new(format!("cannot write to standard output: {error}"))),
        }
    }

    /// Say something that one can do without.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            tell(&format!("{line}\n"));
        }
    }

    /// Say what only those want to know who ask for it.
    pub(crate) fn detail(&self, line: &str) {
        if self.verbose {
            tell(&format!("{line}\n"));
        }
    }

    /// Write a result for people: in the width of their terminal, as it is for a file or a program.
    pub(crate) fn sentences(&self, text: &str) -> Result<(), Failure> {
        match io::stdout().is_terminal() {
            true => self.result(page::folded(text, width()).as_bytes()),
            false => self.result(text.as_bytes()),
        }
    }

    /// Write a page of Markdown: with colours and in the terminal's width for people, as it is for programs.
    pub(crate) fn page(&self, markdown: &str) -> Result<(), Failure> {
        if anstream::AutoStream::choice(&io::stdout()) == ColorChoice::Never {
            return self.result(markdown.as_bytes());
        }
        self.result(page::styled(markdown, width().min(100)).as_bytes())
    }

    /// Write how a file would change, as `diff -u` does.
    pub(crate) fn difference(&self, name: &str, before: &str, after: &str) -> Result<(), Failure> {
        let diff = similar::TextDiff::from_lines(before, after);
        let plain = diff.unified_diff().context_radius(2).header(name, name).to_string();
        if anstream::AutoStream::choice(&io::stdout()) == ColorChoice::Never {
            return self.result(plain.as_bytes());
        }
        let line = |line: &str| match line.as_bytes().first() {
            Some(b'+') => format!("\x1b[32m{line}\x1b[0m\n"),
            Some(b'-') => format!("\x1b[31m{line}\x1b[0m\n"),
            Some(b'@') => format!("\x1b[36m{line}\x1b[0m\n"),
            _ => format!("{line}\n"),
        };
        self.result(plain.lines().map(line).collect::<String>().as_bytes())
    }

    /// Say what is wrong.
    pub(crate) fn tell(&self, line: &str) {
        tell(&format!("{line}\n"));
    }

    /// Show findings.
    pub(crate) fn findings(&self, findings: &Diagnostics, sources: &SourceMap) {
        let text = report::human(findings, sources, Style { color: true, width: width() });
        tell(&text);
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        tell(&format!("\x1b[1;31merror\x1b[0m\x1b[1m: {}\x1b[0m\n", failure.what));
        if let Some(help) = &failure.help {
            tell(&format!("  \x1b[1;32mhelp\x1b[0m: {help}\n"));
        }
    }

    /// Show what is being done, if a terminal watches and it takes long.
    pub(crate) fn progress(&self, doing: &str) {
        if self.watched() && self.start.elapsed() >= PATIENCE {
            let _ = write!(io::stderr(), "\r\x1b[K{doing} …");
        }
    }

    /// Take the progress line away.
    pub(crate) fn done(&self) {
        if self.watched() && self.start.elapsed() >= PATIENCE {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    pub(crate) fn watched(&self) -> bool {
        !self.quiet && io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }
}

/// Write to standard error. That it is full or closed changes nothing about the work or the exit code.
fn tell(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    said.or_else(measured).unwrap_or(120)
}

/// "1 file", "2 files".
pub(crate) fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

pub(crate) fn verdict(findings: &Diagnostics) -> Verdict {
    if findings.has_errors() { Verdict::Findings } else { Verdict::Clean }
}
