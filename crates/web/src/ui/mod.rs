//! Building blocks of pages: the document around them, form fields, words, messages and the page of an error.

pub mod assets;
pub mod contact_text;
pub mod error_page;
pub mod flash;
pub mod form_data;
pub mod forms;
pub mod layout;
pub mod truncate;
pub mod words;
