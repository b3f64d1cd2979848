//! Identifiers of a generated module, each given once.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

/// Names that generated modules import or find in the prelude; an item of the same name would hide them.
const TAKEN: [&str; 45] = [
    "Access",
    "Bounded",
    "Bus",
    "Capabilities",
    "Clone",
    "Control",
    "Controller",
    "Copy",
    "Debug",
    "Default",
    "DecodeError",
    "Display",
    "Encoded",
    "Eq",
    "Err",
    "FaultCause",
    "FaultCauses",
    "Field",
    "FieldValue",
    "Formatter",
    "From",
    "Instruction",
    "Into",
    "Io",
    "Isa",
    "Iterator",
    "None",
    "Ok",
    "Op",
    "Option",
    "PartialEq",
    "Position",
    "ReadOnly",
    "ReadWrite",
    "Reg",
    "RegArray",
    "Register",
    "Result",
    "Self",
    "Some",
    "String",
    "ThreadKind",
    "Value",
    "Word",
    "WriteOnly",
];

/// Further names of constants that generated modules define.
const TAKEN_CONSTANTS: [&str; 2] = ["SIZE", "COMPATIBLE"];

/// The names of a module.
#[derive(Default)]
pub(super) struct Scope {
    used: HashSet<String>,
}

impl Scope {
    /// A module in which the names that generated code relies on are taken.
    pub(super) fn module() -> Self {
        let taken = TAKEN.into_iter().chain(TAKEN_CONSTANTS).chain([
            "WriteToClear",
            "WriteToSet",
            "WriteToToggle",
            "WriteZeroToClear",
        ]);
        Self { used: taken.map(str::to_string).collect() }
    }

    /// A module in which these names are taken.
    pub(super) fn with(taken: &[&str]) -> Self {
        Self { used: taken.iter().map(|name| name.to_string()).collect() }
    }

    /// No names yet: variants, fields, associated constants.
    pub(super) fn empty() -> Self {
        Self::default()
    }

    /// Names of operands, which become local variables beside those of the encoder and the formatter.
    pub(super) fn locals() -> Self {
        Self { used: (0..8).map(|n| format!("b{n}")).chain(["f".to_string()]).collect() }
    }

    /// `wanted`, or with `suffix` if that is taken, or with a number.
    pub(super) fn claim(&mut self, wanted: &str, suffix: &str) -> Ident {
        let numbered = (2..).map(|n| format!("{wanted}{suffix}{n}"));
        let mut candidates = [wanted.to_string(), format!("{wanted}{suffix}")].into_iter().chain(numbered);
        let name = candidates.find(|name| !self.used.contains(name)).unwrap_or_default();
        self.used.insert(name.clone());
        ident(&name)
    }
}

/// The identifier spelled `name`, which may be raw.
pub(super) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}
