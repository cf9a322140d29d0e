//! The wire from one node to the database: it can be cut, be slow, and lead to another server.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

/// A wire, listening for as long as the program runs.
#[derive(Clone)]
pub struct Wire {
    /// Where the node connects.
    pub port: u16,
    state: Arc<State>,
}

struct State {
    to: AtomicU16,
    cut: AtomicBool,
    /// Milliseconds that each piece waits.
    slow: AtomicU64,
}

impl Wire {
    pub fn to(port: u16) -> anyhow::Result<Wire> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let wire = Wire {
            port: listener.local_addr()?.port(),
            state: Arc::new(State {
                to: AtomicU16::new(port),
                cut: AtomicBool::new(false),
                slow: AtomicU64::new(0),
            }),
        };
        let state = Arc::clone(&wire.state);
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                if state.cut.load(Ordering::Relaxed) {
                    continue;
                }
                let Ok(there) = TcpStream::connect(("127.0.0.1", state.to.load(Ordering::Relaxed)))
                else {
                    continue;
                };
                let _ = pump(&here, &there, &state).and_then(|()| pump(&there, &here, &state));
            }
        });
        Ok(wire)
    }

    /// Leads to another server from now on; what is open stays where it is.
    pub fn lead_to(&self, port: u16) {
        self.state.to.store(port, Ordering::Relaxed);
    }

    /// Cuts it, or mends it.
    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::Relaxed);
    }

    /// Each piece waits this long, in each direction.
    pub fn slow(&self, milliseconds: u64) {
        self.state.slow.store(milliseconds, Ordering::Relaxed);
    }
}

/// Carries bytes in one direction until either end closes or the wire is cut.
fn pump(from: &TcpStream, to: &TcpStream, state: &Arc<State>) -> std::io::Result<()> {
    let (mut from, mut to, state) = (from.try_clone()?, to.try_clone()?, Arc::clone(state));
    from.set_read_timeout(Some(Duration::from_millis(50)))?;
    to.set_nodelay(true)?;
    std::thread::spawn(move || {
        let mut room = [0; 16 << 10];
        loop {
            let read = match from.read(&mut room) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => None,
                Ok(0) | Err(_) => break,
                Ok(read) => Some(read),
            };
            if state.cut.load(Ordering::Relaxed) {
                break;
            }
            let Some(read) = read else { continue };
            let slow = state.slow.load(Ordering::Relaxed);
            if slow > 0 {
                std::thread::sleep(Duration::from_millis(slow));
            }
            if to.write_all(&room[..read]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
    Ok(())
}
