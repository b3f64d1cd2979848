use crate::args::Generate;
use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(_args: &Generate, _console: &Console) -> Result<Verdict, Failure> {
    Err(Failure::new("not connected yet"))
}
