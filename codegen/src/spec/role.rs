use super::Name;
use super::record::record;

record! {
    /// What the engine uses an instruction for: each part is the name of an operand.
    Roles {
        /// Sets an address register.
        "set-address" => set_address: Option<MoveAddress>,
        /// Sets the control word.
        "set-control" => set_control: Option<SetControl>,
        /// Adds to an address register.
        "add-address" => add_address: Option<SideAmount>,
        /// Subtracts from an address register.
        "subtract-address" => subtract_address: Option<SideAmount>,
        /// Reads a burst.
        "load" => load: Option<Transfer>,
        /// Writes a burst.
        "store" => store: Option<Transfer>,
        /// Reads a burst and acknowledges a peripheral.
        "load-peripheral" => load_peripheral: Option<TransferPeripheral>,
        /// Writes a burst and acknowledges a peripheral.
        "store-peripheral" => store_peripheral: Option<TransferPeripheral>,
        /// Writes a burst of zeros.
        "store-zero" => store_zero: Option<WithoutParts>,
        /// Waits for all reads.
        "read-barrier" => read_barrier: Option<WithoutParts>,
        /// Waits for all writes.
        "write-barrier" => write_barrier: Option<WithoutParts>,
        /// Does nothing.
        "nop" => nop: Option<WithoutParts>,
        /// Ends the program.
        "end" => end: Option<WithoutParts>,
        /// Kills a thread.
        "kill" => kill: Option<WithoutParts>,
        /// Begins a counted loop.
        "loop" => begin_loop: Option<Repeat>,
        /// Ends a counted loop.
        "loop-end" => loop_end: Option<RepeatEnd>,
        /// Ends an endless loop.
        "loop-forever-end" => loop_forever_end: Option<RepeatForeverEnd>,
        /// Signals an event.
        "send-event" => send_event: Option<SendEvent>,
        /// Waits for an event.
        "wait-event" => wait_event: Option<WaitEvent>,
        /// Waits for a peripheral.
        "wait-peripheral" => wait_peripheral: Option<WaitPeripheral>,
        /// Forgets a peripheral's requests.
        "flush-peripheral" => flush_peripheral: Option<FlushPeripheral>,
        /// Starts a thread.
        "start" => start: Option<StartThread>,
    }
}

record! {
    /// Parts of `set-address`.
    MoveAddress {
        /// Which register.
        "target" => target: Name,
        /// Its new contents.
        "value" => value: Name,
        /// What the values of `target` are called; default SAR and DAR.
        "targets" => targets: Option<SideTargets>,
    }
}

record! {
    /// Names of the source and destination among an operand's values.
    SideTargets {
        /// Default SAR.
        "source" => source: Option<Name>,
        /// Default DAR.
        "destination" => destination: Option<Name>,
    }
}

record! {
    /// Parts of `set-control`.
    SetControl {
        /// Which register.
        "target" => target: Name,
        /// Its new contents.
        "value" => value: Name,
        /// What the control word is called; default CCR.
        "targets" => targets: Option<ControlTargets>,
    }
}

record! {
    /// Name of the control word among an operand's values.
    ControlTargets {
        /// Default CCR.
        "control" => control: Option<Name>,
    }
}

record! {
    /// Parts of `add-address` and `subtract-address`.
    SideAmount {
        /// Which address.
        "side" => side: Name,
        /// How much.
        "amount" => amount: Name,
        /// What the values of `side` are called; default SAR and DAR.
        "targets" => targets: Option<SideTargets>,
    }
}

record! {
    /// Parts of `load` and `store`.
    Transfer {
        /// After which request; values Always, Single and Burst.
        "when" => when: Name,
    }
}

record! {
    /// Parts of `load-peripheral` and `store-peripheral`.
    TransferPeripheral {
        /// After which request; values Single and Burst.
        "when" => when: Name,
        /// The request line.
        "peripheral" => peripheral: Name,
    }
}

record! {
    /// A role without parts: `{}`.
    WithoutParts {}
}

record! {
    /// Parts of `loop`.
    Repeat {
        /// Which loop counter.
        "counter" => counter: Name,
        /// How often.
        "iterations" => iterations: Name,
    }
}

record! {
    /// Parts of `loop-end`.
    RepeatEnd {
        /// Which loop counter.
        "counter" => counter: Name,
        /// After which request; values Always, Single and Burst.
        "when" => when: Name,
        /// How far back.
        "jump" => jump: Name,
    }
}

record! {
    /// Parts of `loop-forever-end`.
    RepeatForeverEnd {
        /// After which request; values Always, Single and Burst.
        "when" => when: Name,
        /// How far back.
        "jump" => jump: Name,
    }
}

record! {
    /// Parts of `send-event`.
    SendEvent {
        /// The event.
        "event" => event: Name,
    }
}

record! {
    /// Parts of `wait-event`.
    WaitEvent {
        /// The event.
        "event" => event: Name,
        /// Flag: the cached program is dropped.
        "invalidate" => invalidate: Name,
    }
}

record! {
    /// Parts of `wait-peripheral`.
    WaitPeripheral {
        /// For which request; values Single, Burst and Peripheral.
        "kind" => kind: Name,
        /// The request line.
        "peripheral" => peripheral: Name,
    }
}

record! {
    /// Parts of `flush-peripheral`.
    FlushPeripheral {
        /// The request line.
        "peripheral" => peripheral: Name,
    }
}

record! {
    /// Parts of `start`.
    StartThread {
        /// Which thread.
        "thread" => thread: Name,
        /// Address of its program.
        "address" => address: Name,
        /// Flag: it runs as non-secure.
        "non_secure" => non_secure: Name,
    }
}
