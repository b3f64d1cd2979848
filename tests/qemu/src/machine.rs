use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::base64;

const PROGRAM: &str = "qemu-system-arm";

/// Why there is no machine.
#[derive(Debug)]
pub enum StartError {
    /// QEMU is not there, or cannot be executed.
    NotInstalled(std::io::Error),
    /// It ended, or never connected; what it said.
    Failed(String),
    /// No socket for it.
    Socket(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled(e) => write!(
                f,
                "cannot run {PROGRAM} ({e}): these tests drive QEMU's DMA controller and prove nothing without it. \
                 Install it (Debian and Ubuntu: `apt-get install qemu-system-arm`; `tests/run` does that) and run again"
            ),
            Self::Failed(why) => write!(f, "{PROGRAM} did not start: {why}"),
            Self::Socket(e) => write!(f, "no socket for {PROGRAM}: {e}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A QEMU machine whose processors do nothing: its memory and devices, by QEMU's qtest protocol (one line a command).
///
/// Everything a device does in answer to a register write is done when the write returns. Methods panic when QEMU
/// breaks off or answers with an error: a test cannot go on, and says why.
pub struct Machine {
    connection: Mutex<Connection>,
    accesses: AtomicU64,
    child: Mutex<Child>,
    folder: PathBuf,
    serial: Vec<UnixStream>,
}

/// What a machine is started as.
#[derive(Clone, Copy, Debug)]
struct Options<'a> {
    /// QEMU's name for it.
    kind: &'a str,
    /// Its clocks run; its processors wait for an interrupt in the two words from here on.
    running: Option<u32>,
    /// Serial ports whose other ends are ours.
    ports: usize,
}

struct Connection {
    send: UnixStream,
    receive: BufReader<UnixStream>,
    line: Vec<u8>,
    /// Intercepted interrupt lines that are up.
    interrupts: BTreeSet<u32>,
}

impl Machine {
    /// Start a machine of this QEMU type, with its clocks stopped.
    pub fn start(kind: &str) -> Result<Self, StartError> {
        Self::start_with(PROGRAM, &Options { kind, running: None, ports: 0 })
    }

    /// Start one whose clocks run, for devices that act by themselves, with the other ends of so many serial ports
    /// here. Its two processors wait in the two words of RAM from `idle` on.
    pub fn start_running(kind: &str, idle: u32, ports: usize) -> Result<Self, StartError> {
        Self::start_with(PROGRAM, &Options { kind, running: Some(idle), ports })
    }

    fn start_with(program: &str, options: &Options<'_>) -> Result<Self, StartError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("linkwright-qemu-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).map_err(StartError::Socket)?;
        let started = Self::connect(program, options, &folder);
        if started.is_err() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        let (child, stream) = started?;
        let send = stream.try_clone().map_err(StartError::Socket)?;
        let connection =
            Connection { send, receive: BufReader::new(stream), line: Vec::new(), interrupts: BTreeSet::new() };
        // QEMU listens at these before it connects.
        let serial = (0..options.ports).map(|port| UnixStream::connect(folder.join(format!("serial{port}"))));
        let serial = serial.collect::<Result<_, _>>().map_err(StartError::Socket)?;
        let (connection, child) = (Mutex::new(connection), Mutex::new(child));
        Ok(Self { connection, accesses: AtomicU64::new(0), child, folder, serial })
    }

    fn connect(program: &str, options: &Options<'_>, folder: &Path) -> Result<(Child, UnixStream), StartError> {
        let path = folder.join("qtest");
        let listener = UnixListener::bind(&path).map_err(StartError::Socket)?;
        listener.set_nonblocking(true).map_err(StartError::Socket)?;
        let mut child = Command::new(program)
            .args(["-machine", options.kind, "-accel", "tcg", "-display", "none", "-nodefaults", "-qtest-log", "none"])
            .args(["-qmp", "stdio", "-qtest"])
            .arg(format!("unix:{}", path.display()))
            .args(options.arguments(folder))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(StartError::NotInstalled)?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let stream = loop {
            match listener.accept() {
                Ok((stream, _)) => break stream,
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return Err(StartError::Socket(e)),
            }
            let ended = child.try_wait().map_err(StartError::Socket)?.is_some();
            if ended || Instant::now() > deadline {
                let _ = child.kill();
                let _ = child.wait();
                let mut said = String::new();
                if let Some(mut stderr) = child.stderr.take() {
                    let _ = stderr.read_to_string(&mut said);
                }
                return Err(StartError::Failed(if said.is_empty() { "it never connected".into() } else { said }));
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        // Warnings about accesses that a guest should not make are of no interest; a full pipe would stop QEMU.
        if let Some(mut stderr) = child.stderr.take() {
            std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        }
        stream.set_nonblocking(false).map_err(StartError::Socket)?;
        // A program without end runs inside the register write that starts it.
        stream.set_read_timeout(Some(Duration::from_secs(60))).map_err(StartError::Socket)?;
        Ok((child, stream))
    }

    /// Register reads and writes so far.
    pub fn accesses(&self) -> u64 {
        self.accesses.load(Ordering::Relaxed)
    }

    /// Read a 32-bit register.
    pub fn load(&self, address: u32) -> u32 {
        self.load_with("readl", address)
    }

    /// Write a 32-bit register.
    pub fn store(&self, address: u32, value: u32) {
        self.store_with("writel", address, value);
    }

    /// Read an 8-bit register.
    pub fn load_byte(&self, address: u32) -> u8 {
        self.load_with("readb", address) as u8
    }

    /// Write an 8-bit register.
    pub fn store_byte(&self, address: u32, value: u8) {
        self.store_with("writeb", address, value.into());
    }

    fn load_with(&self, command: &str, address: u32) -> u32 {
        self.accesses.fetch_add(1, Ordering::Relaxed);
        let mut connection = self.connection();
        let answer = connection.ask(format!("{command} {address:#x}\n").as_bytes());
        let hex = answer.strip_prefix(b"0x").and_then(|hex| std::str::from_utf8(hex).ok());
        let Some(value) = hex.and_then(|hex| u64::from_str_radix(hex, 16).ok()) else {
            panic!("QEMU answers a read of {address:#x} with `{}`", answer.escape_ascii());
        };
        value as u32
    }

    fn store_with(&self, command: &str, address: u32, value: u32) {
        self.accesses.fetch_add(1, Ordering::Relaxed);
        self.connection().ask(format!("{command} {address:#x} {value:#x}\n").as_bytes());
    }

    /// Read memory.
    pub fn read(&self, address: u32, bytes: &mut [u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut connection = self.connection();
        let answer = connection.ask(format!("b64read {address:#x} {:#x}\n", bytes.len()).as_bytes());
        assert!(base64::decode(answer, bytes).is_some(), "QEMU answers {} bytes for {}", answer.len(), bytes.len());
    }

    /// Write memory.
    pub fn write(&self, address: u32, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut command = format!("b64write {address:#x} {:#x} ", bytes.len()).into_bytes();
        base64::encode(bytes, &mut command);
        command.push(b'\n');
        self.connection().ask(&command);
    }

    /// Where in QEMU's object tree the first device of this QEMU type is.
    pub fn find(&self, kind: &str) -> Option<String> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut ask, answers) = (child.stdin.take()?, child.stdout.take()?);
        let mut answers = BufReader::new(answers).lines();
        let list = r#"{"execute":"qom-list","arguments":{"path":"/machine/unattached"}}"#;
        writeln!(ask, r#"{{"execute":"qmp_capabilities"}}{list}"#).ok()?;
        // The greeting, the answer to the first command, then the list.
        let list = answers.find_map(|line| line.ok().filter(|line| line.contains("child<")))?;
        let entry = list.split('}').find(|entry| entry.contains(&format!("child<{kind}>")))?;
        let name = entry.split('"').find(|part| part.starts_with("device["))?;
        Some(format!("/machine/unattached/{name}"))
    }

    /// End QEMU; every later access panics. For machines that live in a `static`.
    pub fn stop(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// Watch the interrupt lines that go into a device (a path in QEMU's object tree). Once for a machine.
    pub fn intercept_interrupts_into(&self, device: &str) {
        self.connection().ask(format!("irq_intercept_in {device}\n").as_bytes());
    }

    /// Is a watched line up, as of the last access?
    pub fn is_raised(&self, line: u32) -> bool {
        self.connection().interrupts.contains(&line)
    }

    /// Our end of a serial port, one of those that the machine was started with.
    ///
    /// # Panics
    /// When there is no such port.
    pub fn serial(&self, port: usize) -> &UnixStream {
        &self.serial[port]
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A test that failed in the middle of a command has said so itself.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Options<'_> {
    /// For QEMU's command line.
    fn arguments(&self, folder: &Path) -> Vec<String> {
        let mut out = Vec::new();
        match self.running {
            None => out.push("-S".to_string()),
            Some(idle) => {
                // `wfi` and a branch back to it.
                for (address, word) in [(idle, 0xe320_f003_u32), (idle + 4, 0xeaff_fffd)] {
                    let word = format!("loader,addr={address:#x},data={word:#x},data-len=4");
                    out.extend(["-device".to_string(), word]);
                }
                for processor in 0..2 {
                    out.extend(["-device".to_string(), format!("loader,addr={idle:#x},cpu-num={processor}")]);
                }
            }
        }
        for port in 0..self.ports {
            let path = folder.join(format!("serial{port}"));
            let socket = format!("socket,id=serial{port},path={},server=on,wait=off", path.display());
            out.extend(["-chardev".to_string(), socket, "-serial".to_string(), format!("chardev:serial{port}")]);
        }
        out
    }
}

impl Connection {
    /// Send a command; what follows `OK` in the answer.
    fn ask(&mut self, command: &[u8]) -> &[u8] {
        let name = command.split(|b| *b == b' ').next().unwrap_or_default().escape_ascii().to_string();
        self.send.write_all(command).unwrap_or_else(|e| panic!("QEMU is gone at `{name}`: {e}"));
        loop {
            self.line.clear();
            let length = self.receive.read_until(b'\n', &mut self.line);
            match length {
                Ok(0) => panic!("QEMU ended at `{name}`"),
                Ok(_) => {}
                Err(e) => panic!("no answer to `{name}` from QEMU ({e}): does a DMA program run without end?"),
            }
            while self.line.last().is_some_and(u8::is_ascii_whitespace) {
                self.line.pop();
            }
            let Some(event) = self.line.strip_prefix(b"IRQ ") else { break };
            let event = String::from_utf8_lossy(event).into_owned();
            self.interrupt(&event);
        }
        match self.line.strip_prefix(b"OK") {
            Some(answer) => answer.trim_ascii_start(),
            None => panic!("QEMU refuses `{name}`: {}", self.line.escape_ascii()),
        }
    }

    fn interrupt(&mut self, event: &str) {
        let Some((level, line)) = event.split_once(' ') else { return };
        let Ok(line) = line.parse() else { return };
        match level {
            "raise" => drop(self.interrupts.insert(line)),
            "lower" => drop(self.interrupts.remove(&line)),
            _ => {}
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left behind by machines of this process that did not start.
    fn folders() -> usize {
        let ours = format!("linkwright-qemu-{}-", std::process::id());
        let all = std::fs::read_dir(std::env::temp_dir()).unwrap();
        all.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(&ours)).count()
    }

    #[test]
    fn what_does_not_start_says_what_to_do() {
        let options = Options { kind: "xilinx-zynq-a9", running: None, ports: 0 };
        let missing = Machine::start_with("qemu-system-nothing", &options).err().expect("no such program");
        assert!(matches!(missing, StartError::NotInstalled(_)));
        assert!(missing.to_string().contains("apt-get install qemu-system-arm"), "{missing}");
        let unknown = Machine::start("no-such-board").err().expect("no such machine");
        assert!(unknown.to_string().contains("unsupported machine type"), "{unknown}");
        assert_eq!(folders(), 0);
    }
}
