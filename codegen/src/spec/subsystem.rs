use super::record::{record, words};
use super::{Map, Name, OneOrMany, Text, Version};
use crate::source::Spanned;

record! {
    /// A kind of resource: what a reference to one carries, and what it makes of consumer and supplier.
    Subsystem {
        /// Version of the format.
        "linkwright" => version: Spanned<Version>,
        /// Name of the subsystem.
        "subsystem" => name: Name,
        /// What it is.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// How `ip` and `soc` files spell it; default: the device-tree property.
        "key" => key: Option<Name>,
        /// What a reference carries.
        "reference" => reference: Option<ReferenceForm>,
        /// What each reference becomes, before any probe.
        "link" => link: Link,
        /// How device trees spell a reference.
        "devicetree" => devicetree: Option<DeviceTree>,
        /// What can be done with a resource.
        "operations" => operations: Map<Operation>,
    }
}

record! {
    /// What a reference carries after the provider's name.
    ReferenceForm {
        /// Types of the arguments, in order.
        "args" => args: Map<Spanned<ArgumentType>>,
    }
}

record! {
    /// What a reference makes of consumer and supplier.
    Link {
        /// How strong the link is.
        "class" => class: Spanned<LinkClass>,
        /// The supplier is resumed before the consumer; default false.
        "runtime_pm" => runtime_pm: Option<Spanned<bool>>,
    }
}

words! {
    /// How strong a link is.
    LinkClass {
        /// The consumer is not probed before the supplier.
        "hard" => Hard,
        /// As hard, unless the supplier has no driver.
        "optional" => Optional,
        /// No link.
        "ignore" => Ignore,
        /// No link of its own, and all other references between the two are as if they said `post_init: true`.
        "post-init" => PostInit,
    }
}

record! {
    /// How device trees spell a reference.
    DeviceTree {
        /// The property, or several; `*-supply` matches by suffix.
        "property" => property: OneOrMany<Text> [required],
        /// Property of the provider that counts a reference's cells.
        "cells" => cells: Option<Text>,
        /// Property of the consumer that names the references.
        "names" => names: Option<Text>,
    }
}

record! {
    /// Something that can be done with a resource.
    Operation {
        /// What it does.
        "doc" => doc: Option<Text>,
        /// Where the facts were read.
        "source" => source: Option<Text>,
        /// Where it may be called.
        "context" => context: Spanned<Context>,
        /// What must be on; default any.
        "power" => power: Option<Spanned<OperationPower>>,
    }
}

words! {
    /// Where an operation may be called.
    Context {
        /// It may sleep or allocate.
        "sleepable" => Sleepable,
        /// Anywhere, interrupt handlers included.
        "atomic" => Atomic,
    }
}

words! {
    /// What must be on for an operation.
    OperationPower {
        /// Nothing in particular.
        "any" => Any,
        /// The supplier is active.
        "active" => Active,
    }
}

/// What an argument of a reference holds: `u1` to `u32`, or `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentType {
    /// A number of so many bits.
    Bits(u8),
    /// A number, or a name that the provider's ip lists under `ids`.
    Id,
}

impl Subsystem {
    /// How `ip` and `soc` files spell it: the key, else the first device-tree property that is a name, else the name.
    pub fn key(&self) -> &str {
        if let Some(key) = &self.key {
            return key;
        }
        let mut properties = self.devicetree.iter().flat_map(|d| &d.property).map(|p| p.as_str());
        properties.find(|p| super::value::is_name(p)).unwrap_or(&self.name)
    }

    /// Arguments of a reference.
    pub fn args(&self) -> impl Iterator<Item = (&Name, &Spanned<ArgumentType>)> {
        self.reference.iter().flat_map(|r| r.args.iter())
    }
}
