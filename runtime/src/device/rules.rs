//! Where this model deliberately differs from Linux 6.12, as switches.

/// Each rule `true`: as this project wants it; `false`: as Linux 6.12 does. See `DEVIATIONS.md`.
///
/// The switches exist so that a replay of kernel traces can prove that a difference comes from a listed rule and from
/// nothing else. Firmware uses [`Rules::default`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// L-9: a managed link from a probing consumer to an unbound supplier is answered with "defer".
    pub defer_link_in_probe: bool,
    /// L-10: a device that the gate deferred counts as unbound, not as probing.
    pub deferred_is_unbound: bool,
    /// D-2: a device that the gate deferred is retried only when what it waits for changed.
    pub retry_when_awaited: bool,
    /// when a consumer's resume failed, its suppliers are checked for idleness.
    pub idle_after_failed_resume: bool,
    /// a retryable error of a resume is not latched.
    pub retryable_not_latched: bool,
    /// the autosuspend delay of a supplier counts from when its last consumer let go of it.
    pub release_is_use: bool,
    /// Q4: a link that the core gives up but a stateless user keeps is not tracked any more. (Linux leaves it "dormant",
    /// so concurrent system sleep does not wait for its ends.)
    pub untracked_when_given_up: bool,
}

impl Rules {
    /// As Linux 6.12 does.
    pub const LINUX: Self = Self {
        defer_link_in_probe: false,
        deferred_is_unbound: false,
        retry_when_awaited: false,
        idle_after_failed_resume: false,
        retryable_not_latched: false,
        release_is_use: false,
        untracked_when_given_up: false,
    };
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            defer_link_in_probe: true,
            deferred_is_unbound: true,
            retry_when_awaited: true,
            idle_after_failed_resume: true,
            retryable_not_latched: true,
            release_is_use: true,
            untracked_when_given_up: true,
        }
    }
}
