use super::channel::Channel;
use super::endpoint::Endpoint;
use super::prepared::Prepared;
use super::shape::{Goes, Linear};
use super::{PrepareError, ReleaseError};
use crate::context::Task;

/// A channel for blocks of any length: it keeps the program of the last one, and plans another when a different one is
/// asked for. For drivers whose clients say with each transfer how long it is.
pub struct Resizable<E: Endpoint> {
    /// One of the two, but while one becomes the other.
    channel: Option<Channel<E>>,
    prepared: Option<Prepared<E, Linear>>,
}

/// Why there is no program for blocks of another length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ResizeError {
    /// The last transfer does not stop; the program before stays.
    Release(ReleaseError),
    /// There is no such program. The channel stays, without one.
    Prepare(PrepareError),
    /// A panic in an earlier call took the channel with it.
    Lost,
}

impl core::fmt::Display for ResizeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Release(inner) => write!(f, "the last transfer: {inner}"),
            Self::Prepare(inner) => inner.fmt(f),
            Self::Lost => f.write_str("a panic in an earlier call took the channel with it: claim it again"),
        }
    }
}

impl core::error::Error for ResizeError {}

impl<E: Endpoint> Resizable<E>
where
    Linear: Goes<E::Direction>,
{
    /// `channel`, without a program yet.
    pub const fn new(channel: Channel<E>) -> Self {
        Self { channel: Some(channel), prepared: None }
    }

    /// Have a program for blocks of this length that lie so: the last one if it is that, else a new one, for which what
    /// is in flight is stopped and a handler forgotten. What nobody has recovered is dropped. Sleepable.
    ///
    /// # Errors
    /// [`ResizeError`].
    #[track_caller]
    pub fn prepare(&mut self, cx: &Task<'_>, shape: Linear) -> Result<&mut Prepared<E, Linear>, ResizeError> {
        let prepared = match self.prepared.take() {
            Some(mut prepared) if prepared.shape() == shape => {
                drop(prepared.recover());
                prepared
            }
            other => {
                self.idle(cx, other)?;
                let channel = self.channel.take().ok_or(ResizeError::Lost)?;
                channel.prepare(cx, shape).map_err(|(error, channel)| {
                    self.channel = Some(channel);
                    ResizeError::Prepare(error)
                })?
            }
        };
        Ok(self.prepared.insert(prepared))
    }

    /// Give the program up; what is in flight is stopped. Sleepable.
    ///
    /// # Errors
    /// [`ResizeError::Release`].
    #[track_caller]
    pub fn unprepare(&mut self, cx: &Task<'_>) -> Result<(), ResizeError> {
        let prepared = self.prepared.take();
        self.idle(cx, prepared)
    }

    /// The last program, to start it again. Any context.
    pub fn prepared(&mut self) -> Option<&mut Prepared<E, Linear>> {
        self.prepared.as_mut()
    }

    /// Stop, and give program and channel back. Sleepable.
    ///
    /// # Errors
    /// As [`Prepared::unprepare`]; then it stays as it is.
    #[track_caller]
    pub fn release(mut self, cx: &Task<'_>) -> Result<Option<Channel<E>>, (ReleaseError, Self)> {
        match self.unprepare(cx) {
            Err(ResizeError::Release(error)) => Err((error, self)),
            _ => Ok(self.channel),
        }
    }

    #[track_caller]
    fn idle(&mut self, cx: &Task<'_>, prepared: Option<Prepared<E, Linear>>) -> Result<(), ResizeError> {
        if let Some(prepared) = prepared {
            match prepared.unprepare(cx) {
                Ok(channel) => self.channel = Some(channel),
                Err((error, prepared)) => {
                    self.prepared = Some(prepared);
                    return Err(ResizeError::Release(error));
                }
            }
        }
        Ok(())
    }
}

impl<E: Endpoint> core::fmt::Debug for Resizable<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.prepared {
            Some(prepared) => write!(f, "Resizable({prepared:?})"),
            None => write!(f, "Resizable({:?})", self.channel),
        }
    }
}
