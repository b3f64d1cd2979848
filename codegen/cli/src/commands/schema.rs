use linkwright_codegen::schema;

use crate::console::Console;
use crate::{Failure, Verdict};

pub(crate) fn run(console: &Console) -> Result<Verdict, Failure> {
    console.result(schema::text().as_bytes())?;
    Ok(Verdict::Clean)
}
