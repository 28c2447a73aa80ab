//! Parameters and bodies as typed values, with every violation of all of them collected before any is answered.
//! Generated code says what there is to read; the rules say what is valid.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use percent_encoding::percent_decode_str;

use super::body::{self, UnreadableBody};
use crate::problem::Violations;
use crate::{Array, BadRequest, Broken, Decode, Json, Scalar, UnprocessableContent, ViolationPlace, read_json};

/// The input of one request while it is read.
#[derive(Debug)]
pub struct Input<'r> {
    request: &'r HttpRequest,
    query: Vec<(String, String)>,
    known: Vec<&'static str>,
    violations: Violations,
}

impl<'r> Input<'r> {
    /// Starts to read a request.
    ///
    /// # Errors
    /// [`BadRequest`] where the query is not well-formed.
    pub fn new(request: &'r HttpRequest) -> Result<Self, BadRequest> {
        let query = query_pairs(request.query_string())
            .ok_or_else(|| BadRequest::new("malformed-query", "The query is not percent-encoded UTF-8."))?;
        Ok(Self {
            request,
            query,
            known: Vec::new(),
            violations: Violations::default(),
        })
    }

    /// A parameter of the path.
    pub fn path(&mut self, name: &'static str) -> Slot<'_> {
        let text = self
            .request
            .match_info()
            .iter()
            .find(|(key, _)| is_word_of(key, name))
            .map(|(_, text)| text)
            .map(|text| decode(text, false).unwrap_or_default());
        self.slot(ViolationPlace::Path, name, text.into_iter().collect())
    }

    /// A parameter of the query.
    pub fn query(&mut self, name: &'static str) -> Slot<'_> {
        self.known.push(name);
        let texts = self
            .query
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, text)| text.clone())
            .collect();
        self.slot(ViolationPlace::Query, name, texts)
    }

    /// Says that something else reads this parameter of the query, such as an API key.
    pub fn expect_query(&mut self, name: &'static str) {
        self.known.push(name);
    }

    /// A header. Several of one name are one list (RFC 9110, 5.3).
    pub fn header(&mut self, name: &'static str) -> Slot<'_> {
        let values: Vec<_> = self
            .request
            .headers()
            .get_all(name)
            .map(|it| it.to_str().unwrap_or("\u{fffd}"))
            .collect();
        let text = (!values.is_empty()).then(|| values.join(", "));
        self.slot(ViolationPlace::Header, name, text.into_iter().collect())
    }

    /// A cookie.
    pub fn cookie(&mut self, name: &'static str) -> Slot<'_> {
        let text = self.request.cookie(name).map(|cookie| cookie.value().to_owned());
        self.slot(ViolationPlace::Cookie, name, text.into_iter().collect())
    }

    fn slot(&mut self, place: ViolationPlace, name: &'static str, texts: Vec<String>) -> Slot<'_> {
        Slot {
            place,
            name,
            texts,
            violations: &mut self.violations,
        }
    }

    /// Reads a JSON body. `Ok(None)` means that it is invalid, and why is kept for [`Input::finish`].
    ///
    /// # Errors
    /// [`UnreadableBody`] where there is none, or it is not JSON, too large, too slow or of another media type.
    pub async fn json<T: Decode>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
    ) -> Result<Option<T>, UnreadableBody> {
        self.json_with(payload, media_type, T::decode).await
    }

    /// Like [`Input::json`], by a function: for types such as `Vec<T>` that do not carry the contract's rules.
    ///
    /// # Errors
    /// As [`Input::json`].
    pub async fn json_with<T>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
        decode: impl FnOnce(&mut Json<'_>) -> Option<T>,
    ) -> Result<Option<T>, UnreadableBody> {
        let body = body::read(self.request, payload, media_type)
            .await?
            .ok_or_else(UnreadableBody::missing)?;
        Ok(read_json(&body, &mut self.violations, decode)?)
    }

    /// Like [`Input::json`], where no body at all is fine: `Ok(Some(None))`.
    ///
    /// # Errors
    /// As [`Input::json`], but for a missing body.
    pub async fn optional_json<T: Decode>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
    ) -> Result<Option<Option<T>>, UnreadableBody> {
        self.optional_json_with(payload, media_type, T::decode).await
    }

    /// Like [`Input::json_with`], where no body at all is fine: `Ok(Some(None))`.
    ///
    /// # Errors
    /// As [`Input::optional_json`].
    pub async fn optional_json_with<T>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
        decode: impl FnOnce(&mut Json<'_>) -> Option<T>,
    ) -> Result<Option<Option<T>>, UnreadableBody> {
        match body::read(self.request, payload, media_type).await? {
            Some(body) => Ok(read_json(&body, &mut self.violations, decode)?.map(Some)),
            None => Ok(Some(None)),
        }
    }

    /// Reads a body that is bytes to us; none at all is an empty one.
    ///
    /// # Errors
    /// [`UnreadableBody`] where it is too large, too slow or of another media type.
    pub async fn bytes(
        &mut self,
        payload: Payload,
        media_type: &'static str,
    ) -> Result<Option<Vec<u8>>, UnreadableBody> {
        let body = body::read(self.request, payload, media_type).await?;
        Ok(Some(body.map(|body| body.to_vec()).unwrap_or_default()))
    }

    /// Like [`Input::bytes`], where no body at all is fine: `Ok(Some(None))`.
    ///
    /// # Errors
    /// As [`Input::bytes`].
    pub async fn optional_bytes(
        &mut self,
        payload: Payload,
        media_type: &'static str,
    ) -> Result<Option<Option<Vec<u8>>>, UnreadableBody> {
        let body = body::read(self.request, payload, media_type).await?;
        Ok(Some(body.map(|body| body.to_vec())))
    }

    /// Reads a body that is text, by its rule; none at all is an empty one.
    ///
    /// # Errors
    /// [`UnreadableBody`] where it is not UTF-8, too large, too slow or of another media type.
    pub async fn text<S: Scalar>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
        rule: &S,
    ) -> Result<Option<S::Value>, UnreadableBody> {
        let body = body::read(self.request, payload, media_type).await?;
        self.checked(&body.unwrap_or_default(), rule)
    }

