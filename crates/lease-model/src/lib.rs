//! Every order of events, within bounds: `crates/lease` in the design's protocol of many nodes, model-checked.
//!
//! A test runs some orders of events. This runs **all** of them, in a world small enough: two or three devices of one reader,
//! two nodes that keep what they were told, one store, an ordered stream of changes, a network that loses, doubles and
//! reorders, nodes that crash, stall or die, a standby that lost the tail, a backup that is restored. After each step the
//! judge says whether one of the promises S1 to S4 of `design.md` section 4 is broken. Then it leaves something out on
//! purpose, and must find the way in which that goes wrong. `cargo xtask model` prints it all; `docs/evidence/model.md`
//! keeps what was seen.
//!
//! # What here is shipped code, and what is not
//!
//! | | |
//! |---|---|
//! | register, epochs and generations, operation ids, at-rest rules | **shipped**: `lease::Register`, `lease::Epochs`, `lease::Rules`, unchanged, driven by [`store`] |
//! | what a node keeps and when it may use it | the design's protocol, in [`protocol`], which the product follows (`crates/leases/src/rows/mod.rs`) |
//! | what real processes were told, while they were broken | [`history`], for `cargo xtask chaos` |
//! | the world around: network, browsers, crashes, failover, time | model: [`state`], [`step`] |
//! | the promises | model: [`judge`], which shares no code with the engine; [`model`] lists them |
//!
//! Locks are not here (`crates/lease/tests/threads.rs`), nor SQL, nor real time. The register answers in one step, as it does
//! behind a lock or in one statement of the primary.
//!
//! # What it takes for granted
//!
//! * A primary that was replaced answers nobody any more (fencing). A node that could still ask the old one would be told
//!   old things as new ones, and no rule of a node can see that.
//! * The new generation is greater than every one before: [`mutant::Mutant::GenerationFromStore`] shows what happens else.
//! * Looking at the memory or the store and sending the first byte is one step. Time for which a process stood still between
//!   these two is reported apart, as `design.md` says.

pub mod bounds;
pub mod history;
pub mod judge;
pub mod model;
pub mod mutant;
pub mod protocol;
pub mod run;
pub mod state;
pub mod step;
pub mod store;
pub mod words;
