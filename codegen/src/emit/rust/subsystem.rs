//! The crate of all subsystems: for each a module with its handle, what its providers do, and what happens by itself.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::scope::{Scope, ident};
use super::{Options, docs, manifest, print};
use crate::emit::{Files, Generated};
use crate::lower::{Context, Operation, OperationType, Power, Subsystem};
use crate::names;

/// Name of the crate, without the prefix of all generated crates.
pub(in crate::emit) const NAME: &str = "subsystems";

/// Where the crate's files say they come from.
const SPEC: &str = "subsystems/*.yaml";

/// Does a driver hold resources of it by a generated handle? Those of `dma` are the runtime's own.
pub(super) fn has_handle(subsystem: &Subsystem) -> bool {
    subsystem.held_by_driver && !subsystem.operations.is_empty() && subsystem.name != DMA
}

/// The subsystem whose resources are channels of the runtime's engine.
pub(super) const DMA: &str = "dma";

/// The module of a subsystem, in every list of them.
pub(super) fn module(subsystem: &Subsystem) -> Ident {
    ident(&names::module_name(&subsystem.name))
}

/// The type that stands for a subsystem, in its module.
pub(super) fn marker(subsystem: &Subsystem) -> Ident {
    ident(&names::type_name(&subsystem.name))
}

/// The crate; no files if there is nothing to hold.
pub(super) fn emit(subsystems: &[Subsystem], options: &Options) -> Files {
    let mut sorted: Vec<&Subsystem> = subsystems.iter().filter(|subsystem| has_handle(subsystem)).collect();
    sorted.sort_by_key(|subsystem| module(subsystem).to_string());
    if sorted.is_empty() {
        return Files::new();
    }
    let directory = super::directory(NAME);
    let mut files = BTreeMap::from([
        (format!("{directory}/Cargo.toml"), manifest::subsystems(SPEC, options)),
        (format!("{directory}/rustfmt.toml"), manifest::rustfmt(SPEC)),
        (format!("{directory}/README.md"), readme(&sorted)),
        (format!("{directory}/src/lib.rs"), root(&sorted)),
    ]);
    for subsystem in sorted {
        files.insert(format!("{directory}/src/{}.rs", module(subsystem)), file(subsystem));
    }
    files
}

fn readme(subsystems: &[&Subsystem]) -> Generated {
    let mut text = format!(
        "<!-- {} -->\n\n# Resources as typed handles\n\nA driver holds what its device needs as values of these types. \
         \
         What may sleep takes a `Task`, what needs the supplier's power an `Active` of the consumer.\n\n\
         | module | resource | by itself |\n|---|---|---|\n",
        crate::emit::header(SPEC)
    );
    for subsystem in subsystems {
        let name = |index: &usize| format!("`{}`", subsystem.operations[*index].name);
        let list = |when: &str, indices: &[usize]| {
            let names: Vec<String> = indices.iter().map(name).collect();
            (!names.is_empty()).then(|| format!("{when}: {}", names.join(", ")))
        };
        let stages = [list("at probe", &subsystem.at_probe), list("at resume", &subsystem.at_resume)];
        let stages = stages.into_iter().flatten().collect::<Vec<_>>().join("; ");
        let what = docs::summary(&subsystem.doc).replace('|', "\\|");
        text.push_str(&format!("| `{}` | {what} | {stages} |\n", module(subsystem)));
    }
    Generated { text, spec: SPEC.to_string(), origins: Vec::new() }
}

