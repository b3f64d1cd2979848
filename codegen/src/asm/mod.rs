//! Microcode as text: assembler and disassembler of any instruction set that a spec describes.
//!
//! Mnemonics, operands and encodings come from the resolved [`InstructionSet`]; nothing here knows a chip. Where the
//! spec leaves a choice the text is:
//!
//! * numbers of more than eight bits in hexadecimal with all digits, others decimal; both are read, and `_` between
//!   digits is skipped;
//! * mnemonics and named operands in any case, labels as they are spelled;
//! * `name:` marks a place, and an operand that counts bytes backwards takes its name or the number;
//! * `.byte 0x06, 7` stands for bytes that are no instruction;
//! * `;`, `#` and `//` begin a comment.
//!
//! Whatever the disassembler writes, the assembler reads back to the same bytes.
//!
//! [`InstructionSet`]: crate::lower::InstructionSet

mod assemble;
mod disassemble;
mod encoding;
mod hex;
mod line;
mod matching;
mod note;
mod template;

pub use assemble::{Assembled, Statement, assemble};
pub use disassemble::{Item, Kind, disassemble, listing};
pub use encoding::{Decoded, Undecodable, decode, encode};
pub use hex::{looks_like_hex, parse_hex};
pub use note::control_note;
pub use template::{Part, mnemonics, number, parts, text};

#[cfg(test)]
mod tests;
