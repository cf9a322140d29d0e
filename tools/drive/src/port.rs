//! Ports of the loopback.

use std::net::{TcpListener, TcpStream};

/// A port that was free a moment ago.
///
/// # Errors
/// When there is none.
pub fn free() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Whether somebody listens there.
#[must_use]
pub fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
