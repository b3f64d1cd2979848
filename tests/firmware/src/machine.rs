//! Runs an image on a board of QEMU.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// QEMU by name, on the path.
pub(crate) const QEMU: &str = "qemu-system-arm";

/// What is at the other end of a serial port.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// Nothing.
    Unused,
    /// Who reads the report.
    Report,
    /// Who sends what the report's lines `#> PORT BYTES` ask for, and back what the firmware sends after `#> PORT echo`.
    Peer,
}

/// A board.
pub(crate) struct Machine<'a> {
    /// QEMU's name for it.
    pub(crate) name: &'a str,
    /// Its serial ports, in order.
    pub(crate) ports: &'a [Port],
}

/// QEMU with this board and image; semihosting ends it.
pub(crate) fn qemu(machine: &str, image: &Path) -> Command {
    let mut qemu = Command::new(QEMU);
    qemu.args(["-M", machine, "-display", "none", "-monitor", "none", "-no-reboot"]);
    qemu.args(["-semihosting-config", "enable=on,target=native", "-kernel"]).arg(image);
    qemu
}

/// Ends QEMU whatever happens.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A peer's socket, while it waits for QEMU.
struct Socket {
    path: PathBuf,
    listener: UnixListener,
}

impl Socket {
    fn new(port: usize) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("linkwright-firmware-{}-{port}", std::process::id()));
        // Of a process of the same number that was killed.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self { path, listener })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Run an image to its end; gives the lines that it reported.
///
/// It fails if QEMU says so by its status, or does not end in time.
pub(crate) fn run(image: &Path, machine: &Machine<'_>, patience: Duration) -> Result<Vec<String>, String> {
    let mut qemu = qemu(machine.name, image);
    let mut sockets = Vec::new();
    for (number, port) in machine.ports.iter().enumerate() {
        qemu.arg("-serial");
        match port {
            Port::Unused => qemu.arg("null"),
            Port::Report => qemu.arg("stdio"),
            Port::Peer => {
                let socket = Socket::new(number)?;
                qemu.arg(format!("unix:{}", socket.path.display()));
                sockets.push((number, socket));
                &mut qemu
            }
        };
    }
    if !machine.ports.contains(&Port::Report) {
        qemu.args(["-serial", "null"]);
    }
    qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(qemu.spawn().map_err(|e| format!("{QEMU}: {e}: install the package qemu-system-arm"))?);
    let (stdout, stderr) = (running.0.stdout.take(), running.0.stderr.take());
    let said = std::thread::spawn(move || {
        let mut said = String::new();
        stderr.map(|mut stderr| stderr.read_to_string(&mut said));
        said
    });
    let (sender, lines) = channel();
    if let Some(stdout) = stdout {
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).all(|l| sender.send(l).is_ok())
        });
    }
    let mut peers = Vec::new();
    for (number, socket) in &sockets {
        peers.push((*number, accept(&socket.listener, &mut running)?));
    }
    let end = Instant::now() + patience;
    let mut report = Vec::new();
    loop {
        match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) => match line.strip_prefix("#> ") {
                Some(request) => serve(request, &mut peers)?,
                None => {
                    println!("{line}");
                    report.push(line);
                }
            },
            Err(RecvTimeoutError::Timeout) => {
                return Err(format!("not over after {} s; see the report above for the last case", patience.as_secs()));
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = running.0.wait().map_err(|e| e.to_string())?;
    let said = said.join().unwrap_or_default();
    if status.success() { Ok(report) } else { Err(format!("the firmware failed: {QEMU} ended with {status}\n{said}")) }
}

/// QEMU connects when it starts, or has ended with an error.
fn accept(listener: &UnixListener, running: &mut Running) -> Result<UnixStream, String> {
    listener.set_nonblocking(true).map_err(|e| e.to_string())?;
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).map_err(|e| e.to_string())?;
                return Ok(stream);
            }
            Err(_) if running.0.try_wait().is_ok_and(|ended| ended.is_none()) && Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(format!("{QEMU} does not connect its serial port: {error}")),
        }
    }
}

/// What the firmware asks of its peers.
fn serve(request: &str, peers: &mut [(usize, UnixStream)]) -> Result<(), String> {
    let wrong = || format!("the firmware asks for '{request}', which is neither `PORT BYTES` nor `PORT echo`");
    let (port, what) = request.split_once(' ').ok_or_else(wrong)?;
    let port: usize = port.parse().map_err(|_| wrong())?;
    let (_, stream) = peers.iter_mut().find(|(number, _)| *number == port).ok_or_else(wrong)?;
    if what == "echo" {
        let mut out = stream.try_clone().map_err(|e| e.to_string())?;
        let mut input = stream.try_clone().map_err(|e| e.to_string())?;
        std::thread::spawn(move || {
            let mut bytes = [0; 8];
            while let Ok(count @ 1..) = input.read(&mut bytes) {
                if out.write_all(&bytes[..count]).is_err() {
                    break;
                }
            }
        });
        return Ok(());
    }
    let bytes = hexadecimal(what).ok_or_else(wrong)?;
    stream.write_all(&bytes).map_err(|e| format!("serial port {port}: {e}"))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::hexadecimal;

    #[test]
    fn requests() {
        assert_eq!(hexadecimal("00ff1a").as_deref(), Some(&[0, 0xff, 0x1a][..]));
        assert_eq!(hexadecimal("0"), None);
        assert_eq!(hexadecimal("zz"), None);
    }
}
