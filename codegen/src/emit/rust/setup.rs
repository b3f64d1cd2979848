//! How the runtime's engine is set up for an instance, as constants of its module.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::map::{hex, number};
use crate::lower::{Attributes, EngineSetup, Expected};

/// `CONFIG`, and `EXPECTED` if the spec says everything that it holds.
pub(super) fn constants(setup: &EngineSetup, path: &str) -> TokenStream {
    let mark = docs::from_spec(path);
    let expected = setup.expected.map(|expected| {
        let mark = docs::from_spec(&format!("{path}/parameters"));
        let values = expected_values(&expected);
        quote! {
            #mark
            /// What the hardware should say it has.
            pub const EXPECTED: linkwright::dma::Expected = linkwright::dma::Expected { #values };
        }
    });
    let (threads, events) = (hex(setup.threads.into(), 2), hex(setup.events.into(), 2));
    let (memory, device) = (attributes(setup.memory), attributes(setup.device));
    let tail = if setup.burst_requests { quote!(ShortBurst) } else { quote!(Singles) };
    let queue = setup.write_queue.map(|depth| {
        let depth = number(depth.into());
        quote!(write_queue: #depth,)
    });
    let EngineSetup { polled, flush, barriers, subtracts, strict_fifo, .. } = setup;
    quote! {
        #expected
        #mark
        /// How the engine drives this instance: what its parameters, quirks and interrupts say.
        pub const CONFIG: linkwright::dma::Config = linkwright::dma::Config {
            threads: #threads,
            events: #events,
            polled: #polled,
            source: #memory,
            destination: #memory,
            device: #device,
            barriers: #barriers,
            subtracts: #subtracts,
            flush: #flush,
            tail: linkwright::dma::plan::Tail::#tail,
            strict_fifo: #strict_fifo,
            #queue
            ..linkwright::dma::Config::DEFAULT
        };
    }
}

fn attributes(attributes: Attributes) -> TokenStream {
    let (cache, protection) = (number(attributes.cache.into()), number(attributes.protection.into()));
    quote!(linkwright::dma::plan::Attributes { cache: #cache, protection: #protection })
}

fn expected_values(expected: &Expected) -> TokenStream {
    let Expected { threads, events, requests, bus_bytes, fifo_lines, icache_line, non_secure } = *expected;
    let [threads, events, requests] = [threads, events, requests].map(|value| number(value.into()));
    let [bus_bytes, icache_line] = [bus_bytes, icache_line].map(|value| number(value.into()));
    let fifo_lines = number(fifo_lines.into());
    quote! {
        threads: #threads,
        events: #events,
        requests: #requests,
        bus_bytes: #bus_bytes,
        fifo_lines: #fifo_lines,
        icache_line: #icache_line,
        non_secure: #non_secure,
    }
}
