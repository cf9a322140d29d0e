//! What goes through the control socket: frames of a length (four bytes, the most significant first) and JSON.
//!
//! The first frame of a conversation is the version of the program that asks. Then orders and answers take turns, one
//! for one. A frame is refused before it is read when it is too long, so neither side can fill the other's memory.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

/// The version that both sides must be: orders are not a stable format.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The longest frame, bytes. The largest thing that goes in one is an article with all its pictures as they were handed
/// in: this is 48 MiB of them in base64, a dozen as a telephone makes them.
pub const LONGEST: usize = 64 << 20;

/// What the serving process says to an order; an error in the words that the command prints.
pub type Answer<T> = Result<T, String>;

/// Sends one frame.
///
/// # Errors
/// When it is too long, or the other side is gone.
pub async fn write<T: Serialize>(stream: &mut UnixStream, what: &T) -> anyhow::Result<()> {
    let json = serde_json::to_vec(what)?;
    anyhow::ensure!(
        json.len() <= LONGEST,
        "this takes {} MiB, and {} MiB can be handed to a paper that is being served; smaller pictures help, or stop the paper and try again",
        json.len() >> 20,
        LONGEST >> 20
    );
    let length = u32::try_from(json.len())?;
    stream.write_all(&length.to_be_bytes()).await?;
    stream.write_all(&json).await?;
    Ok(())
}

/// The next frame; `None` when the other side has hung up between two frames.
///
/// # Errors
/// When a frame is too long, ends early or cannot be understood.
pub async fn read<T: DeserializeOwned>(stream: &mut UnixStream) -> anyhow::Result<Option<T>> {
    let mut length = [0; 4];
    match stream.read_exact(&mut length).await {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let length = usize::try_from(u32::from_be_bytes(length))?;
    anyhow::ensure!(length <= LONGEST, "a frame of {length} bytes is too long");
    let mut json = vec![0; length];
    stream.read_exact(&mut json).await?;
    Ok(Some(serde_json::from_slice(&json)?))
}

/// The answer to what was just sent.
///
/// # Errors
/// The error that the serving process answered with, in its words; or that it went away.
pub async fn answer<T: DeserializeOwned>(stream: &mut UnixStream) -> anyhow::Result<T> {
    match read::<Answer<T>>(stream).await {
        Ok(Some(Ok(answer))) => Ok(answer),
        Ok(Some(Err(said))) => Err(anyhow::Error::msg(said)),
        Ok(None) | Err(_) => anyhow::bail!(
            "the paper was stopped before it answered; whether it was done shows when you run this again"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_arrive_and_long_ones_are_refused_before_they_are_read() {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        write(&mut here, &"sí").await.unwrap();
        let said: Option<String> = read(&mut there).await.unwrap();
        assert_eq!(said.as_deref(), Some("sí"));
        let long = "a".repeat(LONGEST);
        let error = write(&mut here, &long).await.unwrap_err().to_string();
        assert!(error.contains("64 MiB"), "{error}");
        here.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
        let error = read::<String>(&mut there).await.unwrap_err().to_string();
        assert!(error.contains("too long"), "{error}");
        drop(here);
        let (here, mut there) = UnixStream::pair().unwrap();
        drop(here);
        assert_eq!(read::<String>(&mut there).await.unwrap(), None);
    }
}
