//! What reading and writing does.

use svd_parser::svd::{Access as SvdAccess, ModifiedWriteValues, ReadAction};

use super::model::Access;

/// Access, and what a spec has no word for.
pub(super) struct Meaning {
    pub(super) access: Access,
    pub(super) notes: Vec<&'static str>,
}

pub(super) fn meaning(access: SvdAccess, writes: Option<ModifiedWriteValues>) -> Meaning {
    let mut notes = Vec::new();
    let plain = match access {
        SvdAccess::ReadOnly => Access::ReadOnly,
        SvdAccess::ReadWrite => Access::ReadWrite,
        SvdAccess::WriteOnly => Access::WriteOnly,
        SvdAccess::ReadWriteOnce => {
            notes.push("Only the first write after a reset counts.");
            Access::ReadWrite
        }
        SvdAccess::WriteOnce => {
            notes.push("Only the first write after a reset counts.");
            Access::WriteOnly
        }
    };
    let Some(writes) = writes.filter(|_| plain.writes()) else { return Meaning { access: plain, notes } };
    use ModifiedWriteValues as W;
    let (acts, note) = match writes {
        W::OneToClear => (Some(Access::OneToClear), "Writing a one clears that bit."),
        W::OneToSet => (Some(Access::OneToSet), "Writing a one sets that bit."),
        W::OneToToggle => (Some(Access::OneToToggle), "Writing a one toggles that bit."),
        W::ZeroToClear => (Some(Access::ZeroToClear), "Writing a zero clears that bit."),
        W::ZeroToSet => (None, "Writing a zero sets that bit."),
        W::ZeroToToggle => (None, "Writing a zero toggles that bit."),
        W::Clear => (None, "Writing any value clears all bits."),
        W::Set => (None, "Writing any value sets all bits."),
        W::Modify => (None, ""),
    };
    let access = match acts {
        Some(acts) if plain == Access::ReadWrite => acts,
        // A spec has a word for those that can be read as well.
        _ => {
            notes.extend((!note.is_empty()).then_some(note));
            plain
        }
    };
    Meaning { access, notes }
}

/// Does reading change something, and what?
pub(super) fn read_action(action: Option<ReadAction>) -> Option<&'static str> {
    Some(match action? {
        ReadAction::Clear => "Reading clears it.",
        ReadAction::Set => "Reading sets it.",
        ReadAction::Modify => "Reading changes it.",
        ReadAction::ModifyExternal => "Reading changes something elsewhere.",
    })
}
