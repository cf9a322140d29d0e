//! Kinds of jobs, and who runs them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Job, Priority, insert_job};
use crate::background::Failure;
use crate::db::Tx;
use crate::id::Id;
use crate::time::Span;

/// A kind of job whose payload is a `P`.
///
/// A value and no trait: a kind is declared in one line by the feature that puts such jobs, and [`Kind::run_by`] makes it
/// an entry of the list of what this program can run.
#[derive(Debug)]
pub struct Kind<P> {
    name: &'static str,
    limit: Span,
    payload: PhantomData<fn(P)>,
}

impl<P: Serialize + DeserializeOwned + 'static> Kind<P> {
    /// The name is stored with each job, so it stays for ever. `about` is a sentence for people who operate the paper and
    /// stands in docs/tasks.md; one job may run for `limit`.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, limit: Span) -> Self {
        let _ = about;
        Self {
            name,
            limit,
            payload: PhantomData,
        }
    }

    /// The name that is stored with each job.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long one job may run.
    #[must_use]
    pub const fn limit(&self) -> Span {
        self.limit
    }

    /// Puts a job into the queue; it runs after the commit, and not otherwise.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn insert(
        &self,
        tx: &mut Tx,
        payload: &P,
        priority: Priority,
    ) -> sqlx::Result<Id<Job>> {
        let payload =
            serde_json::to_string(payload).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        insert_job(tx, self.name, payload, priority).await
    }

    /// What is done with a job of this kind, by the part of the program that can.
    pub fn run_by<S, F>(
        &self,
        part: S,
        run: impl Fn(S, Id<Job>, P) -> F + Send + Sync + 'static,
    ) -> Runner
    where
        S: Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let run = move |id, payload: &str| match serde_json::from_str(payload) {
            Ok(payload) => run(part.clone(), id, payload).boxed(),
            Err(error) => std::future::ready(Err(error.into())).boxed(),
        };
        Runner {
            kind: self.name,
            limit: self.limit,
            run: Arc::new(run),
        }
    }
}

type Run = Arc<dyn Fn(Id<Job>, &str) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;

/// A kind of job, and what is done with it.
#[derive(Clone)]
pub struct Runner {
    /// Its name.
    pub kind: &'static str,
    /// How long one may run.
    pub limit: Span,
    pub(super) run: Run,
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Runner").field(&self.kind).finish()
    }
}
