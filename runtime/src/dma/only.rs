//! What is not everywhere.

/// Part of an engine that does all, or of a host.
#[cfg(any(feature = "full", feature = "std"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Only<T>(T);

#[cfg(any(feature = "full", feature = "std"))]
impl<T> Only<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }

    pub(super) fn get(&self) -> &T {
        &self.0
    }

    pub(super) fn into_inner(self) -> T {
        self.0
    }
}

/// Elsewhere nobody can make one, so that what has one takes no room and no code.
#[cfg(not(any(feature = "full", feature = "std")))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Only<T>(core::convert::Infallible, core::marker::PhantomData<T>);

#[cfg(not(any(feature = "full", feature = "std")))]
impl<T> Only<T> {
    pub(super) fn get(&self) -> &T {
        match self.0 {}
    }

    pub(super) fn into_inner(self) -> T {
        match self.0 {}
    }
}
