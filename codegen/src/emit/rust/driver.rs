//! `driver.rs` of an ip's crate: what its driver is made of.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::imports::import;
use super::map::Map;
use super::needs::{Need, direction_and_word};
use super::{device, docs, manifest, print, subsystem};
use crate::emit::Generated;
use crate::lower::Ip;

/// The file. `block` is the type of the ip's registers.
pub(super) fn emit(ip: &Ip, map: &Map<'_>, block: &Ident, needs: &[Need<'_>]) -> Generated {
    let parts = Parts::of(ip);
    let title = format!("What the driver of a `{}` is made of.", ip.name);
    let about = "A driver knows no SoC: it is generic over an `Instance` and the `Board` it is on. Its struct has fields \
                 of the types below and derives `Consumer`.";
    let docs = docs::inner(&[&title, about]);
    let instance = instance(ip, needs);
    let board = board(ip, map, needs, parts);
    let field = field(ip, needs, parts);
    let own = match parts {
        Parts::Registers => window(ip, block, device::saves(ip, map)),
        Parts::Engine => engine(ip),
    };
    let held = held(needs);
    let check = check(ip, needs);
    let body = quote! { #instance #board #field #check #own #held };
    let names = [
        "Acquire",
        "AcquireError",
        "Example",
        "Handle",
        "Mapped",
        "OperationError",
        "Provides",
        "Reference",
        "Stage",
        "Staged",
    ];
    let consumer = import(&quote!(linkwright::consumer), &names, &body);
    let bus = import(&quote!(linkwright::mmio), &["Bus"], &body);
    let lock = import(&quote!(linkwright::sync), &["Lock"], &body);
    let phantom = import(&quote!(core::marker), &["PhantomData"], &body);
    print::file(&ip.file, quote! { #docs #phantom #consumer use linkwright::context::Task; #bus #lock #body })
}

/// What a driver holds beside the entries of `consumes`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    /// The registers.
    Registers,
    /// The runtime's engine, which drives the registers alone.
    Engine,
}

impl Parts {
    fn of(ip: &Ip) -> Self {
        if ip.engine.is_some() { Self::Engine } else { Self::Registers }
    }

    /// Its field type, as messages name it.
    fn field(self) -> &'static str {
        match self {
            Self::Registers => "`Registers<I, B>`",
            Self::Engine => "`Engine<I, B>`",
        }
    }
}

fn instance(ip: &Ip, needs: &[Need<'_>]) -> TokenStream {
    let types = needs.iter().map(|need| {
        let Need { associated, dotted, .. } = need;
        let docs = docs::outer(&[&docs::titled(dotted, need.doc)]);
        let mark = mark(need);
        let marker = need.marker();
        let endpoint = need.port.map(|port| {
            let (direction, word) = direction_and_word(port);
            quote!(linkwright::dma::Endpoint<Peer = Self, Direction = #direction, Word = #word> +)
        });
        quote! {
            #mark #docs
            type #associated: #endpoint Reference<Consumer = Self, Subsystem = #marker>;
        }
    });
    let example = needs.iter().map(|need| {
        let associated = &need.associated;
        let absent = need.absent(&quote!(Example));
        quote!(type #associated = #absent;)
    });
    let docs = docs::outer(&[&format!("A `{}` of some SoC: implemented by the generated crate of the SoC.", ip.name)]);
    let message = format!("`{{Self}}` is no `{}`", ip.name);
    let label = format!("not described by {}", ip.file);
    let note = format!(
        "its instances are the devices with `ip: {}` in a SoC's spec; the crate generated from that has a type for each",
        ip.name
    );
    quote! {
        #docs
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        pub trait Instance: Mapped {
            #(#types)*
        }

        impl Instance for Example {
            #(#example)*
        }
    }
}

fn board(ip: &Ip, map: &Map<'_>, needs: &[Need<'_>], parts: Parts) -> TokenStream {
    let bus = (parts == Parts::Registers).then(|| {
        let bus = device::bus(map);
        quote!(<Bus: #bus>)
    });
    let provides = needs.iter().map(|need| {
        let associated = &need.associated;
        let marker = need.marker();
        quote! {
            Provides<<I::#associated as Reference>::Supplier, #marker>
        }
    });
    let engine = (parts == Parts::Engine).then(|| quote!(+ Provides<I, linkwright::consumer::Dma>));
    let bounds = quote!(linkwright::consumer::Board #bus #engine #(+ #provides)*);
    let docs = docs::outer(&[&format!(
        "A board on which the `{}` `I` can be driven: it has a driver for each of its suppliers.",
        ip.name
    )]);
    quote! {
        #docs
        pub trait Board<I: Instance>: #bounds {}

        impl<I: Instance, B: #bounds> Board<I> for B {}
    }
}

fn field(ip: &Ip, needs: &[Need<'_>], parts: Parts) -> TokenStream {
    let list = |of: &dyn Fn(&Need<'_>) -> String| needs.iter().map(of).collect::<String>();
    let own = parts.field();
    let types = list(&|need| format!(", `{}::{}<I>`", need.module, need.field));
    let message = format!("`{{Self}}` is no resource of a `{}`", ip.name);
    let note = format!("its fields have these types of the ip's crate: {own}{types}");
    let change = format!(
        "give the field one of them, mark it `#[consumer(skip)]`, or list the resource under `consumes` in {}",
        ip.file
    );
    let label = format!("not in {}", ip.file);
    quote! {
        /// A field of the driver of `I` on board `B`.
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note, note = #change)]
        pub trait Field<I: Instance, B>: Staged + Sized {
            /// Which resource, for [`check`].
            const INDEX: usize;
            /// What it is called in the spec.
            const NAME: &'static str;

            /// Acquire it. Sleepable.
            ///
            /// # Errors
            /// [`AcquireError`].
            fn acquire(cx: &Task<'_>) -> Result<Self, AcquireError>;

            /// Give it back. Sleepable.
            fn release(self, cx: &Task<'_>);

            /// It, whatever its type.
            fn staged(&self) -> &dyn Staged {
                self
            }
        }
    }
}

/// The completeness of a driver's fields, as a constant function.
fn check(ip: &Ip, needs: &[Need<'_>]) -> TokenStream {
    let missing = needs.iter().filter(|need| !need.optional).map(|need| {
        let index = index(needs, need);
        let text = format!(
            "the driver has no field for `{}`, which {} lists under `consumes`: add a field of type `{}::{}<I>`, or make \
             the resource optional there",
            need.dotted, ip.file, need.module, need.field
        );
        quote!(assert!(count(fields, #index) > 0, #text);)
    });
    let twice = needs.iter().map(|need| {
        let index = index(needs, need);
        let text = format!("the driver has two fields for `{}`, which {} lists once: remove one", need.dotted, ip.file);
        quote!(assert!(count(fields, #index) < 2, #text);)
    });
    let count = (!needs.is_empty()).then(|| {
        quote! {
            const fn count(fields: &[usize], index: usize) -> usize {
                let (mut i, mut found) = (0, 0);
                while i < fields.len() {
                    if fields[i] == index {
                        found += 1;
                    }
                    i += 1;
                }
                found
            }
        }
    });
    let unused = needs.is_empty().then(|| quote!(let _ = fields;));
    quote! {
        /// Are these the fields that a driver must have?
        ///
        /// # Panics
        /// If not, at compile time, with what to do.
        pub const fn check(fields: &[usize]) {
            #unused
            #(#missing)*
            #(#twice)*
        }

        #count
    }
}

/// The registers are no entry of `consumes`.
fn index(needs: &[Need<'_>], need: &Need<'_>) -> usize {
    1 + needs.iter().position(|other| other.associated == need.associated).unwrap_or(0)
}

/// The engine as a field: what it must write after a power loss it knows itself.
fn engine(ip: &Ip) -> TokenStream {
    let docs = docs::outer(&[
        &format!("The runtime's engine for the `{}` `I`: the board names it as the provider of its channels.", ip.name),
        "What a power loss costs the controller is written back after it.",
    ]);
    quote! {
        #docs
        pub struct Engine<I, B> {
            place: PhantomData<fn() -> (I, B)>,
        }

        impl<I: Instance, B: Board<I>> Staged for Engine<I, B> {
            fn name(&self) -> &'static str {
                "engine"
            }

            fn order(&self) -> usize {
                usize::MAX
            }

            fn stage(&self, _: &Task<'_>, stage: Stage) -> Result<(), OperationError> {
                if stage == Stage::Resume
                    && let Some(engine) = <B as Provides<I, linkwright::consumer::Dma>>::provider()
                {
                    engine.restore();
                }
                Ok(())
            }
        }

        impl<I: Instance, B: Board<I>> Field<I, B> for Engine<I, B> {
            const INDEX: usize = 0;
            const NAME: &'static str = "engine";

            fn acquire(_: &Task<'_>) -> Result<Self, AcquireError> {
                Ok(Self { place: PhantomData })
            }

            fn release(self, _: &Task<'_>) {}
        }
    }
}

fn window(ip: &Ip, block: &Ident, saves: bool) -> TokenStream {
    let restored =
        if saves { "Those that a power loss costs are saved before it and written back after it." } else { "" };
    let docs = docs::outer(&[&format!("The registers of the `{}` `I`.", ip.name), restored]);
    let (field, empty) = match saves {
        true => (quote!(saved: Lock<Option<super::Saved>>,), quote!(saved: Lock::new(None),)),
        false => (quote!(), quote!()),
    };
    let stage = match saves {
        true => quote! {
            match stage {
                Stage::Suspend => {
                    let saved = self.block.save();
                    self.saved.with(|place| *place = Some(saved));
                }
                Stage::Resume => {
                    if let Some(saved) = self.saved.with(Option::take) {
                        self.block.restore(&saved);
                    }
                }
                _ => {}
            }
            Ok(())
        },
        false => quote! {
            let _ = stage;
            Ok(())
        },
    };
    quote! {
        #docs
        pub struct Registers<I, B: linkwright::consumer::Board> {
            block: super::#block<B::Bus>,
            #field
            instance: PhantomData<fn() -> I>,
        }

        impl<I, B: linkwright::consumer::Board> core::ops::Deref for Registers<I, B> {
            type Target = super::#block<B::Bus>;
            fn deref(&self) -> &Self::Target {
                &self.block
            }
        }

        impl<I: Instance, B: Board<I>> Staged for Registers<I, B> {
            fn name(&self) -> &'static str {
                "registers"
            }

            fn order(&self) -> usize {
                usize::MAX
            }

            fn stage(
                &self,
                _: &Task<'_>,
                stage: Stage,
            ) -> Result<(), OperationError> {
                #stage
            }
        }

        impl<I: Instance, B: Board<I>> Field<I, B> for Registers<I, B> {
            const INDEX: usize = 0;
            const NAME: &'static str = "registers";

            fn acquire(_: &Task<'_>) -> Result<Self, AcquireError> {
                let bus = linkwright::consumer::window::<I, B>()?;
                Ok(Self { block: super::#block::new(bus), #empty instance: PhantomData })
            }

            fn release(self, _: &Task<'_>) {}
        }
    }
}

/// The type behind all fields that are references, and a name for each of them in a module for each subsystem.
fn held(needs: &[Need<'_>]) -> TokenStream {
    if needs.is_empty() {
        return quote!();
    }
    let each = needs.iter().map(|need| {
        let Need { associated, dotted, optional, .. } = need;
        let index = index(needs, need);
        let mark = mark(need);
        let handle = handle(need, &quote!(I::#associated));
        let required = !optional;
        quote! {
            #mark
            impl<I: Instance> Need<#index> for I {
                type Handle = #handle;
                const NAME: &'static str = #dotted;
                const REQUIRED: bool = #required;
            }
        }
    });
    let mut names: Vec<&Ident> = Vec::new();
    for need in needs {
        if !names.contains(&&need.module) {
            names.push(&need.module);
        }
    }
    let modules = names.into_iter().map(|name| {
        let own: Vec<&Need<'_>> = needs.iter().filter(|need| need.module == *name).collect();
        let types = own.iter().map(|need| {
            let Need { field, dotted, .. } = need;
            let mark = mark(need);
            let absent = match (need.port.is_some(), need.optional) {
                (true, true) => "`None` where a SoC does not wire it, and when taken out to be prepared.",
                (true, false) => "`None` when taken out to be prepared.",
                (false, true) => "`None` where a SoC does not wire it.",
                (false, false) => "",
            };
            let docs = docs::outer(&[&docs::titled(dotted, need.doc), absent]);
            let index = index(needs, need);
            quote! { #mark #docs pub type #field<I> = super::Held<I, #index>; }
        });
        let docs = docs::outer(&[&format!("Its `{}`.", own[0].subsystem.key)]);
        quote! { #docs pub mod #name { #(#types)* } }
    });
    quote! {
        /// What resource `N` of an instance is.
        pub trait Need<const N: usize>: Instance {
            /// What stands for it.
            type Handle: Handle;
            /// What it is called in the spec.
            const NAME: &'static str;
            /// Every SoC wires it.
            const REQUIRED: bool;
        }

        #(#each)*

        /// Resource `N` of `I`; the modules below have a name for each.
        pub struct Held<I: Need<N>, const N: usize>(I::Handle);

        impl<I: Need<N>, const N: usize> core::ops::Deref for Held<I, N> {
            type Target = I::Handle;
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<I: Need<N>, const N: usize> core::ops::DerefMut for Held<I, N> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl<I: Need<N>, const N: usize> Staged for Held<I, N> {
            fn name(&self) -> &'static str {
                <I as Need<N>>::NAME
            }

            fn order(&self) -> usize {
                N
            }

            fn stage(&self, cx: &Task<'_>, stage: Stage) -> Result<(), OperationError> {
                self.0.stage(cx, stage)
            }
        }

        impl<I: Need<N>, B, const N: usize> Field<I, B> for Held<I, N>
        where
            I::Handle: Acquire<B>,
        {
            const INDEX: usize = N;
            const NAME: &'static str = <I as Need<N>>::NAME;

            fn acquire(cx: &Task<'_>) -> Result<Self, AcquireError> {
                I::Handle::acquire(cx)?.map(Self).ok_or(AcquireError::NotWired(<I as Need<N>>::NAME))
            }

            fn release(self, cx: &Task<'_>) {
                self.0.release(cx);
            }
        }

        #(#modules)*
    }
}

/// What stands for a resource known by `reference`.
fn handle(need: &Need<'_>, reference: &TokenStream) -> TokenStream {
    match need.port {
        Some(_) => quote!(Option<linkwright::dma::Channel<#reference>>),
        None => {
            let library = manifest::crate_name(subsystem::NAME);
            let module = subsystem::module(need.subsystem);
            let handle = quote!(#library::#module::Handle<#reference>);
            if need.optional { quote!(Option<#handle>) } else { handle }
        }
    }
}

fn mark(need: &Need<'_>) -> TokenStream {
    let path = match need.name {
        "" => format!("consumes/{}", need.subsystem.key),
        name => format!("consumes/{}/{name}", need.subsystem.key),
    };
    docs::from_spec(&path)
}