    /// Like [`Input::text`], where no body at all is fine: `Ok(Some(None))`.
    ///
    /// # Errors
    /// As [`Input::text`].
    pub async fn optional_text<S: Scalar>(
        &mut self,
        payload: Payload,
        media_type: &'static str,
        rule: &S,
    ) -> Result<Option<Option<S::Value>>, UnreadableBody> {
        match body::read(self.request, payload, media_type).await? {
            Some(body) => Ok(self.checked(&body, rule)?.map(Some)),
            None => Ok(Some(None)),
        }
    }

    fn checked<S: Scalar>(&mut self, body: &[u8], rule: &S) -> Result<Option<S::Value>, UnreadableBody> {
        let text = std::str::from_utf8(body).map_err(|_| UnreadableBody::no_text())?;
        let mut broken = Broken::default();
        let value = rule.from_text(text, &mut broken);
        for (code, detail) in broken.0 {
            self.violations.add(ViolationPlace::Body, String::new(), code, detail);
        }
        Ok(value)
    }

    /// The values read, if there is no violation at all.
    ///
    /// # Errors
    /// [`UnprocessableContent`] with every violation of path, query, headers, cookies and body.
    pub fn finish<T>(mut self, values: Option<T>) -> Result<T, UnprocessableContent> {
        for (name, _) in &self.query {
            if !self.known.contains(&name.as_str()) {
                let pointer = pointer(&name.chars().take(64).collect::<String>());
                let detail = "is not a parameter of this operation".to_owned();
                self.violations
                    .add(ViolationPlace::Query, pointer, "unknown-parameter", detail);
            }
        }
        match values {
            Some(values) if self.violations.is_empty() => Ok(values),
            _ => Err(UnprocessableContent::violations(self.violations.into_sorted())),
        }
    }
}

/// One parameter while it is read.
#[derive(Debug)]
pub struct Slot<'i> {
    place: ViolationPlace,
    name: &'static str,
    texts: Vec<String>,
    violations: &'i mut Violations,
}

impl Slot<'_> {
    /// A parameter that must be there.
    pub fn required<S: Scalar>(mut self, rule: &S) -> Option<S::Value> {
        if self.texts.is_empty() {
            self.report("required", "is required".to_owned());
        }
        self.one(rule)
    }

    /// A parameter that may be absent.
    pub fn optional<S: Scalar>(mut self, rule: &S) -> Option<S::Value> {
        self.one(rule)
    }

    /// Puts a default in the place of an absent parameter.
    #[must_use]
    pub fn or(mut self, default: &str) -> Self {
        if self.texts.is_empty() {
            self.texts.push(default.to_owned());
        }
        self
    }

    /// A list that must be there; see [`Slot::list`].
    pub fn required_list<S: Scalar<Value: PartialEq>>(
        mut self,
        rules: &Array,
        explode: bool,
        rule: &S,
    ) -> Option<Vec<S::Value>> {
        if self.texts.is_empty() {
            self.report("required", "is required".to_owned());
        }
        self.list(rules, explode, rule)
    }

    /// A parameter that lists values, repeated or (without `explode`) joined by commas. It may be absent.
    pub fn list<S: Scalar<Value: PartialEq>>(
        mut self,
        rules: &Array,
        explode: bool,
        rule: &S,
    ) -> Option<Vec<S::Value>> {
        if self.texts.is_empty() {
            return None;
        }
        let mut broken = Broken::default();
        let texts = std::mem::take(&mut self.texts);
        let texts: Vec<_> = texts
            .iter()
            .flat_map(|text| {
                let joined = if explode { None } else { Some(text.split(',')) };
                let whole = explode.then_some(text.as_str());
                joined.into_iter().flatten().chain(whole)
            })
            .collect();
        let read = texts.iter().filter_map(|text| rule.from_text(text, &mut broken));
        let values: Vec<_> = read.collect();
        rules.check(texts.len(), &values, &mut broken);
        let valid = broken.is_empty();
        self.report_all(broken);
        valid.then_some(values)
    }

    fn one<S: Scalar>(&mut self, rule: &S) -> Option<S::Value> {
        let texts = std::mem::take(&mut self.texts);
        if texts.len() > 1 {
            self.report("duplicate-parameter", "is there more than once".to_owned());
            return None;
        }
        let mut broken = Broken::default();
        let value = texts.first().and_then(|text| rule.from_text(text, &mut broken));
        self.report_all(broken);
        value
    }

    fn report_all(&mut self, broken: Broken) {
        for (code, detail) in broken.0 {
            self.report(code, detail);
        }
    }

    fn report(&mut self, code: &'static str, detail: String) {
        self.violations.add(self.place, pointer(self.name), code, detail);
    }
}

/// Whether actix-web's name of a path parameter, which has underscores only, is the contract's.
fn is_word_of(key: &str, name: &str) -> bool {
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    key.chars().eq(name.chars().map(word))
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The pairs of a query, decoded; `None` where it is not percent-encoded UTF-8.
pub(super) fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    let text = if plus_is_space {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    };
    let escapes = text.match_indices('%');
    let well_formed = escapes
        .map(|(at, _)| text.as_bytes().get(at + 1..at + 3))
        .all(|digits| digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !well_formed {
        return None;
    }
    percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
}
