use std::collections::HashMap;
use std::ops::Range;

use super::encoding::encode;
use super::line::{Line, comment_marks, split};
use super::matching::{Expected, Given, Miss, parse_number, read};
use super::template::mnemonics;
use crate::lower::{Instruction, InstructionSet, OperandKind, ThreadKind};
use crate::report::{Diagnostic, Diagnostics, did_you_mean, one_of};
use crate::source::{FileId, SourceMap, Span};

/// After so many the rest of a file is not read: it is no program.
const MOST_FINDINGS: usize = 1000;

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembled {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What they come from, in order.
    pub statements: Vec<Statement>,
}

/// An instruction, or the bytes of a `.byte`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// First byte in the program.
    pub offset: usize,
    /// Number of bytes.
    pub length: usize,
    /// Where it is written.
    pub span: Span,
}

/// Assemble a file of `sources`. `None`: it has errors, which are in `findings`.
pub fn assemble(
    set: &InstructionSet,
    sources: &SourceMap,
    file: FileId,
    findings: &mut Diagnostics,
) -> Option<Assembled> {
    let text = sources.file(file).text.clone();
    let mut assembler = Assembler::new(set, &text, file);
    let comments = comment_marks(set);
    // A byte order mark is no instruction.
    let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
    for line in text[at..].split_inclusive('\n') {
        let line_end = at + line.trim_end_matches(['\n', '\r']).len();
        assembler.line(&split(&text, at..line_end, &comments));
        at += line.len();
    }
    assembler.finish(findings)
}

/// An instruction whose labels are not known yet.
struct Pending<'a> {
    instruction: &'a Instruction,
    given: Vec<Given>,
    statement: usize,
}

struct Assembler<'a> {
    set: &'a InstructionSet,
    /// Every instruction by each first word its text can have, in capitals.
    words: HashMap<String, Vec<&'a Instruction>>,
    text: &'a str,
    file: FileId,
    labels: HashMap<&'a str, (usize, Range<usize>)>,
    pending: Vec<Pending<'a>>,
    program: Assembled,
    findings: Diagnostics,
}

impl<'a> Assembler<'a> {
    fn new(set: &'a InstructionSet, text: &'a str, file: FileId) -> Self {
        let mut words: HashMap<String, Vec<&Instruction>> = HashMap::new();
        for instruction in &set.instructions {
            for word in mnemonics(instruction) {
                let known = words.entry(word.to_ascii_uppercase()).or_default();
                known.push(instruction);
            }
        }
        let program = Assembled { bytes: Vec::new(), statements: Vec::new() };
        Self {
            set,
            words,
            text,
            file,
            labels: HashMap::new(),
            pending: Vec::new(),
            program,
            findings: Diagnostics::new(),
        }
    }

    fn line(&mut self, line: &Line) {
        if self.findings.len() >= MOST_FINDINGS {
            return;
        }
        for label in &line.labels {
            self.label(label.clone());
        }
        let Some(statement) = line.statement.clone() else { return };
        let first = self.text[statement.clone()].split_whitespace().next().unwrap_or_default();
        if first.eq_ignore_ascii_case(".byte") {
            self.bytes(statement);
        } else {
            self.instruction(statement, first);
        }
    }

    fn label(&mut self, place: Range<usize>) {
        let name = &self.text[place.clone()];
        let here = self.program.bytes.len();
        if let Some((_, first)) = self.labels.get(name) {
            let finding = Diagnostic::error("LW0905", format!("label `{name}` twice"), self.span(place), "again here")
                .and(self.span(first.clone()), "first here");
            self.findings.push(finding);
        } else {
            self.labels.insert(name, (here, place));
        }
    }

