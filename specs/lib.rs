//! The specs that Linkwright brings along, as text.
//!
//! A crate of its own because a package holds only what is in its folder, and specs belong to people, not to the
//! generator. Knows nothing of their format.
#![no_std]
#![forbid(unsafe_code)]

/// Path (`ip/pl330.yaml`) and text of every spec, sorted by path.
pub const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/table.rs"));

#[cfg(test)]
mod tests {
    #[test]
    fn every_kind_is_there_and_sorted() {
        for kind in ["ip/", "soc/", "subsystems/"] {
            assert!(super::FILES.iter().any(|(path, _)| path.starts_with(kind)), "{kind}");
        }
        assert!(super::FILES.is_sorted_by_key(|(path, _)| path));
    }
}
