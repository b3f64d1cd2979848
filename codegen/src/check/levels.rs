//! What a project wants to hear: the level of each rule.

use std::collections::HashMap;

use super::Rule;
use crate::report::{Diagnostics, Level};

/// How a project takes a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Say nothing.
    Allow,
    /// Report as a warning.
    Warn,
    /// Report as an error.
    Deny,
}

/// Why a rule cannot be set so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed;

/// The rules that a project takes otherwise than they are.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    settings: HashMap<&'static str, Setting>,
}

impl Levels {
    /// Take a rule so; what was said of it before no longer counts.
    ///
    /// # Errors
    /// What breaks the rule cannot be generated, so it stays an error.
    pub fn set(&mut self, rule: &Rule, setting: Setting) -> Result<(), Fixed> {
        if rule.fixed && setting != Setting::Deny {
            return Err(Fixed);
        }
        self.settings.insert(rule.id, setting);
        Ok(())
    }

    /// With the settings of `other`, which go before.
    pub fn extend(&mut self, other: &Levels) {
        self.settings.extend(&other.settings);
    }

    /// Findings at the level that the project wants.
    pub(crate) fn apply(&self, findings: Diagnostics) -> Diagnostics {
        let mut out = Diagnostics::new();
        for mut finding in findings {
            match self.settings.get(finding.rule) {
                Some(Setting::Allow) => continue,
                Some(Setting::Warn) => finding.level = Level::Warning,
                Some(Setting::Deny) => finding.level = Level::Error,
                None => {}
            }
            out.push(finding);
        }
        out
    }
}
