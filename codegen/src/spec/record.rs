//! The two macros that declare the format: each gives a type, its decoder and its schema from one list.

/// A mapping with known keys.
///
/// `"key" => field: Type,` per key. A key may be missing if its type says so ([`Decode::missing`]): `Option`, `Map`
/// and `List` do; `[required]` behind such a type asks for the key and for something in it.
/// `short "key"` lets a lone value stand for a mapping with that key alone.
/// `rest field: Type ["What they are."]` collects the keys that are not listed.
///
/// [`Decode::missing`]: super::decode::Decode::missing
macro_rules! record {
    (
        $(#[doc = $doc:literal])*
        $name:ident $(short $short:literal)? {
            $( $(#[doc = $field_doc:literal])* $key:literal => $field:ident: $ty:ty $([$required:ident])?, )*
            $( rest $rest:ident: $rest_ty:ty [$rest_doc:literal], )?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $ty, )*
            $( #[doc = $rest_doc] pub $rest: $rest_ty, )?
            /// The key or list item under which it stands.
            pub span: $crate::source::Span,
        }

        impl $crate::spec::decode::Record for $name {
            const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl $crate::spec::decode::Decode for $name {
            #[allow(unused_mut, unused_variables, reason = "a record may have no keys and no rest")]
            fn decode(
                node: &$crate::yaml::Node,
                at: $crate::spec::decode::At<'_>,
                cx: &mut $crate::spec::decode::Cx<'_>,
            ) -> Option<Self> {
                let short: Option<&'static str> = { None $( .or(Some($short)) )? };
                let keys = <Self as $crate::spec::decode::Record>::KEYS;
                let mut fields = $crate::spec::decode::Fields::open(node, at, short, keys, cx)?;
                $(
                    let required = false $( || stringify!($required) == "required" )?;
                    let $field = fields.take::<$ty>($key, required, cx);
                )*
                $( let $rest = <$rest_ty as $crate::spec::decode::Rest>::collect(fields.rest(), cx); )?
                fields.close(keys, cx);
                Some(Self {
                    $( $field: $field?, )*
                    $( $rest, )?
                    span: at.span,
                })
            }

            #[cfg(feature = "schema")]
            fn describe(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            #[allow(unused_mut, unused_variables, reason = "a record may have no keys and no rest")]
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut object = $crate::spec::describe::Object::new(&[$($doc),*]);
                $(
                    let required = false $( || stringify!($required) == "required" )?;
                    object.property::<$ty>(generator, $key, &[$($field_doc),*], required);
                )*
                $( object.short($short); )?
                $( object.rest::<$rest_ty>(generator); )?
                object.finish()
            }
        }
    };
}

/// A word from a fixed set.
macro_rules! words {
    (
        $(#[doc = $doc:literal])*
        $name:ident { $( $(#[doc = $word_doc:literal])* $word:literal => $variant:ident, )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $word_doc])* $variant, )* }

        impl $name {
            /// All words, as they are written.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl $crate::spec::decode::Leaf for $name {
            fn read(
                node: &$crate::yaml::Node,
                at: $crate::spec::decode::At<'_>,
                cx: &mut $crate::spec::decode::Cx<'_>,
            ) -> Option<Self> {
                match cx.word(node, at, Self::WORDS)? {
                    $( $word => Some(Self::$variant), )*
                    _ => None,
                }
            }

            #[cfg(feature = "schema")]
            fn describe(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::spec::describe::words(&[$($doc),*], &[$(($word, &[$($word_doc),*])),*])
            }
        }
    };
}

pub(crate) use {record, words};
