//! Gaceta: a digital newspaper in one binary, where each subscribed reader reads on one device at a time.
//!
//! Here the paper is put together from its parts, and nowhere else: [`App`], the list of all routes, several nodes, and
//! the command line. What a part is and does stands in its own crate; `ARCHITECTURE.md` has the table of contents and
//! walks a request through all of them.

mod app;
pub mod background;
pub mod cli;
mod connections;
pub mod jobs;
pub mod nodes;
pub mod pressure;
pub mod router;

pub use app::App;
