//! Slips of the pen in real specs: whatever they do, every rule together leaves nothing that cannot be generated.
//!
//! `MUTATIONS=20000 cargo test --release -p linkwright-codegen --test mutations` tries more.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use linkwright_codegen::emit::{self, Choices};
use linkwright_codegen::front;
use linkwright_codegen::load::{Input, Options};
use linkwright_codegen::report::{Style, human};

/// A small generator of numbers: the same ones in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Words and numbers of a text, and where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (inside(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push((from, &text[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    out
}

const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "7", "8", "9", "16", "31", "32", "33", "0x100", "0xffffffff", "0xffffffffffffffff"];

fn mutate(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    for _ in 0..=random.below(2) {
        let at = random.below(lines.len());
        match random.below(7) {
            0 => drop(lines.remove(at)),
            1 => {
                let line = lines[at].clone();
                lines.insert(random.below(lines.len()), line);
            }
            2 => {
                let other = random.below(lines.len());
                lines.swap(at, other);
            }
            // A word becomes another of the file, a number another number, a name a little different.
            kind => {
                let line = lines[at].clone();
                let Some(&(start, word)) = words(&line).get(random.below(words(&line).len())) else { continue };
                let number = word.starts_with(|c: char| c.is_ascii_digit());
                let new = match kind {
                    3 | 4 if number => random.pick(&NUMBERS).to_string(),
                    5 => word.to_uppercase(),
                    _ => random.pick(&words(text)).1.to_string(),
                };
                lines[at].replace_range(start..start + word.len(), &new);
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n") + "\n"
}

fn built_in(name: &str) -> (String, String) {
    let (file, text) = linkwright_specs::FILES.iter().find(|(file, _)| *file == name).expect("built in");
    (file.to_string(), text.to_string())
}

fn run(name: &str, seed: u64, count: usize) {
    let (file, text) = built_in(name);
    let mut random = Random(seed);
    let mut accepted = 0;
    for round in 0..count {
        let mutant = mutate(&text, &mut random);
        let inputs = [Input::Text(file.clone(), mutant.clone())];
        let reading = front::read(&inputs, &Options::default());
        let report = || human(&reading.diagnostics, &reading.workspace.sources, Style::default());
        let internal = reading.diagnostics.iter().any(|d| d.rule == "LW0099");
        assert!(!internal, "{name} {round}: {}", report());
        assert!(reading.model.is_some() != reading.diagnostics.has_errors(), "{name} {round}: {}", report());
        report();
        let Some(model) = &reading.model else { continue };
        accepted += 1;
        let emitted = catch_unwind(AssertUnwindSafe(|| emit::all(model, &Choices::default())));
        let Ok(Ok(files)) = emitted else { panic!("{name} {round} is accepted and cannot be generated:\n{mutant}") };
        for (path, generated) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            if let Err(error) = syn::parse_file(&generated.text) {
                panic!("{name} {round}: {path} does not parse: {error}\n{mutant}");
            }
        }
    }
    println!("{name}: {accepted} of {count} accepted");
    assert!(accepted > 0 && accepted < count);
}

fn count() -> usize {
    std::env::var("MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(24)
}

#[test]
fn slips_in_the_spec_of_a_dma_controller() {
    run("ip/pl330.yaml", 0x2545_f491_4f6c_dd1d, count());
}

#[test]
fn slips_in_the_spec_of_a_chip() {
    run("soc/zynq7000.yaml", 0x9e37_79b9_7f4a_7c15, count());
}
