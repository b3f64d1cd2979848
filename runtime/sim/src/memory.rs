use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::violation::{Violation, Violations};

/// A bus error: nothing answers at this address, or what answers refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BusError {
    /// First address that failed.
    pub address: u32,
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bus error at {:#010x}", self.address)
    }
}

impl std::error::Error for BusError {}

/// A block of registers on the bus that a DMA controller can read and write, such as the FIFO of a peripheral.
///
/// Called once for each beat.
pub trait BusDevice: Send {
    /// Fill `out` from the device.
    fn read(&mut self, offset: u32, out: &mut [u8]) -> Result<(), BusError>;
    /// Give `data` to the device.
    fn write(&mut self, offset: u32, data: &[u8]) -> Result<(), BusError>;
}

/// Memory as devices see it. The CPU's view of it lies behind [`Cache`](crate::Cache).
///
/// Addresses that no region covers answer with a bus error.
pub struct SimMemory {
    space: Mutex<Space>,
    violations: Arc<Violations>,
}

impl Default for SimMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SimMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lock().regions.iter().map(|r| r.base..r.last())).finish()
    }
}

impl SimMemory {
    /// An empty address space.
    pub fn new() -> Self {
        let violations = Arc::<Violations>::default();
        let space = Space { violations: violations.clone(), regions: Vec::new(), failing: Vec::new(), last: 0 };
        Self { space: Mutex::new(space), violations }
    }

    /// With `bytes` of zeroed memory at `base`.
    ///
    /// # Panics
    /// When the region is empty, overlaps another or leaves the 32-bit address space.
    #[must_use]
    pub fn with_ram(self, base: u32, bytes: u32) -> Self {
        self.add(base, bytes, Backing::Ram { bytes: vec![0; bytes as usize].into(), owned: Owned::default() });
        self
    }

    /// With a device whose registers take `bytes` at `base`.
    ///
    /// # Panics
    /// As [`with_ram`](Self::with_ram).
    #[must_use]
    pub fn with_device(self, base: u32, bytes: u32, device: impl BusDevice + 'static) -> Self {
        self.add(base, bytes, Backing::Device(Box::new(device)));
        self
    }

    fn add(&self, base: u32, bytes: u32, backing: Backing) {
        assert!(bytes > 0 && u64::from(base) + u64::from(bytes) <= 1 << 32, "a region outside the address space");
        let mut space = self.lock();
        let region = Region { base, len: bytes, backing, secure: false };
        assert!(
            space.regions.iter().all(|r| r.last() < base || r.base > region.last()),
            "the region at {base:#x} overlaps another"
        );
        let at = space.regions.partition_point(|r| r.base < base);
        space.regions.insert(at, region);
    }

    /// Let only secure accesses reach the region that holds `address`.
    ///
    /// # Panics
    /// When there is no such region.
    pub fn make_secure(&self, address: u32) {
        let mut space = self.lock();
        let i = space.find(address).expect("no region there");
        space.regions[i].secure = true;
    }

    /// Answer device accesses of these addresses with bus errors from now on.
    pub fn fail(&self, addresses: Range<u32>, access: Failing) {
        self.lock().failing.push((addresses, access));
    }

    /// Take back every [`fail`](Self::fail).
    pub fn repair(&self) {
        self.lock().failing.clear();
    }

    /// Put `data` into memory, as a debugger would: no cache, no log, no injected errors.
    pub fn poke(&self, address: u32, data: &[u8]) -> Result<(), BusError> {
        self.lock().poke(address, data)
    }

    /// Look at memory, as a debugger would.
    pub fn peek(&self, address: u32, out: &mut [u8]) -> Result<(), BusError> {
        self.lock().peek(address, out)
    }

    /// `bytes` of memory at `address`, as a debugger would see them.
    ///
    /// # Panics
    /// When there is no memory.
    pub fn dump(&self, address: u32, bytes: usize) -> Vec<u8> {
        let mut out = vec![0; bytes];
        self.peek(address, &mut out).unwrap_or_else(|e| panic!("{e}"));
        out
    }

