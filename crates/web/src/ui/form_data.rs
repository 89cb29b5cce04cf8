//! Reading the fields of a form or of a query string, some of which may occur several times.

/// Reads the fields of a form, of which some may stand several times.
pub fn fields(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body).into_owned().collect()
}

/// The first field of a name; empty without one.
pub fn field<'a>(fields: &'a [(String, String)], wanted: &str) -> &'a str {
    let found = fields.iter().find(|(name, _)| name == wanted);
    found.map_or("", |(_, value)| value.as_str())
}
