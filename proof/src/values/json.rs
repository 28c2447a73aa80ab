//! JSON values as they are written: `192.0`, `1.92e2` and `192` are three of them. What a number is worth is asked of its
//! digits; nothing here rounds.

use std::fmt;

use jiter::{Jiter, JiterError, Peek};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Null.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number by its digits.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members in order.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text.
    ///
    /// # Errors
    /// Where it is no JSON.
    pub fn read(text: &str) -> Result<Self, JiterError> {
        let mut tokens = Jiter::new(text.as_bytes());
        let value = value(&mut tokens)?;
        tokens.finish()?;
        Ok(value)
    }

    /// The same with every number spelled as `serde_json` does.
    pub fn of(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(yes) => Self::Boolean(*yes),
            serde_json::Value::Number(number) => Self::Number(number.to_string()),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::Array(items.iter().map(Self::of).collect()),
            serde_json::Value::Object(members) => {
                Self::Object(members.iter().map(|(name, it)| (name.clone(), Self::of(it))).collect())
            }
        }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number.
    pub fn number(digits: impl ToString) -> Self {
        Self::Number(digits.to_string())
    }

    /// A member of an object.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Puts a member into an object, in the place of one of that name.
    #[must_use]
    pub fn with(mut self, name: &str, value: Self) -> Self {
        if let Self::Object(members) = &mut self {
            members.retain(|(key, _)| key != name);
            members.push((name.to_owned(), value));
        }
        self
    }

    /// Takes a member out of an object.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        if let Self::Object(members) = &mut self {
            members.retain(|(key, _)| key != name);
        }
        self
    }

    /// Whether JavaScript reads every number of it as what it is. Between 2^53 and 2^64, where its doubles stand for
    /// several integers of 64 bits, it does not.
    pub fn is_held_by_doubles(&self) -> bool {
        match self {
            Self::Number(digits) => is_held(digits),
            Self::Array(items) => items.iter().all(Self::is_held_by_doubles),
            Self::Object(members) => members.iter().all(|(_, value)| value.is_held_by_doubles()),
            _ => true,
        }
    }
}

fn value(tokens: &mut Jiter<'_>) -> Result<Json, JiterError> {
    Ok(match tokens.peek()? {
        Peek::Null => {
            tokens.known_null()?;
            Json::Null
        }
        peek @ (Peek::True | Peek::False) => Json::Boolean(tokens.known_bool(peek)?),
        Peek::String => Json::text(tokens.known_str()?),
        Peek::Array => {
            let mut items = Vec::new();
            let mut next = tokens.known_array()?;
            while next.is_some() {
                items.push(value(tokens)?);
                next = tokens.array_step()?;
            }
            Json::Array(items)
        }
        Peek::Object => {
            let mut members = Vec::new();
            let mut name = tokens.known_object()?.map(str::to_owned);
            while let Some(key) = name {
                members.push((key, value(tokens)?));
                name = tokens.next_key()?.map(str::to_owned);
            }
            Json::Object(members)
        }
        peek => Json::Number(String::from_utf8_lossy(tokens.known_number_bytes(peek)?).into_owned()),
    })
}

/// What digits are worth: sign, digits without zeros around them, and the power of ten of the last one.
fn worth(digits: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_negative = whole.starts_with('-');
    let all = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = all.trim_end_matches('0');
    let power = exponent.parse().unwrap_or(0_i64) - length(fraction) + length(&all) - length(significant);
    let significant = significant.trim_start_matches('0').to_owned();
    if significant.is_empty() {
        return (false, significant, 0);
    }
    (is_negative, significant, power)
}

fn length(text: &str) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

/// Whether two numbers are one. A fraction is one with the double that is nearest to it.
pub fn is_one_number(left: &str, right: &str) -> bool {
    let is_integer = |digits: &str| worth(digits).2 >= 0;
    let double = |digits: &str| digits.parse::<f64>().ok();
    worth(left) == worth(right) || !is_integer(left) && double(left) == double(right)
}

fn is_held(digits: &str) -> bool {
    let Ok(double) = digits.parse::<f64>() else {
        return false;
    };
    let is_ambiguous = (2_f64.powi(53)..=2_f64.powi(64)).contains(&double.abs());
    !is_ambiguous && worth(digits) == worth(&format!("{double:e}"))
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(yes) => write!(f, "{yes}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Array(items) => list(f, ('[', ']'), items, |f, item| write!(f, "{item}")),
            Self::Object(members) => list(f, ('{', '}'), members, |f, (name, value)| {
                write!(f, "{}:{value}", quoted(name))
            }),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    (open, close): (char, char),
    all: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    use fmt::Write as _;
    f.write_char(open)?;
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            f.write_char(',')?;
        }
        write(f, one)?;
    }
    f.write_char(close)
}
