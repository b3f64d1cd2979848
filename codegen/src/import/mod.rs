//! Specs from descriptions that exist already.
//!
//! An importer knows a foreign format and writes specs as texts; what they mean is judged afterwards by the same
//! checks as specs that people write. Each importer is a feature of this crate, because a build script needs none.

#[cfg(feature = "import-devicetree")]
pub mod devicetree;
#[cfg(feature = "import-svd")]
pub mod svd;
pub mod write;
