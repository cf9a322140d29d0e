//! One connection that waits for nothing: thousands of them live in one thread, which a client that waits cannot do.
//!
//! What is sent over it and where an answer ends is `drive::http`'s. Deliberately not here: when something is asked, and what
//! is done with the answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{bail, ensure};
use drive::http::Head;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Socket, Type};

/// EINPROGRESS of Linux: it is being connected.
const IN_PROGRESS: i32 = 115;

/// A connection.
pub struct Wire {
    stream: TcpStream,
    out: Vec<u8>,
    sent: usize,
    /// What has come and was not yet taken.
    pub got: Vec<u8>,
    head: Option<Head>,
    /// The other side will send no more.
    pub ended: bool,
}

impl Wire {
    /// Begins to connect; what is sent meanwhile waits.
    pub fn connect(port: u16, registry: &Registry, token: usize) -> anyhow::Result<Wire> {
        Wire::connect_from(Ipv4Addr::LOCALHOST, port, registry, token)
    }

    /// The same from another address of the loopback: each has ports for about 28,000 connections.
    pub fn connect_from(
        source: Ipv4Addr,
        port: u16,
        registry: &Registry,
        token: usize,
    ) -> anyhow::Result<Wire> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&SocketAddr::from((source, 0)).into())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Err(error) = socket.connect(&address.into())
            && error.raw_os_error() != Some(IN_PROGRESS)
        {
            return Err(error.into());
        }
        let mut stream = TcpStream::from_std(socket.into());
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.register(&mut stream, Token(token), both)?;
        Ok(Wire {
            stream,
            out: Vec::new(),
            sent: 0,
            got: Vec::new(),
            head: None,
            ended: false,
        })
    }

    /// Sends as much as fits now; the rest goes when there is room.
    pub fn send(&mut self, parts: &[&[u8]]) -> anyhow::Result<()> {
        if self.sent == self.out.len() {
            self.out.clear();
            self.sent = 0;
        }
        for part in parts {
            self.out.extend_from_slice(part);
        }
        self.flush()
    }

    /// To be called when there is room again.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        while self.sent < self.out.len() {
            match self.stream.write(&self.out[self.sent..]) {
                Ok(0) => bail!("nothing can be sent"),
                Ok(sent) => self.sent += sent,
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::NotConnected
                    ) =>
                {
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Takes in all that has come.
    pub fn fill(&mut self, room: &mut [u8]) -> anyhow::Result<()> {
        loop {
            match self.stream.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(read) => self.got.extend_from_slice(&room[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The answer, once all of it has come. It stays in `got` until [`Wire::done`].
    pub fn answer(&mut self) -> anyhow::Result<Option<Head>> {
        if self.head.is_none() {
            self.head = Head::parse(&self.got)?;
        }
        let whole = self.head.filter(|head| self.got.len() >= head.known_end());
        if let Some(head) = whole {
            ensure!(
                self.got.len() == head.known_end(),
                "more came than was asked for"
            );
        }
        Ok(whole)
    }

    /// What the answer says, without its head.
    pub fn text(&self, head: Head) -> anyhow::Result<String> {
        Ok(String::from_utf8(
            self.got[head.body..head.known_end()].to_vec(),
        )?)
    }

    /// The answer was looked at.
    pub fn done(&mut self) {
        self.got.clear();
        self.head = None;
    }

    pub fn deregister(&mut self, registry: &Registry) {
        // It is dropped next; then the system forgets it, too.
        let _ = registry.deregister(&mut self.stream);
    }
}
