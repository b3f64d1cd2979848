//! Names of an SVD file as a spec may write them.

use std::collections::HashSet;

/// Longest name of a spec.
const MOST: usize = 64;

/// A word of letters, digits, `_` and `-` that begins with a letter or digit.
pub(super) fn legal(name: &str) -> String {
    let word: String =
        name.trim().chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let word = word.trim_start_matches(['_', '-']);
    let word: String = word.chars().take(MOST).collect();
    if word.is_empty() { "unnamed".to_string() } else { word }
}

/// What `%s` stands for, put in its place; brackets around it go.
pub(super) fn without_index(name: &str) -> String {
    name.replace("[%s]", "").replace("_%s", "").replace("%s", "")
}

pub(super) fn with_index(name: &str, index: &str) -> String {
    name.replace("[%s]", index).replace("%s", index)
}

/// Gives each name out once, by how Rust spells it.
#[derive(Default)]
pub(super) struct Unique {
    used: HashSet<String>,
}

impl Unique {
    /// `name`, or with a number behind it if that is taken under one of its spellings.
    pub(super) fn claim(&mut self, name: &str, spell: &[fn(&str) -> String]) -> String {
        let mut candidate = name.to_string();
        let mut number = 2_u64;
        // Spellings of different kinds (`FOO`, `Foo`) cannot meet where they matter.
        while spell.iter().enumerate().any(|(kind, f)| self.used.contains(&format!("{kind}{}", f(&candidate)))) {
            let suffix = format!("_{number}");
            candidate = format!("{}{suffix}", name.chars().take(MOST - suffix.len()).collect::<String>());
            number += 1;
        }
        self.used.extend(spell.iter().enumerate().map(|(kind, f)| format!("{kind}{}", f(&candidate))));
        candidate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{const_name, type_name};

    #[test]
    fn names_become_words() {
        assert_eq!(legal(" A B/C "), "A_B_C");
        assert_eq!(legal("__RESERVED"), "RESERVED");
        assert_eq!(legal("64_CLOCKS"), "64_CLOCKS");
        assert_eq!(legal("é%"), "unnamed");
        assert_eq!(legal(&"x".repeat(100)).len(), 64);
    }

    #[test]
    fn indices_go_where_they_belong() {
        assert_eq!(without_index("MB[%s]"), "MB");
        assert_eq!(without_index("CH%s_CTRL"), "CH_CTRL");
        assert_eq!(with_index("GPIO[%s]", "A"), "GPIOA");
        assert_eq!(with_index("CH%s_CTRL", "3"), "CH3_CTRL");
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Unique::default();
        assert_eq!(names.claim("FOO_A", &[const_name, type_name]), "FOO_A");
        assert_eq!(names.claim("foo-a", &[const_name, type_name]), "foo-a_2");
        assert_eq!(names.claim("FOO_A", &[const_name, type_name]), "FOO_A_3");
    }
}
