use linkwright::consumer::Bound;
use linkwright::dma::{Done, Handler, Linear};
use linkwright_samsung_spi::driver as spi;

use crate::{Client, Error, Spi};

/// Who is told of the end of an exchange that [`Master::start`](crate::Master::start) began: the bytes that came, or
/// what went wrong. Keep it in a `static`; it is told in atomic context.
pub struct Told<I: spi::Instance, B: spi::Board<I>> {
    spi: &'static Bound<Spi<I, B>>,
    client: Client,
}

impl<I: spi::Instance, B: spi::Board<I>> Told<I, B> {
    /// `client` is told of exchanges of `spi`.
    pub const fn new(spi: &'static Bound<Spi<I, B>>, client: Client) -> Self {
        Self { spi, client }
    }

    pub(crate) const fn client(&self) -> Client {
        self.client
    }
}

impl<I: spi::Instance, B: spi::Board<I>> Handler<I::DmasRx, Linear> for Told<I, B>
where
    Spi<I, B>: Send,
{
    fn complete(&self, done: Done<'_, I::DmasRx, Linear>) {
        let came = done.result().map_err(|error| Error::Transfer { error, missing: done.residue() });
        // The channel holds the device on until it is finished.
        let ended = self.spi.inspect(|spi| (spi.client.with(Option::take), spi.end()));
        let received = done.finish();
        match ended {
            Some((Some(client), ended)) => client(came.and(ended).map(|()| received)),
            // It was told of a lost byte already.
            Some((None, _)) => {}
            None => (self.client)(Err(Error::Gone)),
        }
    }
}