    fn bytes(&mut self, statement: Range<usize>) {
        let mut at = statement.start + ".byte".len();
        let offset = self.program.bytes.len();
        for item in self.text[at..statement.end].split(',') {
            let written = item.trim();
            let start = at + (item.len() - item.trim_start().len());
            at += item.len() + 1;
            match parse_number(written).and_then(|value| u8::try_from(value).ok()) {
                Some(byte) => self.program.bytes.push(byte),
                None => {
                    let span = self.span(start..start + written.len());
                    let title = if written.is_empty() {
                        "a byte is missing".into()
                    } else {
                        format!("`{written}` is not a byte")
                    };
                    self.findings.push(
                        Diagnostic::error("LW0903", title, span, "0 to 255").help("write bytes as `.byte 0x06, 0x07`"),
                    );
                }
            }
        }
        self.state(offset, statement);
    }

    fn instruction(&mut self, statement: Range<usize>, first: &str) {
        let text = &self.text[..statement.end];
        let word = first.to_ascii_uppercase();
        let candidates: Vec<&Instruction> = match self.words.get(&word) {
            Some(known) => known.clone(),
            None => self.set.instructions.iter().filter(|instruction| mnemonics(instruction).is_empty()).collect(),
        };
        let mut nearest: Option<(&Instruction, Miss)> = None;
        for &instruction in &candidates {
            match read(instruction, text, statement.start) {
                Ok(given) => {
                    let offset = self.program.bytes.len();
                    let placeholder = vec![0; instruction.operands.len()];
                    self.program.bytes.extend(encode(instruction, &placeholder));
                    self.pending.push(Pending { instruction, given, statement: self.program.statements.len() });
                    self.state(offset, statement);
                    return;
                }
                Err(miss) if nearest.as_ref().is_none_or(|(_, known)| miss.at.start > known.at.start) => {
                    nearest = Some((instruction, miss));
                }
                Err(_) => {}
            }
        }
        let finding = match nearest {
            Some((instruction, miss)) if self.words.contains_key(&word) => self.explain(instruction, &miss, statement),
            _ => self.unknown(first, statement.start..statement.start + first.len()),
        };
        self.findings.push(finding);
    }

    fn state(&mut self, offset: usize, statement: Range<usize>) {
        let length = self.program.bytes.len() - offset;
        self.program.statements.push(Statement { offset, length, span: self.span(statement) });
    }

    fn unknown(&self, word: &str, place: Range<usize>) -> Diagnostic {
        let mut known: Vec<&str> = self.words.keys().map(String::as_str).collect();
        known.sort_unstable();
        let finding = Diagnostic::error(
            "LW0901",
            format!("unknown instruction `{word}`"),
            self.span(place),
            "not in this instruction set",
        );
        match did_you_mean(word, known.iter().copied().chain([".byte"])) {
            Some(help) => finding.help(help),
            None => finding.note(format!("expected {}", one_of(known))),
        }
    }

    fn explain(&self, instruction: &Instruction, miss: &Miss, statement: Range<usize>) -> Diagnostic {
        let found = &self.text[miss.at.clone()];
        let at_end = found.is_empty();
        // Behind the last character there is nothing to underline.
        let place = if at_end {
            statement.end - last_length(&self.text[..statement.end])..statement.end
        } else {
            miss.at.clone()
        };
        let after = if at_end { "after this" } else { "here" };
        let operand = |index: usize| &instruction.operands[index];
        let (rule, title, label) = match &miss.expected {
            Expected::End => ("LW0902", format!("`{found}` is too much"), "nothing more is expected".to_string()),
            Expected::Text(text) => ("LW0902", format!("`{text}` is missing"), format!("expected {after}")),
            Expected::Range { operand: index, low, high } => {
                let title = format!("{} `{found}` is out of range", operand(*index).name);
                ("LW0903", title, format!("{low} to {high}"))
            }
            Expected::Operand(index) if at_end => {
                ("LW0902", format!("the {} is missing", operand(*index).name), "expected after this".to_string())
            }
            Expected::Operand(index) => {
                let label = match &operand(*index).kind {
                    OperandKind::Enum { values, .. } => {
                        format!("expected {}", one_of(values.iter().map(|v| v.asm.as_str())))
                    }
                    OperandKind::Number { backward: true, .. } => "expected a label or a number".to_string(),
                    _ => "expected a number".to_string(),
                };
                ("LW0902", format!("`{found}` is no {}", operand(*index).name), label)
            }
        };
        let mut finding = Diagnostic::error(rule, title, self.span(place), label);
        if let Expected::Operand(index) = miss.expected {
            let values = match &operand(index).kind {
                OperandKind::Enum { values, .. } => values.iter().map(|value| value.asm.as_str()).collect(),
                _ => Vec::new(),
            };
            finding.help.extend(did_you_mean(found, values));
        }
        finding.help(format!("the form is `{}`", instruction.asm))
    }

