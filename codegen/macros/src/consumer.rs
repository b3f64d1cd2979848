use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Expr, Fields, GenericParam, Ident, Path, Result, Token, Type};

/// What the attribute of the struct says.
struct About {
    /// The module `driver` of the ip's crate.
    driver: Path,
    instance: Type,
    board: Type,
}

/// A field that is no resource, and what it begins as.
struct Skipped<'a> {
    name: &'a Ident,
    value: Option<Expr>,
}

struct Held<'a> {
    name: &'a Ident,
    ty: &'a Type,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "a driver is a struct whose fields are the resources of its device",
        ));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "give the fields names: they are the resources of the device"));
    };
    let about = about(input);
    let mut held = Vec::new();
    let mut skipped = Vec::new();
    let mut errors: Option<Error> = None;
    let mut failed = |error: Error| match &mut errors {
        Some(all) => all.combine(error),
        none => *none = Some(error),
    };
    for field in &fields.named {
        let Some(name) = &field.ident else { continue };
        match skip(field) {
            Ok(Some(value)) => skipped.push(Skipped { name, value }),
            Ok(None) => held.push(Held { name, ty: &field.ty }),
            Err(error) => failed(error),
        }
    }
    let about = match (about, errors) {
        (Ok(about), None) => about,
        (Ok(_), Some(errors)) => return Err(errors),
        (Err(error), None) => return Err(error),
        (Err(mut error), Some(errors)) => {
            error.combine(errors);
            return Err(error);
        }
    };
    Ok(implement(input, &about, &held, &skipped))
}

fn about(input: &DeriveInput) -> Result<About> {
    let mut driver = None;
    let mut instance = None;
    let mut board = None;
    let mut seen = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("consumer")) {
        seen = Some(attribute);
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("instance") && meta.input.peek(Token![=]) {
                instance = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("board") && meta.input.peek(Token![=]) {
                board = Some(meta.value()?.parse()?);
            } else if meta.input.peek(Token![=]) || driver.is_some() {
                return Err(
                    meta.error("expected the module `driver` of the ip's crate, `instance = TYPE` or `board = TYPE`")
                );
            } else {
                driver = Some(meta.path);
            }
            Ok(())
        })?;
    }
    let driver = driver.ok_or_else(|| match seen {
        Some(attribute) => Error::new_spanned(attribute, "name the module `driver` of the ip's crate here"),
        None => Error::new_spanned(
            &input.ident,
            "say which ip it drives: `#[consumer(path::to::driver)]` with the module `driver` of the ip's crate",
        ),
    })?;
    let mut parameters = input.generics.type_params().map(|parameter| {
        let name = &parameter.ident;
        syn::parse_quote!(#name)
    });
    let missing = |what: &str, key: &str| {
        Error::new_spanned(
            &input.ident,
            format!("make the driver generic over its {what}, or name it: `#[consumer(…, {key} = TYPE)]`"),
        )
    };
    // Parameters stand for those that are not named, in this order.
    let instance = match instance {
        Some(named) => named,
        None => parameters.next().ok_or_else(|| missing("device", "instance"))?,
    };
    let board = match board {
        Some(named) => named,
        None => parameters.next().ok_or_else(|| missing("board", "board"))?,
    };
    Ok(About { driver, instance, board })
}

/// `Some` for a field that is no resource.
fn skip(field: &syn::Field) -> Result<Option<Option<Expr>>> {
    let mut out = None;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("consumer")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("skip") {
                return Err(meta.error("expected `skip` or `skip = EXPRESSION`"));
            }
            out = Some(if meta.input.peek(Token![=]) { Some(meta.value()?.parse()?) } else { None });
            Ok(())
        })?;
    }
    Ok(out)
}

