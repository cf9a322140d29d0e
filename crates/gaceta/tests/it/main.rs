//! The whole paper in process: real application, real router, own database each, a clock that stands still.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod about;
mod accounts;
mod addresses;
mod archive;
mod background;
mod bounds;
mod canary;
mod companies;
mod confirm;
mod devices;
mod doors;
mod early;
mod email;
mod forms;
mod gate;
mod hang_up;
mod heard;
mod leases;
mod letters;
mod limits;
mod links;
mod nodes;
mod open_pages;
mod overlaps;
mod own_data;
mod pages;
mod passwords;
mod permissions;
mod plans;
mod pressure;
mod publishing;
mod reading;
mod replay;
mod rows;
mod schema;
mod seats;
mod sign_in;
mod stores;
mod streams;
mod subscriptions;
mod templates;
mod translations;
mod turns;
