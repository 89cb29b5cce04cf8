//! Imports: upload, settings, rows, and all actions up to the undo.

pub mod actions;
pub mod draft;
pub mod progress;
pub mod resource;
pub mod rows;
pub mod settings;
pub mod upload;
