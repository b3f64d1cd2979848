//! Handles: an index and the generation of what lived there, so that a stale one is recognised.

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name {
            pub(crate) index: u32,
            pub(crate) generation: u32,
        }

        impl $name {
            /// Position in the storage lent.
            pub const fn index(self) -> usize {
                self.index as usize
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({}.{})"), self.index, self.generation)
            }
        }
    };
}

handle! {
    /// A device.
    DeviceHandle
}
handle! {
    /// A link between two devices.
    LinkHandle
}
handle! {
    /// A registered driver.
    DriverHandle
}
handle! {
    /// A power domain.
    DomainHandle
}
