//! Every shape of entry, and every change from one to another.
