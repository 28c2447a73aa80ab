//! What operations answer: a union each, with a case for every documented status and one for all others.
//! How answers are read is told by `operations` and done by `client.ts`.

use super::syntax::{list, literal, member, type_of};
use super::tsdoc::Comment;
use crate::emit::one_line;
use crate::model::{Api, Header, Operation, Response, Status};
use crate::names;

/// The headers that answers have in common: each is described once, and answers pick theirs.
pub(super) struct CommonHeaders<'a>(Vec<&'a Header>);

impl<'a> CommonHeaders<'a> {
    /// The headers that are the same wherever an answer has one of that name, sorted by name.
    pub(super) fn of(api: &'a Api) -> Self {
        let answers = || api.operations.iter().flat_map(|operation| &operation.responses);
        let all = || answers().flat_map(|response| &response.headers);
        let mut common: Vec<&Header> = all()
            .filter(|one| all().all(|other| member_name(one) != member_name(other) || is_same(one, other)))
            .collect();
        common.sort_by_key(|header| member_name(header));
        common.dedup_by_key(|header| member_name(header));
        Self(common)
    }

    /// The type that has all of them; nothing where there are none.
    pub(super) fn declaration(&self) -> Option<String> {
        let members: String = self.0.iter().map(|header| described_member(header)).collect();
        (!members.is_empty()).then(|| {
            format!("/** The headers that answers have in common. */\nexport interface AnswerHeaders {{\n{members}}}")
        })
    }

    fn has(&self, header: &Header) -> bool {
        self.0.iter().any(|common| member_name(common) == member_name(header))
    }
}

/// Whether two headers differ in nothing but whether they are always sent.
fn is_same(one: &Header, other: &Header) -> bool {
    (&one.name, &one.docs, &one.ty) == (&other.name, &other.docs, &other.ty)
}

fn described_member(header: &Header) -> String {
    let docs = Comment::new(&header.docs).rules(&header.ty).render("  ");
    format!("{docs}  readonly {}: {};\n", member_name(header), type_of(&header.ty))
}

fn member_name(header: &Header) -> String {
    member(&names::camel(&header.name), true)
}

/// The name of the type of what an operation answers.
pub(super) fn name(operation: &Operation) -> String {
    format!("{}Result", names::pascal(&operation.id))
}

/// The type of what an operation answers.
pub(super) fn declaration(operation: &Operation, common: &CommonHeaders<'_>) -> String {
    let meanings: Vec<String> = operation
        .responses
        .iter()
        .map(|response| format!("- {}: {}", response.status, one_line(&response.docs)))
        .collect();
    let docs = Comment::new(&format!("What {{@link Client.{}}} answers.", operation.id))
        .paragraph(&meanings.join("\n"))
        .render("");
    let answers: String = operation
        .responses
        .iter()
        .map(|response| format!("  | {}\n", answer(response, common)))
        .collect();
    format!("{docs}export type {} =\n{answers}  | Unexpected;", name(operation))
}

fn answer(response: &Response, common: &CommonHeaders<'_>) -> String {
    let mut arguments = vec![status_literal(response.status)];
    let body = response.body.as_ref().map(|body| type_of(&body.ty));
    if response.headers.is_empty() {
        arguments.extend(body);
    } else {
        arguments.push(body.unwrap_or_else(|| "undefined".to_owned()));
        let line = format!("  | Answer<{}, >", arguments.join(", "));
        arguments.push(headers(&line, response, common));
    }
    format!("Answer<{}>", arguments.join(", "))
}

/// The type of the headers: those that answers have in common, and its own.
fn headers(line: &str, response: &Response, common: &CommonHeaders<'_>) -> String {
    let pick = |required: bool| {
        let these = response
            .headers
            .iter()
            .filter(|it| common.has(it) && it.required == required);
        let keys: Vec<String> = these.map(|it| literal(&names::camel(&it.name))).collect();
        (!keys.is_empty()).then(|| format!("Pick<AnswerHeaders, {}>", keys.join(" | ")))
    };
    let own: Vec<String> = response
        .headers
        .iter()
        .filter(|it| !common.has(it))
        .map(header_member)
        .collect();
    let own = (!own.is_empty()).then(|| list(line, ["{", "}"], ";", &own));
    let optional = pick(false).map(|picked| format!("Partial<{picked}>"));
    let parts: Vec<String> = [pick(true), optional, own].into_iter().flatten().collect();
    parts.join(" & ")
}

fn header_member(header: &Header) -> String {
    format!(
        "readonly {}: {}",
        member(&names::camel(&header.name), header.required),
        type_of(&header.ty)
    )
}

/// A status in a type: classes and `default` keep their names, so that they narrow like the exact ones.
fn status_literal(status: Status) -> String {
    match status {
        Status::Exact(code) => code.to_string(),
        named => literal(&named.to_string()),
    }
}
