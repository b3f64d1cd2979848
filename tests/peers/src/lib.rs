//! SVD files for tests and measurements.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The committed files: one block, and two chips of two vendors.
pub const FILES: [&str; 3] = ["pl330.svd", "nrf52840.svd", "MIMXRT1062.xml"];

/// The text of one of [`FILES`].
///
/// # Errors
/// It cannot be read or unpacked.
pub fn unpack(name: &str) -> Result<String, Box<dyn Error>> {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(format!("{name}.xz"));
    let mut text = Vec::new();
    lzma_rs::xz_decompress(&mut BufReader::new(File::open(packed)?), &mut text)?;
    Ok(String::from_utf8(text)?)
}
