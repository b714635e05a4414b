//! That every run ends.
