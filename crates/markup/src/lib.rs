//! Article documents.
