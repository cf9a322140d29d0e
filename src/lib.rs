//! Gaceta.
