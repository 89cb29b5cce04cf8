//! The pages, grouped by what a person does there. Each has its handlers, its forms and its views.

pub mod account;
pub mod audit;
pub mod contacts;
pub mod duplicates;
pub mod export;
pub mod fields;
pub mod import;
pub mod links;
pub mod members;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod trash;