fn root(subsystems: &[&Subsystem]) -> Generated {
    let docs = docs::inner(&[
        "Resources of devices as typed handles: a module for each kind, made from its spec.",
        "What may sleep takes a `Task`, what needs the supplier's power takes an `Active` of the consumer, and what the \
         spec says happens by itself needs no call at all.",
    ]);
    let modules = subsystems.iter().map(|subsystem| {
        let name = module(subsystem);
        quote!(pub mod #name;)
    });
    print::file(
        SPEC,
        quote! {
            #docs
            #![no_std]
            #![forbid(unsafe_code)]
            #![deny(missing_docs)]
            #(#modules)*
        },
    )
}

/// The file of one subsystem.
fn file(subsystem: &Subsystem) -> Generated {
    let spec = format!("subsystems/{}.yaml", subsystem.name);
    let title = match subsystem.doc.trim() {
        "" => format!("Resources of `{}`.", subsystem.name),
        doc => doc.to_string(),
    };
    let file_docs = docs::inner(&[&title]);
    let marker = marker(subsystem);
    let (name, key) = (&subsystem.name, &subsystem.key);
    let marker_docs = docs::outer(&[&format!("The subsystem `{name}`.")]);
    let methods = Methods::new(subsystem);
    let provided = methods.iter().map(provider_method);
    let handled = methods.iter().map(handle_method);
    let stage = stage(subsystem, &methods);
    let active = match methods.iter().any(|method| method.operation.power == Power::Active) {
        true => quote!(
            use linkwright::power::{Active, Device, SuppliedBy};
        ),
        false => quote!(
            use linkwright::power::Device;
        ),
    };
    print::file(
        &spec,
        quote! {
            #file_docs
            use linkwright::consumer::{self, Acquire, AcquireError, OperationError, Provides, Reference, Stage, Subsystem, Supplied};
            use linkwright::context::Task;
            #active

            #marker_docs
            #[derive(Debug)]
            pub enum #marker {}

            impl Subsystem for #marker {
                const NAME: &'static str = #name;
                const KEY: &'static str = #key;
                type Provider = dyn Provider;
            }

            /// What a driver that provides these resources does for their consumers.
            ///
            /// `args` is what a reference carries: it tells the resource. What is not implemented answers
            /// [`OperationError::Unsupported`].
            #[allow(unused_variables, reason = "operations that a provider does not have ignore what they are told")]
            pub trait Provider: Sync {
                #(#provided)*
            }

            /// A resource of a device, known by reference `R`.
            pub struct Handle<R: Reference<Subsystem = #marker>> {
                resource: Supplied<R>,
            }

            impl<R: Reference<Subsystem = #marker>> Handle<R> {
                #(#handled)*
            }

            impl<R: Reference<Subsystem = #marker>> consumer::Handle for Handle<R> {
                #stage

                fn release(self, _: &Task<'_>) {}
            }

            impl<R, B> Acquire<B> for Handle<R>
            where
                R: Reference<Subsystem = #marker>,
                B: Provides<R::Supplier, #marker>,
            {
                fn acquire(_: &Task<'_>) -> Result<Option<Self>, AcquireError> {
                    Ok(Supplied::find::<B>().map(|resource| Self { resource }))
                }
            }

            impl<R: Reference<Subsystem = #marker>> core::fmt::Debug for Handle<R> {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    write!(f, "{} of {}", R::NAME, R::Consumer::NAME)
                }
            }
        },
    )
}

/// An operation with its identifiers.
struct Method<'a> {
    operation: &'a Operation,
    path: String,
    name: Ident,
    args: Vec<(Ident, TokenStream)>,
    returns: TokenStream,
}

struct Methods<'a>(Vec<Method<'a>>);

impl<'a> Methods<'a> {
    fn new(subsystem: &'a Subsystem) -> Self {
        let mut names = Scope::with(&["stage", "release", "acquire", "fmt"]);
        let method = |operation: &'a Operation| {
            let mut args = Scope::with(&["self", "cx", "args", "power"]);
            let arg = |(name, kind): &(String, OperationType)| {
                (args.claim(&names::value_name(name), "_value"), operation_type(*kind))
            };
            Method {
                operation,
                path: format!("operations/{}", operation.name),
                name: names.claim(&names::value_name(&operation.name), "_operation"),
                args: operation.args.iter().map(arg).collect(),
                returns: operation.returns.map_or_else(|| quote!(()), operation_type),
            }
        };
        Self(subsystem.operations.iter().map(method).collect())
    }

    fn iter(&self) -> impl Iterator<Item = &Method<'a>> {
        self.0.iter()
    }
}

