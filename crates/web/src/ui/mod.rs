//! Building blocks of pages: the document around them, icons and avatars, form fields, words, messages and the page of an error.

pub mod assets;
pub mod avatar;
pub mod contact_text;
pub mod error_page;
pub mod flash;
pub mod form_data;
pub mod forms;
pub mod icon;
pub mod layout;
pub mod truncate;
pub mod words;
