//! What a workspace decides for all its members: settings and custom fields.

pub(crate) mod custom_fields;
pub(crate) mod member_names;
pub(crate) mod security;
pub(crate) mod settings;
pub(crate) mod stored;