fn operation_type(kind: OperationType) -> TokenStream {
    let number = |sign: char, bits: u8| {
        let name = ident(&format!("{sign}{bits}"));
        quote!(#name)
    };
    match kind {
        OperationType::Bool => quote!(bool),
        OperationType::Unsigned(bits) => number('u', bits),
        OperationType::Signed(bits) => number('i', bits),
        OperationType::Handler => quote!(&'static (dyn Fn() + Sync)),
    }
}

fn method_docs(method: &Method<'_>, errors: &str) -> TokenStream {
    let context = match method.operation.context {
        Context::Sleepable => "Sleepable.",
        Context::Atomic => "Atomic.",
    };
    let text = match method.operation.doc.trim() {
        "" => format!("`{}`. {context}", method.operation.name),
        doc => format!("{doc} {context}"),
    };
    let mark = docs::from_spec(&method.path);
    let docs = docs::outer(&[&text]);
    let errors = format!(" {errors}");
    quote! {
        #mark #docs
        ///
        /// # Errors
        #[doc = #errors]
    }
}

fn provider_method(method: &Method<'_>) -> TokenStream {
    let Method { name, args, returns, .. } = method;
    let docs = method_docs(method, "[`OperationError`].");
    let cx = sleepable(method).then(|| quote!(cx: &Task<'_>,));
    let args = args.iter().map(|(name, kind)| quote!(, #name: #kind));
    quote! {
        #docs
        fn #name(&self, #cx args: &'static [u64] #(#args)*) -> Result<#returns, OperationError> {
            Err(OperationError::Unsupported)
        }
    }
}

fn handle_method(method: &Method<'_>) -> TokenStream {
    let Method { name, args, returns, .. } = method;
    let docs = method_docs(method, "What the provider answers.");
    let sleeps = sleepable(method);
    let (take, pass) = match sleeps {
        true => (quote!(, cx: &Task<'_>), quote!(cx,)),
        false => (quote!(), quote!()),
    };
    let check = sleeps.then(|| quote!(cx.might_sleep();));
    let active = method.operation.power == Power::Active;
    let power = active.then(|| quote!(, power: &Active<R::Consumer>));
    let proof = active.then(|| {
        quote!(
            where
                R::Consumer: SuppliedBy<R::Supplier>,
        )
    });
    let held = active.then(|| quote!(let _ = power;));
    let track = sleeps.then(|| quote!(#[track_caller]));
    let told = args.iter().map(|(name, kind)| quote!(, #name: #kind));
    let passed = args.iter().map(|(name, _)| quote!(, #name));
    quote! {
        #docs
        #track
        pub fn #name(&self #take #power #(#told)*) -> Result<#returns, OperationError> #proof {
            #held
            #check
            self.resource.provider().#name(#pass self.resource.args() #(#passed)*)
        }
    }
}

fn sleepable(method: &Method<'_>) -> bool {
    method.operation.context == Context::Sleepable
}

/// What happens by itself; on failure what was done is undone.
fn stage(subsystem: &Subsystem, methods: &Methods<'_>) -> TokenStream {
    let call = |index: usize| {
        let method = &methods.0[index];
        let name = &method.name;
        match sleepable(method) {
            true => quote!(self.#name(cx)),
            false => quote!(self.#name()),
        }
    };
    let undo = |index: usize| subsystem.operations[index].undo.map(call);
    let forward = |indices: &[usize]| {
        let steps = indices.iter().enumerate().map(|(at, &index)| {
            let call = call(index);
            let undone: Vec<_> = indices[..at].iter().rev().filter_map(|&before| undo(before)).collect();
            if undone.is_empty() {
                return quote!(#call?;);
            }
            quote! {
                if let Err(error) = #call {
                    #(let _ = #undone;)*
                    return Err(error);
                }
            }
        });
        quote!(#(#steps)*)
    };
    let backward = |indices: &[usize]| {
        let steps = indices.iter().rev().filter_map(|&index| undo(index)).map(|call| quote!(#call?;));
        quote!(#(#steps)*)
    };
    let (probe, remove) = (forward(&subsystem.at_probe), backward(&subsystem.at_probe));
    let (resume, suspend) = (forward(&subsystem.at_resume), backward(&subsystem.at_resume));
    let mut arms = Vec::new();
    for (name, body) in [("Probe", probe), ("Resume", resume), ("Suspend", suspend), ("Remove", remove)] {
        if !body.is_empty() {
            arms.push((ident(name), body));
        }
    }
    let unused = arms.is_empty().then(|| quote!(let _ = (cx, stage);));
    let body = match arms.as_slice() {
        [] => quote!(),
        [(name, body)] => quote! { if stage == Stage::#name { #body } },
        all => {
            let (names, bodies): (Vec<_>, Vec<_>) = all.iter().cloned().unzip();
            let rest = (all.len() < 4).then(|| quote!(_ => {}));
            quote! { match stage { #(Stage::#names => { #bodies })* #rest } }
        }
    };
    quote! {
        fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), OperationError> {
            #unused
            #body
            Ok(())
        }
    }
}
