//! What a workspace decides for all its members: settings and custom fields.

pub(crate) mod custom_fields;
pub(crate) mod settings;
