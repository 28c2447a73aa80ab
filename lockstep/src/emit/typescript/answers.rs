//! What operations answer: a union each, with a case for every documented status and one for all others.
//! How answers are read is told by `operations` and done by `client.ts`.

use super::syntax::{list, literal, member, type_of};
use super::tsdoc::Comment;
use crate::emit::one_line;
use crate::model::{Header, Operation, Response, Status};
use crate::names;

/// The name of the type of what an operation answers.
pub(super) fn name(operation: &Operation) -> String {
    format!("{}Result", names::pascal(&operation.id))
}

/// The type of what an operation answers.
pub(super) fn declaration(operation: &Operation) -> String {
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
        .map(|response| format!("  | {}\n", answer(response)))
        .collect();
    format!("{docs}export type {} =\n{answers}  | Unexpected;", name(operation))
}

fn answer(response: &Response) -> String {
    let mut arguments = vec![status_literal(response.status)];
    match (&response.body, response.headers.as_slice()) {
        (None, []) => {}
        (Some(body), []) => arguments.push(type_of(&body.ty)),
        (body, headers) => {
            arguments.push(
                body.as_ref()
                    .map_or_else(|| "undefined".to_owned(), |body| type_of(&body.ty)),
            );
            let members: Vec<String> = headers.iter().map(header_member).collect();
            let line = format!("  | Answer<{}, >", arguments.join(", "));
            arguments.push(list(&line, ["{", "}"], ";", &members));
        }
    }
    format!("Answer<{}>", arguments.join(", "))
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
