//! What a recording says about one exchange: the part of HAR 1.2 that is judged. Where recordings are kept, and what the
//! contract thinks of them, is decided elsewhere; nothing here can be printed, for it holds secrets.

use super::media::MediaType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A request and its answer: a HAR `entry`.
#[derive(Deserialize)]
pub(super) struct Exchange {
    pub(super) request: Request,
    pub(super) response: Response,
}

/// What was sent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Vec<Header>,
    post_data: Option<Content>,
    body_size: Option<i64>,
}

/// What came back. Browsers write the status 0 where nothing did.
#[derive(Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: Vec<Header>,
    content: Option<Content>,
}

/// A header, as often as it was sent.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

/// A body. Its text is absent if there was none, or if it was not kept.
#[derive(Deserialize)]
#[serde(try_from = "RawContent")]
struct Content {
    media_type: String,
    bytes: Option<Vec<u8>>,
    size: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawContent {
    #[serde(default)]
    mime_type: String,
    text: Option<String>,
    encoding: Option<String>,
    size: Option<i64>,
}

/// What is said of a text that cannot be decoded.
pub(super) const NOT_BASE64: &str = "`text` is no Base64, or its `encoding` is another one";

impl TryFrom<RawContent> for Content {
    type Error = &'static str;

    fn try_from(raw: RawContent) -> Result<Self, Self::Error> {
        let bytes = match (raw.text, raw.encoding.as_deref()) {
            (Some(text), Some("base64")) => Some(STANDARD.decode(text).map_err(|_| NOT_BASE64)?),
            (Some(text), None | Some("")) => Some(text.into_bytes()),
            (Some(_), Some(_)) => return Err(NOT_BASE64),
            (None, _) => None,
        };
        Ok(Self {
            media_type: raw.mime_type,
            bytes,
            size: raw.size,
        })
    }
}

impl Request {
    /// The body, empty if there was none; nothing if it was not recorded.
    pub(super) fn body(&self) -> Option<&[u8]> {
        match &self.post_data {
            Some(content) => content.bytes.as_deref(),
            None => (self.body_size.unwrap_or_default() <= 0).then_some(&[]),
        }
    }

    /// The media type of the body.
    pub(super) fn media_type(&self) -> MediaType {
        media_type(&self.headers, self.post_data.as_ref())
    }

    /// The path of the URL, as it was sent.
    pub(super) fn path(&self) -> &str {
        let path = self.target().split('?').next().unwrap_or_default();
        if path.is_empty() { "/" } else { path }
    }

    /// The query of the URL, as it was sent.
    pub(super) fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    /// The URL without scheme, authority and fragment.
    fn target(&self) -> &str {
        let url = self.url.split('#').next().unwrap_or_default();
        let Some((_, rest)) = url.split_once("://").filter(|_| !url.starts_with('/')) else {
            return url;
        };
        rest.find(['/', '?']).and_then(|at| rest.get(at..)).unwrap_or("/")
    }
}

impl Response {
    /// The body, empty if there was none; nothing if it was not recorded.
    pub(super) fn body(&self) -> Option<&[u8]> {
        let Some(content) = &self.content else { return Some(&[]) };
        let none = || matches!(content.size, None | Some(0)).then_some([].as_slice());
        content.bytes.as_deref().or_else(none)
    }

    /// The media type of the body.
    pub(super) fn media_type(&self) -> MediaType {
        media_type(&self.headers, self.content.as_ref())
    }
}

/// Every value of a header.
pub(super) fn values<'h>(headers: &'h [Header], name: &str) -> impl Iterator<Item = &'h str> {
    let same = move |header: &&Header| header.name.eq_ignore_ascii_case(name);
    headers.iter().filter(same).map(|header| header.value.as_str())
}

/// The header says what was sent; the content says what a browser made of it.
fn media_type(headers: &[Header], content: Option<&Content>) -> MediaType {
    let stated = values(headers, "content-type").next();
    let said = stated.or(content.map(|content| content.media_type.as_str()));
    MediaType::parse(said.unwrap_or_default())
}
