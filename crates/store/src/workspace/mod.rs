//! Statements about a workspace itself: settings, custom fields, saved views and the audit log.

pub mod audit;
pub mod custom_fields;
pub mod settings;
pub mod views;
pub mod workspaces;
