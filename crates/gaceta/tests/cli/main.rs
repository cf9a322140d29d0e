//! The command line as its users meet it: real processes, real files, real ports, real time.
//!
//! Deliberately not here: what pages say (`tests/it` asks the paper in process, with a clock that stands still).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(
    clippy::disallowed_methods,
    reason = "clock and pauses are kept out of the application; processes are waited for in real time"
)]

mod about;
mod background;
mod backup;
mod connections;
mod control;
mod doctor;
mod gate;
mod import;
mod mail;
mod modes;
mod paper;
mod start;
mod stop;
mod story;
