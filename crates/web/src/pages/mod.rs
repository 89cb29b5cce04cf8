//! The pages, grouped by task. Each module contains the handlers, forms and views of its pages.

pub mod account;
pub mod audit;
#[cfg(debug_assertions)]
pub mod components;
pub mod contacts;
pub mod custom_fields;
pub mod duplicates;
pub mod import;
pub mod invitations;
pub mod members;
pub mod notifications;
pub mod settings;
pub mod setup;
pub mod sidebar;
pub mod sign_in;
pub mod trash;
