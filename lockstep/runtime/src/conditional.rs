//! Conditional requests (RFC 9110, 13.1): comparing entity tags.
//! Pure functions on header texts; which operations take the headers is the contract's matter.

/// Whether an `If-None-Match` names the current entity tag, by weak comparison: then the answer is 304.
pub fn if_none_match(header: &str, current: &str) -> bool {
    header.trim() == "*" || tags(header).any(|tag| opaque(tag) == opaque(current))
}

/// Whether an `If-Match` names the current entity tag, by strong comparison: else the answer is 412.
/// `*` matches anything that exists.
pub fn if_match(header: &str, current: &str) -> bool {
    header.trim() == "*" || tags(header).any(|tag| !tag.starts_with("W/") && tag == current)
}

fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The entity tags of a list. A comma may stand inside the quotes.
fn tags(header: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    header
        .split(move |c| {
            quoted ^= c == '"';
            c == ',' && !quoted
        })
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_comparison_refuses_weak_tags() {
        assert!(if_match(r#""1", "7""#, r#""7""#));
        assert!(if_match("*", r#""7""#));
        assert!(!if_match(r#"W/"7""#, r#""7""#));
        assert!(!if_match(r#""8""#, r#""7""#));
    }

    #[test]
    fn weak_comparison_takes_them_and_commas_inside_quotes() {
        assert!(if_none_match(r#"W/"7""#, r#""7""#));
        assert!(if_none_match(r#""a,b" , "7""#, r#""a,b""#));
        assert!(!if_none_match(r#""a""#, r#""7""#));
    }
}
