//! What operations answer: one enum a family, each convertible to the number Linux uses.

use super::link::LinkError;

/// A negative error number in Linux's numbering, as a driver's callback returns it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Errno(i32);

impl Errno {
    /// Operation not permitted.
    pub const PERM: Self = Self(-1);
    /// I/O error.
    pub const IO: Self = Self(-5);
    /// Try again.
    pub const AGAIN: Self = Self(-11);
    /// Runtime PM is disabled.
    pub const ACCES: Self = Self(-13);
    /// Busy.
    pub const BUSY: Self = Self(-16);
    /// It exists already.
    pub const EXIST: Self = Self(-17);
    /// No such device.
    pub const NODEV: Self = Self(-19);
    /// Invalid.
    pub const INVAL: Self = Self(-22);
    /// No room left in the storage lent.
    pub const NOSPC: Self = Self(-28);
    /// Waiting would never end.
    pub const DEADLK: Self = Self(-35);
    /// Somebody else is doing it.
    pub const INPROGRESS: Self = Self(-115);
    /// A supplier is missing; try again when it is there.
    pub const PROBE_DEFER: Self = Self(-517);

    /// The error of a Linux return value, or `None` for success (zero).
    pub const fn new(ret: i32) -> Option<Self> {
        if ret == 0 { None } else { Some(Self(ret)) }
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }

    /// A transient condition: nothing is latched after it.
    pub(crate) const fn retryable(self) -> bool {
        matches!(self, Self::AGAIN | Self::BUSY)
    }
}

impl core::fmt::Display for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = match *self {
            Self::PERM => "not permitted",
            Self::IO => "I/O error",
            Self::AGAIN => "try again",
            Self::ACCES => "runtime PM is disabled",
            Self::BUSY => "busy",
            Self::EXIST => "exists already",
            Self::NODEV => "no such device",
            Self::INVAL => "invalid",
            Self::NOSPC => "no room in the storage lent",
            Self::DEADLK => "waiting would never end",
            Self::INPROGRESS => "in progress elsewhere",
            Self::PROBE_DEFER => "a supplier is missing",
            _ => return write!(f, "error {}", self.0),
        };
        write!(f, "{name} ({})", self.0)
    }
}

impl core::error::Error for Errno {}

/// How a runtime PM operation succeeded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Done, or queued if asynchronous, or put off until the autosuspend delay is over. Linux: 0.
    Done,
    /// Nothing to do: the device was in the state asked for. Linux: 1.
    Already,
}

impl Outcome {
    /// As Linux counts.
    pub const fn number(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Already => 1,
        }
    }
}

/// Why a runtime PM operation did not succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum RpmError {
    /// An earlier callback failed for good; set the status to clear it. Linux: EINVAL.
    Latched,
    /// Runtime PM of the device is disabled. Linux: EACCES.
    Disabled,
    /// Asked for a count of a device whose runtime PM is disabled. Linux: EINVAL.
    DisabledForGet,
    /// Somebody holds a count. Linux: EAGAIN.
    InUse,
    /// Children are active. Linux: EBUSY.
    ChildrenActive,
    /// The parent could not be made active. Linux: EBUSY.
    ParentInactive,
    /// A resume is waiting to be carried out. Linux: EAGAIN.
    ResumePending,
    /// The device is not active, so it cannot become idle; or it resumes right now. Linux: EAGAIN.
    NotActive,
    /// It was suspended, and at once resumed for a request that came meanwhile. Linux: EAGAIN.
    ResumedAgain,
    /// A latency constraint of zero forbids it. Linux: EPERM.
    LatencyBound,
    /// Somebody else does it and the caller did not want to wait. Linux: EINPROGRESS.
    InProgress,
    /// More counts given back than taken. Linux: EINVAL, with a warning.
    Underflow,
    /// The status can only be set while runtime PM is disabled or an error is latched. Linux: EAGAIN.
    Enabled,
    /// The idle callback asks to stay active. Linux: a positive number.
    KeptActive(i32),
    /// Waiting for a transition that this very caller is in the middle of. Linux hangs.
    Deadlock,
    /// A sleeping operation was asked for in atomic context. Linux warns and tries.
    Atomic,
    /// The device is gone. Linux: use after free.
    Gone,
    /// A callback of the device, its domain or a supplier failed.
    Callback(Errno),
}

