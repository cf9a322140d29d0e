//! Work that may be dropped at any await, such as a `GET` whose client hangs up: nothing may be written in it, since nobody
//! would tell memory what was. Debug builds, and so all tests, stop where something is.

use std::future::Future;

tokio::task_local! {
    static DROPPABLE: ();
}

/// Runs work that may be dropped at any await.
pub async fn droppable<F: Future>(work: F) -> F::Output {
    DROPPABLE.scope((), work).await
}

/// To be called where something is written.
///
/// # Panics
/// In debug builds, inside of [`droppable`].
pub fn assert_not_droppable() {
    debug_assert!(
        DROPPABLE.try_with(|()| ()).is_err(),
        "a client that hangs up would cut this off half way: its route has to be a `Route::get_detached`"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_of_its_own_is_not_droppable() {
        let inside = droppable(async { tokio::spawn(async { assert_not_droppable() }).await });
        inside.await.expect("it was detached");
        let panicked = tokio::spawn(droppable(async { assert_not_droppable() })).await;
        assert!(panicked.is_err());
    }
}