    /// What was violated on this board.
    pub fn violations(&self) -> &Arc<Violations> {
        &self.violations
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Space> {
        self.space.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which device accesses an injected error meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failing {
    /// Reads, instruction fetches among them.
    Reads,
    /// Writes.
    Writes,
}

/// One device access to memory.
#[derive(Clone, Copy)]
pub(crate) struct Access {
    pub(crate) address: u32,
    pub(crate) secure: bool,
    /// Bytes of a beat.
    pub(crate) beat: u32,
    /// For instructions: a line of them may reach beyond what its owner cares for.
    pub(crate) fetch: bool,
}

pub(crate) struct Space {
    violations: Arc<Violations>,
    regions: Vec<Region>,
    failing: Vec<(Range<u32>, Failing)>,
    last: usize,
}

struct Region {
    base: u32,
    len: u32,
    backing: Backing,
    secure: bool,
}

enum Backing {
    Ram { bytes: Box<[u8]>, owned: Owned },
    Device(Box<dyn BusDevice>),
}

impl Region {
    fn last(&self) -> u32 {
        self.base + (self.len - 1)
    }
}

impl Space {
    fn find(&mut self, address: u32) -> Option<usize> {
        let holds = |r: &Region| address.wrapping_sub(r.base) < r.len;
        if self.regions.get(self.last).is_some_and(holds) {
            return Some(self.last);
        }
        let i = self.regions.partition_point(|r| r.base <= address).checked_sub(1)?;
        holds(&self.regions[i]).then(|| {
            self.last = i;
            i
        })
    }

    fn allowed(&self, address: u32, len: usize, kind: Failing) -> Result<(), BusError> {
        let end = u64::from(address) + len as u64;
        let hit = self.failing.iter().find(|(range, access)| {
            *access == kind && u64::from(range.start) < end && u64::from(range.end) > u64::from(address)
        });
        hit.map_or(Ok(()), |(range, _)| Err(BusError { address: range.start.max(address) }))
    }

    /// Apply `with` to each piece of `len` bytes at `address` that lies in one region.
    fn pieces(
        &mut self,
        address: u32,
        len: usize,
        mut with: impl FnMut(&mut Region, u32, Range<usize>) -> Result<(), BusError>,
    ) -> Result<(), BusError> {
        let mut done = 0;
        while done < len {
            let at = address.wrapping_add(done as u32);
            let i = self.find(at).ok_or(BusError { address: at })?;
            let region = &mut self.regions[i];
            let offset = at - region.base;
            let n = (len - done).min((region.len - offset) as usize);
            with(region, offset, done..done + n)?;
            done += n;
        }
        Ok(())
    }

    /// Read as a device does.
    pub(crate) fn load(&mut self, access: Access, out: &mut [u8]) -> Result<(), BusError> {
        let Access { address, secure, beat, fetch } = access;
        if !self.failing.is_empty() {
            self.allowed(address, out.len(), Failing::Reads)?;
        }
        let violations = &*self.violations.clone();
        self.pieces(address, out.len(), |region, offset, piece| {
            if region.secure && !secure {
                return Err(BusError { address: region.base + offset });
            }
            match &mut region.backing {
                Backing::Ram { bytes, owned } => {
                    if !fetch {
                        owned.check(region.base, offset, piece.len() as u32, false, violations);
                    }
                    let from = offset as usize;
                    out[piece.clone()].copy_from_slice(&bytes[from..from + piece.len()]);
                    Ok(())
                }
                Backing::Device(device) => each_beat(offset, piece, beat, |at, piece| device.read(at, &mut out[piece])),
            }
        })
    }

    /// Write as a device does.
    pub(crate) fn store(&mut self, access: Access, data: &[u8]) -> Result<(), BusError> {
        let Access { address, secure, beat, .. } = access;
        if !self.failing.is_empty() {
            self.allowed(address, data.len(), Failing::Writes)?;
        }
        let violations = &*self.violations.clone();
        self.pieces(address, data.len(), |region, offset, piece| {
            if region.secure && !secure {
                return Err(BusError { address: region.base + offset });
            }
            match &mut region.backing {
                Backing::Ram { bytes, owned } => {
                    owned.check(region.base, offset, piece.len() as u32, true, violations);
                    let from = offset as usize;
                    bytes[from..from + piece.len()].copy_from_slice(&data[piece]);
                    Ok(())
                }
                Backing::Device(device) => each_beat(offset, piece, beat, |at, piece| device.write(at, &data[piece])),
            }
        })
    }

    pub(crate) fn poke(&mut self, address: u32, data: &[u8]) -> Result<(), BusError> {
        self.pieces(address, data.len(), |region, offset, piece| match &mut region.backing {
            Backing::Ram { bytes, .. } => {
                let from = offset as usize;
                bytes[from..from + piece.len()].copy_from_slice(&data[piece]);
                Ok(())
            }
            Backing::Device(_) => Err(BusError { address: region.base + offset }),
        })
    }

    pub(crate) fn peek(&mut self, address: u32, out: &mut [u8]) -> Result<(), BusError> {
        self.pieces(address, out.len(), |region, offset, piece| match &region.backing {
            Backing::Ram { bytes, .. } => {
                let from = offset as usize;
                out[piece.clone()].copy_from_slice(&bytes[from..from + piece.len()]);
                Ok(())
            }
            Backing::Device(_) => Err(BusError { address: region.base + offset }),
        })
    }

    /// A device depends on this byte: complain if the processor may hold it dirty.
    pub(crate) fn check(&mut self, address: u32) {
        let violations = &*self.violations.clone();
        // Where there is no memory, the access itself tells.
        let _ = self.pieces(address, 1, |region, offset, _| {
            if let Backing::Ram { owned, .. } = &region.backing {
                owned.check(region.base, offset, 1, false, violations);
            }
            Ok(())
        });
    }

    /// Keep account of who owns these bytes: the processor, for now.
    pub(crate) fn track(&mut self, address: u32, len: usize) -> Result<(), BusError> {
        self.pieces(address, len, |region, offset, piece| match &mut region.backing {
            Backing::Ram { owned, .. } => {
                owned.track(region.len);
                owned.give(offset, piece.len() as u32, false);
                Ok(())
            }
            Backing::Device(_) => Err(BusError { address: region.base + offset }),
        })
    }

    /// Give these bytes to the devices, or back to the processor.
    pub(crate) fn hand_over(&mut self, address: u32, len: usize, to_device: bool) -> Result<(), BusError> {
        self.pieces(address, len, |region, offset, piece| {
            if let Backing::Ram { owned, .. } = &mut region.backing {
                owned.give(offset, piece.len() as u32, to_device);
            }
            Ok(())
        })
    }
}

/// Call `access` for each part of `piece` that one beat moves.
fn each_beat(
    mut offset: u32,
    piece: Range<usize>,
    beat: u32,
    mut access: impl FnMut(u32, Range<usize>) -> Result<(), BusError>,
) -> Result<(), BusError> {
    let mut at = piece.start;
    while at < piece.end {
        let n = (piece.end - at).min((beat - offset % beat) as usize);
        access(offset, at..at + n)?;
        at += n;
        offset += n as u32;
    }
    Ok(())
}

/// Which granules of a region the processor may hold in its cache: bit set. Empty: nobody keeps account.
#[derive(Default)]
struct Owned(Vec<u64>);

impl Owned {
    /// Bytes a bit stands for: no cache line is shorter.
    const GRANULE: u32 = 16;

    fn track(&mut self, bytes: u32) {
        self.0.resize((bytes / (Self::GRANULE * 64) + 1) as usize, 0);
    }

    fn give(&mut self, offset: u32, len: u32, to_device: bool) {
        if self.0.is_empty() {
            return;
        }
        for granule in offset / Self::GRANULE..=(offset + len - 1) / Self::GRANULE {
            let (word, bit) = (&mut self.0[granule as usize / 64], 1 << (granule % 64));
            *word = if to_device { *word & !bit } else { *word | bit };
        }
    }

    fn check(&self, base: u32, offset: u32, len: u32, write: bool, violations: &Violations) {
        if self.0.is_empty() {
            return;
        }
        for granule in offset / Self::GRANULE..=(offset + len - 1) / Self::GRANULE {
            if self.0[granule as usize / 64] >> (granule % 64) & 1 != 0 {
                violations.report(Violation::NotHandedOver { address: base + granule * Self::GRANULE, write });
                return;
            }
        }
    }
}
