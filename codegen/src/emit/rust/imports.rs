//! `use` lines for what a body of generated code names, no more.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;

use super::scope::ident;

/// Of `linkwright::mmio`.
const MMIO: [&str; 16] = [
    "Bounded",
    "Bus",
    "Field",
    "FieldValue",
    "ReadOnly",
    "ReadWrite",
    "Reg",
    "RegArray",
    "Register",
    "Value",
    "Word",
    "WriteOnly",
    "WriteToClear",
    "WriteToSet",
    "WriteToToggle",
    "WriteZeroToClear",
];

/// `use linkwright::mmio::{…};`, with the trait of `read` and `write` if the body accesses registers.
pub(super) fn mmio(body: &TokenStream) -> TokenStream {
    let accesses = mentions(body, "read") || mentions(body, "write");
    let names: Vec<&str> = MMIO.into_iter().chain(accesses.then_some("Io")).collect();
    let body = if accesses { quote!(#body Io) } else { body.clone() };
    import(&quote!(linkwright::mmio), &names, &body)
}

/// `use path::{…};` of those `names` that `body` uses on their own; nothing when there are none.
pub(super) fn import(path: &TokenStream, names: &[&str], body: &TokenStream) -> TokenStream {
    let mut found = BTreeSet::new();
    scan(body.clone(), &mut found);
    let used: BTreeSet<&str> = names.iter().copied().filter(|name| found.contains(*name)).collect();
    let used: Vec<Ident> = used.into_iter().map(ident).collect();
    match used.as_slice() {
        [] => quote!(),
        [one] => quote!(use #path::#one;),
        all => quote!(use #path::{#(#all),*};),
    }
}

/// Identifiers that do not stand behind `::`.
fn scan(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Ident(ident) if colons < 2 => {
                found.insert(ident.to_string());
            }
            TokenTree::Group(group) => scan(group.stream(), found),
            _ => {}
        }
        colons = 0;
    }
}

/// Does `body` use this name on its own?
pub(super) fn mentions(body: &TokenStream, name: &str) -> bool {
    let mut found = BTreeSet::new();
    scan(body.clone(), &mut found);
    found.contains(name)
}
