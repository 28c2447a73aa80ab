//! The answers of an operation: how `send` decodes each documented status, and the enum of operations that have
//! several success shapes. Every status that the contract does not document stays a response as it came.

use std::fmt::Write as _;

use syn::{ImplItem, ItemImpl, ReturnType, Type, parse_quote};

use super::{Error, tidy};
use crate::emit::one_line;
use crate::lower::{self, Content, Success};
use crate::model::{self, Api, Operation, Response, Status};
use crate::names;

/// The `match` that ends `send`.
pub(super) fn decode(operation: &Operation) -> String {
    let mut text = "match response.status().as_u16() {".to_owned();
    for (pattern, decoding) in success_arms(operation) {
        let _ = write!(text, "{pattern} => {decoding},");
    }
    let problems = statuses(lower::problems(operation).iter().map(|response| response.status));
    if !problems.is_empty() {
        let _ = write!(
            text,
            "{problems} => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),"
        );
    }
    text + "_ => Err(Error::UnexpectedResponse(response)), }"
}

fn success_arms(operation: &Operation) -> Vec<(String, String)> {
    let responses = lower::successes(operation);
    let exact = || statuses(responses.iter().map(|(_, response)| response.status));
    match lower::success(operation) {
        Success::One(_) if responses.is_empty() => {
            vec![("200..=299".to_owned(), "Ok(ResponseValue::stream(response))".to_owned())]
        }
        Success::One(Content::Empty) => vec![(exact(), "Ok(ResponseValue::empty(response))".to_owned())],
        Success::One(Content::Stream) => vec![(exact(), "Ok(ResponseValue::stream(response))".to_owned())],
        Success::One(Content::Json(_)) => {
            vec![(exact(), "ResponseValue::from_response(response).await".to_owned())]
        }
        Success::Several(name) => responses
            .iter()
            .map(|(code, response)| (code.to_string(), arm(&name, *code, response)))
            .collect(),
    }
}

/// The decoding of one status of several.
fn arm(name: &str, code: u16, response: &Response) -> String {
    let variant = format!("super::{name}::{}", names::answer_variant(code));
    match lower::content(response.body.as_ref()) {
        Content::Empty => format!("ResponseValue::empty(response).map(|()| {variant})"),
        Content::Stream => format!("ResponseValue::stream(response).map({variant})"),
        Content::Json(ty) => {
            format!(
                "ResponseValue::<{}>::from_response(response).await?.map({variant})",
                rust_type(&ty)
            )
        }
    }
}

/// A pattern of all these statuses; a class swallows those that it contains, and `default` every error.
fn statuses(statuses: impl Iterator<Item = Status>) -> String {
    let statuses: Vec<_> = statuses.collect();
    let has = |wanted| statuses.contains(&wanted);
    if has(Status::Default) || (has(Status::Class(4)) && has(Status::Class(5))) {
        return pattern(Status::Default);
    }
    let swallowed = |status| matches!(status, Status::Exact(code) if has(Status::Class((code / 100) as u8)));
    let kept = statuses.iter().copied().filter(|status| !swallowed(*status));
    kept.map(pattern).collect::<Vec<_>>().join(" | ")
}

/// `default` means errors here: what a success looks like is always said.
fn pattern(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        Status::Class(class) => format!("{class}00..={class}99"),
        Status::Default => "400..=599".to_owned(),
    }
}

/// The enums of the operations with several success shapes.
pub(super) fn enums(api: &Api) -> String {
    let mut text = String::new();
    for operation in &api.operations {
        if let Success::Several(name) = lower::success(operation) {
            text += &answer_enum(&name, operation);
        }
    }
    text
}

fn answer_enum(name: &str, operation: &Operation) -> String {
    let (mut variants, mut arms) = (String::new(), String::new());
    for (code, response) in lower::successes(operation) {
        let variant = names::answer_variant(code);
        let content = match lower::content(response.body.as_ref()) {
            Content::Empty => String::new(),
            Content::Stream => "(ByteStream)".to_owned(),
            Content::Json(ty) => format!("({})", rust_type(&ty)),
        };
        let rest = if content.is_empty() { "" } else { "(..)" };
        let _ = writeln!(
            variants,
            "    /// {code}: {}\n    {variant}{content},",
            one_line(&response.docs)
        );
        let _ = writeln!(arms, "            Self::{variant}{rest} => {variant:?},");
    }
    let operation_name = names::rust_value(&operation.id);
    let docs = format!("\n/// What [`Client::{operation_name}`] answers when it succeeds, by status.\n");
    if !lower::successes(operation)
        .iter()
        .any(|(_, response)| lower::content(response.body.as_ref()) == Content::Stream)
    {
        return format!("{docs}#[derive(Debug)]\npub enum {name} {{\n{variants}}}\n");
    }
    format!(
        "{docs}pub enum {name} {{\n{variants}}}\n\n\
         /// The variant alone, for a stream cannot be shown.\n\
         impl fmt::Debug for {name} {{\n    \
         fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        \
         f.write_str(match self {{\n{arms}        }})\n    }}\n}}\n"
    )
}

/// The type of a JSON body, which has a name unless the contract says nothing about it.
fn rust_type(ty: &model::Type) -> String {
    match ty {
        model::Type::Named(name) => format!("types::{name}"),
        _ => "serde_json::Value".to_owned(),
    }
}

/// The second way to send of operations that document 304: only who names the copy that they have must handle it.
pub(super) fn send_if_modified(operation: &Operation, builder: &ItemImpl) -> Result<Option<ImplItem>, Error> {
    let documented = operation
        .responses
        .iter()
        .any(|response| response.status == Status::Exact(304));
    if !documented {
        return Ok(None);
    }
    let send = builder.items.iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "send" => Some(&method.sig.output),
        _ => None,
    });
    let Some([success, error]) = send.and_then(success_and_error) else {
        return Err(Error::Missing("method `send`".to_owned()));
    };
    Ok(Some(parse_quote! {
        /// Sends the request; an answer 304 is `None`: the copy that `if_none_match` names is current.
        pub async fn send_if_modified(self) -> Result<ResponseValue<Option<#success>>, Error<#error>> {
            match self.send().await {
                Ok(response) => response.map(Some),
                Err(Error::UnexpectedResponse(response)) if response.status() == StatusCode::NOT_MODIFIED => {
                    Ok(ResponseValue::new(None, response.status(), response.headers().clone()))
                }
                Err(error) => Err(error),
            }
        }
    }))
}

/// `S` and `E` of `Result<ResponseValue<S>, Error<E>>`.
fn success_and_error(output: &ReturnType) -> Option<[Type; 2]> {
    let ReturnType::Type(_, result) = output else {
        return None;
    };
    let [value, error] = <[Type; 2]>::try_from(tidy::arguments(result)).ok()?;
    Some([tidy::arguments(&value).pop()?, tidy::arguments(&error).pop()?])
}
