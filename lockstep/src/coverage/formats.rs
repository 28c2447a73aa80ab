//! The formats of strings by the grammars of their standards, written apart from the runtime's: the judge must not share
//! a mistake with the judged.

use crate::conform;
use crate::model::TextFormat;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use regex::Regex;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

/// Whether a string has a format.
pub(super) fn admits(format: TextFormat, text: &str) -> bool {
    match format {
        TextFormat::Plain | TextFormat::Password => true,
        TextFormat::Uuid => matches(&UUID, text),
        // `chrono` takes a space for the T, too.
        TextFormat::DateTime => !text.contains(' ') && DateTime::parse_from_rfc3339(text).is_ok(),
        TextFormat::Date => conform::is_date(text),
        TextFormat::Email => matches(&EMAIL, text),
        TextFormat::Uri => matches(&SCHEME, text) && matches(&REFERENCE, text),
        TextFormat::UriReference => matches(&REFERENCE, text),
        TextFormat::Hostname => text.len() <= 253 && matches(&HOSTNAME, text),
        TextFormat::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
        TextFormat::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
        TextFormat::Byte => STANDARD.decode(text).is_ok(),
    }
}

type Grammar = LazyLock<Option<Regex>>;

macro_rules! grammars {
    ($($name:ident = $source:expr;)*) => {$(
        static $name: Grammar = LazyLock::new(|| Regex::new($source).ok());
    )*};
}

grammars! {
    UUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
    EMAIL = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$";
    SCHEME = "^[A-Za-z][A-Za-z0-9+.-]*:.";
    REFERENCE = r"^([A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*(#([A-Za-z0-9._~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*)?$";
    HOSTNAME = r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";
}

/// A grammar that does not compile admits nothing, which the tests would see.
fn matches(grammar: &Grammar, text: &str) -> bool {
    grammar.as_ref().is_some_and(|grammar| grammar.is_match(text))
}