    /// Fill in the labels.
    fn finish(mut self, findings: &mut Diagnostics) -> Option<Assembled> {
        for pending in std::mem::take(&mut self.pending) {
            let statement = self.program.statements[pending.statement].clone();
            let mut values = Vec::with_capacity(pending.given.len());
            for (index, given) in pending.given.iter().enumerate() {
                values.push(match given {
                    Given::Bits(bits) => *bits,
                    Given::Label(place) => self.jump(pending.instruction, index, place, statement.offset).unwrap_or(0),
                });
            }
            let bytes = encode(pending.instruction, &values);
            self.program.bytes[statement.offset..statement.offset + bytes.len()].copy_from_slice(&bytes);
            self.misplaced(pending.instruction, statement.span);
        }
        let failed = self.findings.has_errors();
        findings.extend(self.findings.iter().cloned());
        (!failed).then_some(self.program)
    }

    fn jump(&mut self, instruction: &Instruction, operand: usize, place: &Range<usize>, from: usize) -> Option<u64> {
        let name = &self.text[place.clone()];
        let span = self.span(place.clone());
        let Some((target, defined)) = self.labels.get(name).cloned() else {
            let finding = Diagnostic::error("LW0904", format!("unknown label `{name}`"), span, "marked nowhere");
            let finding = match did_you_mean(name, self.labels.keys().copied()) {
                Some(help) => finding.help(help),
                None => finding.help(format!("mark the place to jump to with `{name}:`")),
            };
            self.findings.push(finding);
            return None;
        };
        let bias = match instruction.operands[operand].kind {
            OperandKind::Number { bias, .. } => u64::from(bias),
            _ => 0,
        };
        let defined = self.span(defined);
        let Some(distance) = from.checked_sub(target) else {
            let finding = Diagnostic::error("LW0906", format!("`{name}` is ahead"), span, "this jumps back only")
                .and(defined, "marked here");
            self.findings.push(finding);
            return None;
        };
        let longest = (1_u128 << instruction.operands[operand].width.min(64)) - 1 + u128::from(bias);
        if distance as u128 > longest || (distance as u64) < bias {
            let title = format!("`{name}` is {distance} bytes back, {longest} is the furthest");
            let finding = Diagnostic::error("LW0906", title, span, "jump from here").and(defined, "to here");
            self.findings.push(finding.help("nest loops, or move what need not be repeated out of this one"));
            return None;
        }
        Some(distance as u64 - bias)
    }

    /// Warn of an instruction that no program may contain.
    fn misplaced(&mut self, instruction: &Instruction, span: Span) {
        if !instruction.threads.is_empty() && instruction.threads.iter().all(|thread| *thread == ThreadKind::Debug) {
            let title = format!("`{}` in a program", instruction.asm);
            let finding = Diagnostic::warning("LW0907", title, span, "only to be issued through the debug port");
            self.findings.push(finding.note(instruction.doc.trim()));
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }
}

fn last_length(text: &str) -> usize {
    text.chars().next_back().map_or(0, char::len_utf8)
}
