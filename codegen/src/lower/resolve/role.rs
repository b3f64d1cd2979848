use crate::lower::Role;
use crate::spec::{Name, Roles, SideTargets};

/// The roles of an instruction, in the order of the format's table.
pub(super) fn lower(spec: &Roles) -> Vec<Role> {
    let mut roles = Vec::new();
    let text = |name: &Name| name.value.clone();
    if let Some(role) = &spec.set_address {
        let (source, destination) = sides(role.targets.as_ref());
        roles.push(Role::SetAddress { target: text(&role.target), value: text(&role.value), source, destination });
    }
    if let Some(role) = &spec.set_control {
        let control = role.targets.as_ref().and_then(|targets| targets.control.as_ref());
        let control = control.map_or_else(|| "CCR".to_string(), text);
        roles.push(Role::SetControl { target: text(&role.target), value: text(&role.value), control });
    }
    if let Some(role) = &spec.add_address {
        let (source, destination) = sides(role.targets.as_ref());
        roles.push(Role::AddAddress { side: text(&role.side), amount: text(&role.amount), source, destination });
    }
    if let Some(role) = &spec.subtract_address {
        let (source, destination) = sides(role.targets.as_ref());
        roles.push(Role::SubtractAddress { side: text(&role.side), amount: text(&role.amount), source, destination });
    }
    roles.extend(spec.load.as_ref().map(|role| Role::Load { when: text(&role.when) }));
    roles.extend(spec.store.as_ref().map(|role| Role::Store { when: text(&role.when) }));
    roles.extend(
        spec.load_peripheral
            .as_ref()
            .map(|role| Role::LoadPeripheral { when: text(&role.when), peripheral: text(&role.peripheral) }),
    );
    roles.extend(
        spec.store_peripheral
            .as_ref()
            .map(|role| Role::StorePeripheral { when: text(&role.when), peripheral: text(&role.peripheral) }),
    );
    roles.extend(spec.store_zero.as_ref().map(|_| Role::StoreZero));
    roles.extend(spec.read_barrier.as_ref().map(|_| Role::ReadBarrier));
    roles.extend(spec.write_barrier.as_ref().map(|_| Role::WriteBarrier));
    roles.extend(spec.nop.as_ref().map(|_| Role::Nop));
    roles.extend(spec.end.as_ref().map(|_| Role::End));
    roles.extend(spec.kill.as_ref().map(|_| Role::Kill));
    roles.extend(
        spec.begin_loop
            .as_ref()
            .map(|role| Role::Loop { counter: text(&role.counter), iterations: text(&role.iterations) }),
    );
    roles.extend(spec.loop_end.as_ref().map(|role| Role::LoopEnd {
        counter: text(&role.counter),
        when: text(&role.when),
        jump: text(&role.jump),
    }));
    roles.extend(
        spec.loop_forever_end
            .as_ref()
            .map(|role| Role::LoopForeverEnd { when: text(&role.when), jump: text(&role.jump) }),
    );
    roles.extend(spec.send_event.as_ref().map(|role| Role::SendEvent { event: text(&role.event) }));
    roles.extend(
        spec.wait_event
            .as_ref()
            .map(|role| Role::WaitEvent { event: text(&role.event), invalidate: text(&role.invalidate) }),
    );
    roles.extend(
        spec.wait_peripheral
            .as_ref()
            .map(|role| Role::WaitPeripheral { kind: text(&role.kind), peripheral: text(&role.peripheral) }),
    );
    roles.extend(
        spec.flush_peripheral.as_ref().map(|role| Role::FlushPeripheral { peripheral: text(&role.peripheral) }),
    );
    roles.extend(spec.start.as_ref().map(|role| Role::Start {
        thread: text(&role.thread),
        address: text(&role.address),
        non_secure: text(&role.non_secure),
    }));
    roles
}

/// Names of source and destination among an operand's values.
fn sides(targets: Option<&SideTargets>) -> (String, String) {
    let name = |name: Option<&Name>, default: &str| name.map_or_else(|| default.to_string(), |name| name.value.clone());
    (
        name(targets.and_then(|targets| targets.source.as_ref()), "SAR"),
        name(targets.and_then(|targets| targets.destination.as_ref()), "DAR"),
    )
}
