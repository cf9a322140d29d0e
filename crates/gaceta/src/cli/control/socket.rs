//! The serving side: listens on the control socket and carries out what arrives, one order after another.
//!
//! One at a time, because publishing tells the memory of the process after the commit: of two orders for one article the
//! later one must have the last word in both.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

use super::order::{self, Order, Reply};
use super::wire::{self, Answer};
use crate::App;
use base::lang::Lang;
use web::locale::Say;

/// Conversations at the same time. Each may hold one frame in memory, so all of them together hold
/// [`wire::LONGEST`] times this; further ones wait until one ends.
const CONVERSATIONS: usize = 4;

/// Listens. What an earlier process left there is removed, so the data directory must be ours.
///
/// # Errors
/// When the socket cannot be made, as where its path is longer than a socket's may be (about 100 bytes).
pub fn bind(dir: &Path) -> std::io::Result<UnixListener> {
    let path = super::socket(dir);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

/// Carries out orders until the paper is to stop; then finishes those under way and removes the socket.
pub async fn take_orders(app: Arc<App>, listener: UnixListener, stopped: watch::Receiver<bool>) {
    let path = super::socket(&app.base.config.database.dir);
    let owner = std::fs::metadata(&path).map(|of| of.uid()).ok();
    let turn = Arc::new(Mutex::new(()));
    let mut talks = JoinSet::new();
    let mut stop = stopped.clone();
    loop {
        tokio::select! {
            _ = is_to_stop(&mut stop) => break,
            Some(_) = talks.join_next(), if !talks.is_empty() => {}
            came = listener.accept(), if talks.len() < CONVERSATIONS => match came {
                Ok((stream, _)) if may_order(&stream, owner) => {
                    talks.spawn(talk(Arc::clone(&app), stream, Arc::clone(&turn), stopped.clone()));
                }
                Ok(_) => tracing::warn!("somebody else than the owner of the paper came to the control socket"),
                Err(error) => {
                    tracing::warn!(%error, "the control socket could not take a conversation");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            },
        }
    }
    drop(listener);
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::warn!(%error, "the control socket could not be removed");
    }
    while talks.join_next().await.is_some() {}
}

async fn is_to_stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to say so, which is the same.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// The mode of the file says it already, wherever the file system keeps modes.
fn may_order(stream: &UnixStream, owner: Option<u32>) -> bool {
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == 0 || Some(peer.uid()) == owner)
}

async fn talk(
    app: Arc<App>,
    mut stream: UnixStream,
    turn: Arc<Mutex<()>>,
    mut stopped: watch::Receiver<bool>,
) {
    let ended = tokio::select! {
        greeted = greet(&mut stream) => greeted,
        _ = is_to_stop(&mut stopped) => return,
    };
    if let Ok(false) | Err(_) = ended {
        return;
    }
    loop {
        // An order that is not here as a whole when the paper stops was not given.
        let order = tokio::select! {
            order = wire::read::<(Lang, Order)>(&mut stream) => order,
            _ = is_to_stop(&mut stopped) => return,
        };
        let answer: Answer<Reply> = match order {
            Ok(None) => return,
            Ok(Some((language, order))) => {
                let _turn = turn.lock().await;
                let done = order::carry_out(&app, order, Say::new(language)).await;
                done.map_err(|error| format!("{error:#}"))
            }
            Err(error) => Err(format!("the serving paper does not understand: {error:#}")),
        };
        if wire::write(&mut stream, &answer).await.is_err() {
            return;
        }
    }
}

/// Both sides must be the same program; says whether they are.
async fn greet(stream: &mut UnixStream) -> anyhow::Result<bool> {
    let Some(theirs) = wire::read::<String>(stream).await? else {
        return Ok(false);
    };
    let same = theirs == wire::VERSION;
    let answer: Answer<()> = if same {
        Ok(())
    } else {
        Err(format!(
            "the paper is being served by gaceta {}, and this is gaceta {theirs}; stop the paper and start it again with the program you use here",
            wire::VERSION
        ))
    };
    wire::write(stream, &answer).await?;
    Ok(same)
}
