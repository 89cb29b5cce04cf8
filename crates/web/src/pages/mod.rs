//! The pages, grouped by what a person does there. Each has its handlers, its forms and its views.

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
