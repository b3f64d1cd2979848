use super::endpoint::{Endpoint, MemoryToMemory};
use super::memory::{Arena, DmaBuf};
use super::prepared::Prepared;
use super::shape::Linear;
use super::{CopyError, CopyPair};
use crate::context::Task;
use crate::power::Active;

impl<E: Endpoint<Direction = MemoryToMemory, Word = u8>> Prepared<E, Linear> {
    /// Copy ordinary memory and wait for it. Sleepable.
    ///
    /// The controller need not reach the slices: the data goes through two buffers from `through`, in pieces of the
    /// prepared length, so the slices may have any length. The processor copies every byte twice; where that matters,
    /// keep the data in [`DmaBuf`]s and use [`start`](Self::start).
    ///
    /// # Errors
    /// [`CopyError`]; then the destination holds the pieces copied until then.
    #[track_caller]
    pub fn copy_blocking(
        &mut self,
        cx: &Task<'_>,
        through: &'static Arena,
        source: &[u8],
        destination: &mut [u8],
        power: &Active<E::Peer>,
    ) -> Result<(), CopyError> {
        cx.might_sleep();
        if source.len() != destination.len() {
            return Err(CopyError::Lengths { source: source.len(), destination: destination.len() });
        }
        let shape = self.shape();
        let piece = shape.bytes() as usize;
        let buffer = |offset: u8| -> Result<DmaBuf<u8>, CopyError> {
            let mut buf = through.alloc(cx, usize::from(offset).saturating_add(piece)).map_err(CopyError::Memory)?;
            // Inside by the line above.
            let _ = buf.set_window(offset.into(), piece);
            Ok(buf)
        };
        let (from, to) = shape.offsets();
        let mut pair = CopyPair { source: buffer(from)?, destination: buffer(to)? };
        for (from, to) in source.chunks(piece).zip(destination.chunks_mut(piece)) {
            // The last piece may be shorter; the rest of the buffers then moves unused.
            if let Some(place) = pair.source.get_mut(..from.len()) {
                place.copy_from_slice(from);
            }
            let done = self.start(pair, power).map_err(|rejected| CopyError::Start(rejected.error))?.wait(cx);
            done.result.map_err(CopyError::Transfer)?;
            pair = done.bufs;
            if let Some(copied) = pair.destination.get(..to.len()) {
                to.copy_from_slice(copied);
            }
        }
        Ok(())
    }
}
