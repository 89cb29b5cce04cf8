//! Building blocks of pages: the document around them, icons and avatars, form fields, number and date formatting,
//! flash messages, instructions for other programs, QR codes, names of files and error pages.

pub mod assets;
pub mod avatar;
pub mod contact_text;
pub mod error_page;
pub mod file_name;
pub mod flash;
pub mod form_data;
pub mod forms;
pub mod icon;
pub mod layout;
pub mod locale;
pub mod outcomes;
pub mod qr_code;
pub mod sources;
pub mod truncate;
pub mod words;
