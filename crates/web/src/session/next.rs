//! The page to open after signing in, taken from a query parameter: always a page of this server.

pub fn as_query(wanted: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish()
}

/// Returns `next` if it is a path on this server, else the list of contacts, so that a link to the sign-in page cannot
/// redirect to another site.
pub fn safe_next(next: Option<&str>) -> &str {
    match next {
        // Characters that are not allowed in an address are not allowed in a header either.
        Some(next)
            if next.starts_with('/')
                && !next.starts_with("//")
                && !next.contains(|c: char| c == '\\' || c.is_control()) =>
        {
            next
        }
        _ => "/contacts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(safe_next(Some("/imports/3/map?x=1")), "/imports/3/map?x=1");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\u{1}",
            "/\u{7f}x",
            "",
            "x",
        ] {
            assert_eq!(safe_next(Some(elsewhere)), "/contacts", "{elsewhere}");
        }
        assert_eq!(safe_next(None), "/contacts");
    }
}
