//! Lines of the interrupt controller for drivers that ask for them.

use linkwright::consumer::OperationError;
use linkwright::context::Task;
use linkwright::sync::Lock;
use linkwright_subsystems::interrupt;

use crate::start::GIC;

type Handler = &'static (dyn Fn() + Sync);

/// Who is called for which line.
pub(crate) struct Interrupts {
    handlers: Lock<[Option<(u32, Handler)>; 8]>,
}

/// The lines.
pub(crate) static INTERRUPTS: Interrupts = Interrupts { handlers: Lock::new([None; 8]) };

fn line(args: &[u64]) -> Result<u32, OperationError> {
    args.first().and_then(|line| u32::try_from(*line).ok()).ok_or(OperationError::Unknown)
}

impl Interrupts {
    /// Call the handlers of a line. In the interrupt.
    pub(crate) fn serve(&self, line: u32) {
        let handlers = self.handlers.with(|handlers| *handlers);
        for (_, handler) in handlers.iter().flatten().filter(|(of, _)| *of == line) {
            handler();
        }
    }
}

impl interrupt::Provider for Interrupts {
    fn request(&self, _: &Task<'_>, args: &'static [u64], handler: Handler) -> Result<(), OperationError> {
        let line = line(args)?;
        self.handlers.with(|handlers| {
            let free = handlers.iter_mut().find(|place| place.is_none()).ok_or(OperationError::Busy)?;
            *free = Some((line, handler));
            Ok(())
        })
    }
    fn enable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        GIC.enable(line(args)?);
        Ok(())
    }
    fn disable(&self, args: &'static [u64]) -> Result<(), OperationError> {
        GIC.disable(line(args)?);
        Ok(())
    }
    // There is one processor, and who may sleep is in no handler.
    fn synchronize(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        line(args).map(drop)
    }
    fn free(&self, _: &Task<'_>, args: &'static [u64]) -> Result<(), OperationError> {
        let line = line(args)?;
        GIC.disable(line);
        self.handlers.with(|handlers| {
            handlers.iter_mut().filter(|place| place.is_some_and(|(of, _)| of == line)).for_each(|place| *place = None);
        });
        Ok(())
    }
}
