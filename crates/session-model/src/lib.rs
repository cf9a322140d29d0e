//! Every order of events, within bounds: one account that two people are in, over two nodes and one database.
//!
//! The owner and a stranger know the password, and each is signed in. They sign in and out, change the password, ask for
//! links and use them, while requests of the other are under way at either node. A request is a row of steps with others in
//! between: look, write (one transaction), tell memory. [`world`] says what may happen, [`judge`] what must always hold; then
//! something is left out on purpose ([`mutant`]), and the judge must notice.
//!
//! # What here is shipped code, and what is not
//!
//! Nothing is: the code that ships waits for a database at each step, and cannot be run through all orders. Each rule of the
//! model names what it stands for: `readers::store` (`lock_password`, `change_password`, `find_reset`), `base::memory` (the
//! ticket), `web::detached`, `readers::Sessions`, `subscriptions::Seats`, the stream of changes in `nodes`. Tests of the paper
//! itself run some of these orders on both engines (`crates/gaceta/tests/it/hang_up.rs`, `overlaps.rs`).
//!
//! An address is compared together with the password (`lock_password`, `AddressProof::is_of`). So here a change of the address
//! is one of the password, and the way back at the old address is a link that is used.
//!
//! # What it takes for granted
//!
//! A transaction happens in one step. SQLite has one writer; on PostgreSQL all of these lock the reader's row first, and the
//! mutant [`mutant::Mutant::NoLock`] shows what happens else.

pub mod judge;
pub mod mutant;
pub mod run;
pub mod step;
pub mod world;