fn implement(input: &DeriveInput, about: &About, held: &[Held<'_>], skipped: &[Skipped<'_>]) -> TokenStream {
    let name = &input.ident;
    let (generics, arguments, clause) = input.generics.split_for_impl();
    let About { driver, instance, board } = about;
    let field = |ty: &Type| quote_spanned!(ty.span()=> <#ty as #driver::Field<#instance, #board>>);
    let names: Vec<&Ident> = held.iter().map(|held| held.name).collect();
    let indices: Vec<_> = held.iter().map(|held| field(held.ty)).map(|field| quote!(#field::INDEX)).collect();
    let resources = held.iter().map(|held| field(held.ty)).map(|field| quote!(#field::NAME));
    let release = |held: &Held<'_>| {
        let (name, field) = (held.name, field(held.ty));
        quote!(#field::release(#name, cx);)
    };
    let staged = held.iter().map(|held| {
        let (name, field) = (held.name, field(held.ty));
        quote!(#field::staged(&self.#name))
    });
    let acquired = held.iter().enumerate().map(|(i, own)| {
        let (name, field) = (own.name, field(own.ty));
        if i == 0 {
            return quote!(let #name = #field::acquire(cx)?;);
        }
        let before = held[..i].iter().rev().map(release);
        quote! {
            let #name = match #field::acquire(cx) {
                Ok(resource) => resource,
                Err(error) => {
                    #(#before)*
                    return Err(error);
                }
            };
        }
    });
    let defaults = skipped.iter().map(|skipped| {
        let name = skipped.name;
        match &skipped.value {
            Some(value) => quote!(#name: #value),
            None => quote!(#name: ::core::default::Default::default()),
        }
    });
    let backward: Vec<_> = held.iter().rev().map(release).collect();
    let unused = held.is_empty().then(|| quote!(let _ = cx;));
    let checked = format_ident!("__{}_FIELDS", name.to_string().to_uppercase());
    // Parameters only for device and board: then the driver can be checked for a device of no SoC, before it is used.
    let is_parameter = |ty: &Type, parameter: &GenericParam| match (ty, parameter) {
        (Type::Path(path), GenericParam::Type(parameter)) => path.path.is_ident(&parameter.ident),
        _ => false,
    };
    let example = input.generics.params.iter().map(|parameter| {
        if is_parameter(instance, parameter) {
            Some(quote!(::linkwright::consumer::Example))
        } else if is_parameter(board, parameter) {
            Some(quote!(::linkwright::consumer::ExampleBoard))
        } else {
            None
        }
    });
    let example: Option<Vec<_>> = example.collect();
    let early = example.map(|arguments| quote!(const _: () = <#name<#(#arguments),*>>::#checked;));
    quote! {
        #[automatically_derived]
        impl #generics #name #arguments #clause {
            #[doc(hidden)]
            const #checked: () = #driver::check(&[#(#indices),*]);
        }

        #early

        #[automatically_derived]
        impl #generics ::linkwright::consumer::Consumer for #name #arguments #clause {
            type Device = #instance;
            type Board = #board;
            const RESOURCES: &'static [&'static str] = &[#(#resources),*];

            fn acquire(
                cx: &::linkwright::context::Task<'_>,
            ) -> ::core::result::Result<Self, ::linkwright::consumer::AcquireError> {
                const { Self::#checked };
                #unused
                #(#acquired)*
                let driver = Self { #(#names,)* #(#defaults,)* };
                if let Err(error) =
                    ::linkwright::consumer::Consumer::stage(&driver, cx, ::linkwright::consumer::Stage::Probe)
                {
                    let Self { #(#names,)* .. } = driver;
                    #(#backward)*
                    return Err(error);
                }
                Ok(driver)
            }

            fn release(self, cx: &::linkwright::context::Task<'_>) {
                // A provider that refuses cannot keep the driver from going.
                let _ = ::linkwright::consumer::Consumer::stage(&self, cx, ::linkwright::consumer::Stage::Remove);
                let Self { #(#names,)* .. } = self;
                #(#backward)*
            }

            fn stage(
                &self,
                cx: &::linkwright::context::Task<'_>,
                stage: ::linkwright::consumer::Stage,
            ) -> ::core::result::Result<(), ::linkwright::consumer::AcquireError> {
                ::linkwright::consumer::stage_all(cx, &mut [#(#staged),*], stage)
            }
        }
    }
}
