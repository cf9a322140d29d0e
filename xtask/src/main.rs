//! The tasks of the workshop.

fn main() {}
