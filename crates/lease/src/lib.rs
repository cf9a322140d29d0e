//! One reader reads on one device at a time: the engine.
#![forbid(unsafe_code)]

mod attention;
mod epoch;
mod message;
mod register;
mod rules;
mod table;

pub use epoch::{Epoch, Epochs, ParseEpochError};
pub use message::{Beat, Change, Holder, How, Key, Op, Outcome};
pub use register::{At, Register};
pub use rules::{Millis, Rules};
pub use table::Table;