impl RpmError {
    /// The number Linux returns.
    pub const fn errno(self) -> Errno {
        match self {
            Self::Latched | Self::DisabledForGet | Self::Underflow => Errno::INVAL,
            Self::Disabled => Errno::ACCES,
            Self::InUse | Self::ResumePending | Self::NotActive | Self::ResumedAgain | Self::Enabled => Errno::AGAIN,
            Self::ChildrenActive | Self::ParentInactive => Errno::BUSY,
            Self::LatencyBound | Self::Atomic => Errno::PERM,
            Self::InProgress => Errno::INPROGRESS,
            Self::KeptActive(number) => Errno(number),
            Self::Deadlock => Errno::DEADLK,
            Self::Gone => Errno::NODEV,
            Self::Callback(errno) => errno,
        }
    }
}

impl core::fmt::Display for RpmError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Latched => "an earlier runtime PM error is latched; set the status to clear it",
            Self::Disabled | Self::DisabledForGet => "runtime PM of the device is disabled",
            Self::InUse => "the device is in use",
            Self::ChildrenActive => "children of the device are active",
            Self::ParentInactive => "the parent of the device could not be made active",
            Self::ResumePending => "a resume of the device is pending",
            Self::NotActive => "the device is not active",
            Self::ResumedAgain => "the device was resumed again by a request that came meanwhile",
            Self::LatencyBound => "a latency constraint keeps the device on",
            Self::InProgress => "a transition of the device is in progress",
            Self::Underflow => "more counts of the device were given back than taken",
            Self::Enabled => "the status can only be set while runtime PM is disabled or an error is latched",
            Self::KeptActive(_) => "the idle callback keeps the device active",
            Self::Deadlock => "the caller would wait for itself",
            Self::Atomic => "a sleeping operation in atomic context",
            Self::Gone => "the device is gone",
            Self::Callback(errno) => return write!(f, "a callback failed: {errno}"),
        })
    }
}

impl core::error::Error for RpmError {}

/// Result of a runtime PM operation.
pub type RpmResult = Result<Outcome, RpmError>;

/// The Linux return value of a runtime PM operation.
pub const fn rpm_number(result: RpmResult) -> i32 {
    match result {
        Ok(outcome) => outcome.number(),
        Err(error) => error.errno().get(),
    }
}

/// Why an operation on devices, drivers or domains did not succeed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The handle's object is gone.
    Gone,
    /// No slot left in the storage lent: lend a larger slice.
    Full,
    /// The object is in use or in the wrong state for this.
    Busy,
    /// The arguments contradict each other or the present state.
    Invalid,
    /// The device is registered already.
    Exists,
    /// A supplier is missing; the device waits for it.
    Deferred,
    /// The caller would wait for itself.
    Deadlock,
    /// It would close a circle.
    Cycle,
    /// A callback failed.
    Callback(Errno),
    /// A link was refused.
    Link(LinkError),
}

impl Error {
    /// The number Linux returns.
    pub const fn errno(self) -> Errno {
        match self {
            Self::Gone => Errno::NODEV,
            Self::Full => Errno::NOSPC,
            Self::Busy => Errno::BUSY,
            Self::Invalid | Self::Cycle | Self::Link(_) => Errno::INVAL,
            Self::Exists => Errno::EXIST,
            Self::Deferred => Errno::PROBE_DEFER,
            Self::Deadlock => Errno::DEADLK,
            Self::Callback(errno) => errno,
        }
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Gone => f.write_str("the object is gone"),
            Self::Full => f.write_str("no slot left: lend larger storage"),
            Self::Busy => f.write_str("in use or in the wrong state"),
            Self::Invalid => f.write_str("contradicts the present state"),
            Self::Exists => f.write_str("registered already"),
            Self::Deferred => f.write_str("a supplier is missing; the device waits for it"),
            Self::Deadlock => f.write_str("the caller would wait for itself"),
            Self::Cycle => f.write_str("it would close a circle"),
            Self::Callback(errno) => write!(f, "a callback failed: {errno}"),
            Self::Link(error) => write!(f, "link refused: {error}"),
        }
    }
}

impl core::error::Error for Error {}

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}
