use linkwright::dma::{Endpoint, Prepared, Shape};
use linkwright::microcode::{Isa, Op};
use linkwright_pl330::Microcode;

/// Where in the machine's memory a prepared program executes `ops` one after the other, but for the first `skip` times.
///
/// # Panics
/// When it does so nowhere.
pub fn find<E: Endpoint, S: Shape>(prepared: &Prepared<E, S>, ops: &[Op], skip: usize) -> u32 {
    let mut program = vec![0; prepared.program().len.into()];
    prepared.read_program(&mut program);
    let wanted: Vec<u8> =
        ops.iter().flat_map(|op| Microcode::encode(*op).expect("an instruction").as_bytes().to_vec()).collect();
    let (mut at, mut left) = (0, skip);
    loop {
        match (program[at..].starts_with(&wanted), left) {
            (true, 0) => return prepared.program_address().expect("it is in memory") + at as u32,
            (true, _) => left -= 1,
            (false, _) => {}
        }
        at += Microcode::disassemble(&program[at..], &mut String::new()).expect("the program does so");
    }
}

/// A program as text, an instruction a line.
pub(crate) fn listing(program: &[u8]) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < program.len() {
        out += &format!("{at:5}: ");
        let Some(len) = Microcode::disassemble(&program[at..], &mut out) else { break };
        out.push('\n');
        at += len;
    }
    out
}
