//! Gaceta.
fn main() {}
