//! How device trees spell references, as the subsystems' specs tell it.

use crate::source::Spanned;
use crate::spec::{DeviceTreeLayout, Subsystem};

/// A property of one subsystem.
#[derive(Debug)]
pub(super) struct Binding<'s> {
    pub(super) subsystem: &'s Subsystem,
    /// Which of the subsystem's properties.
    pub(super) number: usize,
    matches: Match<'s>,
    /// Property of the provider that counts a reference's cells.
    pub(super) cells: Option<&'s str>,
    /// Property of the consumer that names the references.
    pub(super) names: Option<&'s str>,
    pub(super) layout: DeviceTreeLayout,
    pub(super) implied: Option<Implied<'s>>,
    except: Vec<Match<'s>>,
    /// In nodes with this property nothing is referred to.
    pub(super) unless: Option<&'s str>,
    /// A provider that does not count its cells asks for none.
    pub(super) optional_cells: bool,
    /// The last of several cells tells how, not which.
    pub(super) flags: bool,
    /// A name may stand for two entries.
    pub(super) paired: bool,
    /// What is referred to refers back.
    pub(super) mutual: bool,
}

/// Where the provider of entries without a phandle is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Implied<'s> {
    pub(super) provider: &'s str,
    pub(super) nexus: Option<&'s str>,
    pub(super) end: Option<&'s str>,
}

#[derive(Debug)]
enum Match<'s> {
    Whole(&'s str),
    Suffix(&'s str),
}

impl<'s> Match<'s> {
    fn new(pattern: &'s str) -> Self {
        pattern.strip_prefix('*').map_or(Self::Whole(pattern), Self::Suffix)
    }

    fn is(&self, property: &str) -> bool {
        match self {
            Self::Whole(whole) => property == *whole,
            Self::Suffix(suffix) => property.len() > suffix.len() && property.ends_with(suffix),
        }
    }
}

impl Binding<'_> {
    /// What is before the suffix, if the property is known by one: `vdd` of `vdd-supply`.
    pub(super) fn stem<'p>(&self, property: &'p str) -> Option<&'p str> {
        match self.matches {
            Match::Whole(_) => None,
            Match::Suffix(suffix) => property.strip_suffix(suffix),
        }
    }

    /// The property is one of a numbered series (`pinctrl-0`), each with one name.
    pub(super) fn is_series(&self) -> bool {
        self.names.is_some() && matches!(self.matches, Match::Whole(name) if series(name).is_some())
    }

    /// The only argument of the subsystem that may be a name, if it has no other.
    pub(super) fn id_argument(&self) -> Option<&str> {
        let mut args = self.subsystem.args();
        match (args.next(), args.next()) {
            (Some((name, kind)), None) if kind.value == crate::spec::ArgumentType::Id => Some(&name.value),
            _ => None,
        }
    }
}

/// The number at the end of `pinctrl-0`.
fn series(property: &str) -> Option<usize> {
    property.rsplit_once('-')?.1.parse().ok()
}

/// All bindings, those of whole names first.
pub(super) fn of<'s>(subsystems: impl Iterator<Item = &'s Subsystem>) -> Vec<Binding<'s>> {
    let mut bindings = Vec::new();
    for subsystem in subsystems {
        let Some(devicetree) = &subsystem.devicetree else { continue };
        let yes = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
        let text = |text: &'s Option<crate::spec::Text>| text.as_ref().map(|text| text.as_str());
        for (number, property) in devicetree.property.iter().enumerate() {
            let implied = devicetree.implied.as_ref().filter(|implied| implied.property.as_str() == property.as_str());
            bindings.push(Binding {
                subsystem,
                number: series(property).unwrap_or(number),
                matches: Match::new(property),
                cells: text(&devicetree.cells),
                names: text(&devicetree.names),
                layout: devicetree.layout.as_ref().map_or(DeviceTreeLayout::References, |layout| layout.value),
                implied: implied.map(|implied| Implied {
                    provider: implied.provider.as_str(),
                    nexus: text(&implied.nexus),
                    end: text(&implied.end),
                }),
                except: devicetree.except.iter().map(|except| Match::new(except)).collect(),
                unless: text(&devicetree.unless),
                optional_cells: yes(&devicetree.optional_cells),
                flags: yes(&devicetree.flags),
                paired: yes(&devicetree.paired),
                mutual: yes(&devicetree.mutual),
            });
        }
    }
    bindings.sort_by_key(|binding| matches!(binding.matches, Match::Suffix(_)));
    bindings
}

/// The binding that a property is of.
pub(super) fn find(bindings: &[Binding<'_>], property: &str) -> Option<usize> {
    let is = |binding: &Binding<'_>| binding.matches.is(property) && !binding.except.iter().any(|e| e.is(property));
    bindings.iter().position(is)
}
