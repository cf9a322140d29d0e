//! Gaceta: a digital newspaper in one binary, where each subscribed reader reads on one device at a time.
//!
//! This page is the table of contents, in reading order. A feature's `mod.rs` says what it is and what is deliberately
//! not there; `ARCHITECTURE.md` walks a request through all of them. Features stand in a line and never look to their
//! right: `access < articles < stories < readers < subscriptions < leases < reading`.

mod app;
pub mod base;
pub mod cli;
pub mod jobs;
pub mod nodes;
pub mod web;

pub mod access;
pub mod articles;
pub mod readers;
pub mod stories;
pub mod subscriptions;

pub mod leases;
pub mod reading;

pub mod admin;

pub use app::App;
