//! One-step changes of operations, security and documentation, and of schemas that travel both ways; and what is no
//! change at all.

use super::{B, C, N, Row, VERSIONS, base, edited, judge, report, row};
use std::collections::BTreeSet;

#[rustfmt::skip]
const OPERATIONS: &[Row] = &[
    row("an operation more",
        &[("  /notes:\n", "  /notes:\n    get:\n      tags: [Loans]\n      operationId: getNote\n      summary: The note\n      responses:\n        '200':\n          description: The note.\n          content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } }\n        default: { $ref: '#/components/responses/Problem' }\n")],
        [C, C, C], ("operation-added", "/paths/~1notes/get")),
    row("an operation gone",
        &[("    delete:\n      tags: [Books]\n      operationId: removeBook\n      summary: Remove a book\n      responses:\n        '204': { description: It is gone. }\n        default: { $ref: '#/components/responses/Problem' }\n", "")],
        [B, B, B], ("operation-removed", "/paths/~1books~1{bookId}/delete")),
    row("an operation gets another name",
        &[("operationId: removeBook", "operationId: deleteBook")],
        [N, B, B], ("operation-renamed", "/paths/~1books~1{bookId}/delete/operationId")),
    row("an operation moves",
        &[("  /notes:\n", "  /note:\n")],
        [B, N, N], ("route-removed", "/paths/~1note/put")),
    row("an operation moves, and its old path stays",
        &[("  /notes:\n", "  /note:\n"), ("      operationId: putNote\n", "      operationId: putNote\n      x-aliases: [{ path: /notes, deprecated: 2026-01-01 }]\n")],
        [C, N, N], ("route-added", "/paths/~1note/put")),
    row("an alias gone",
        &[("      x-aliases:\n        - { path: '/book/{bookId}', deprecated: 2026-01-01, sunset: 2027-01-01 }\n", "")],
        [B, N, N], ("route-removed", "/paths/~1books~1{bookId}/patch")),
    row("an alias stays longer",
        &[("sunset: 2027-01-01", "sunset: 2028-01-01")],
        [C, N, N], ("deprecation-changed", "/paths/~1books~1{bookId}/patch/x-aliases/0")),
    row("another method",
        &[("  /notes:\n    put:", "  /notes:\n    post:")],
        [B, N, N], ("route-removed", "/paths/~1notes/post")),
    row("an operation is deprecated",
        &[("      operationId: removeBook", "      deprecated: true\n      operationId: removeBook")],
        [C, C, C], ("deprecated", "/paths/~1books~1{bookId}/delete/deprecated")),
    row("another tag",
        &[("      tags: [Books]\n      operationId: removeBook", "      tags: [Loans]\n      operationId: removeBook")],
        [N, N, N], ("tag-changed", "/paths/~1books~1{bookId}/delete/tags")),
];

#[rustfmt::skip]
const SECURITY: &[Row] = &[
    row("another way to sign in",
        &[("      operationId: putNote\n", "      operationId: putNote\n      security: [{ bearer: [] }, { apiKey: [] }]\n")],
        [C, N, N], ("security-changed", "/paths/~1notes/put/security")),
    row("a way to sign in gone",
        &[("        - bearer: []\n        - apiKey: []\n", "        - bearer: []\n")],
        [B, N, N], ("security-changed", "/paths/~1books/post/security")),
    row("credentials are needed",
        &[("      summary: One book\n      security: []\n", "      summary: One book\n")],
        [B, N, N], ("security-changed", "/paths/~1books~1{bookId}/get")),
    row("credentials are no longer needed",
        &[("      operationId: putNote\n", "      operationId: putNote\n      security: []\n")],
        [C, N, N], ("security-changed", "/paths/~1notes/put/security")),
    row("credentials are optional",
        &[("      operationId: putNote\n", "      operationId: putNote\n      security: [{ bearer: [] }, {}]\n")],
        [C, N, N], ("security-changed", "/paths/~1notes/put/security")),
    row("one of two credentials is enough",
        &[("        - bearer: []\n          apiKey: []\n", "        - bearer: []\n")],
        [C, N, N], ("security-changed", "/paths/~1loans/post/security")),
    row("a role is needed",
        &[("      operationId: putNote\n", "      operationId: putNote\n      security: [{ bearer: [admin] }]\n")],
        [B, N, N], ("security-changed", "/paths/~1notes/put/security")).only_3_1(),
    // The Rust client's method for it is called otherwise.
    row("a scheme gets another name",
        &[("        - apiKey: []\n", "        - libraryKey: []\n"), ("          apiKey: []\n", "          libraryKey: []\n"), ("    apiKey: {", "    libraryKey: {")],
        [N, B, N], ("scheme-removed", "/components/securitySchemes/apiKey")),
    row("a key travels otherwise",
        &[("name: X-Key", "name: X-Api-Key")],
        [B, N, N], ("scheme-changed", "/components/securitySchemes/apiKey")),
    // A name and a password are two arguments of the Rust client.
    row("a key becomes a name and a password",
        &[("type: apiKey, in: header, name: X-Key,", "type: http, scheme: basic,")],
        [B, B, N], ("scheme-changed", "/components/securitySchemes/apiKey")),
];

#[rustfmt::skip]
const BOTH_WAYS: &[Row] = &[
    row("a longer string, there and back",
        &[("text: { type: string, maxLength: 500", "text: { type: string, maxLength: 600")],
        [B, N, N], ("rule-changed", "/components/schemas/Note/properties/text/maxLength")),
    row("a shorter string, there and back",
        &[("text: { type: string, maxLength: 500", "text: { type: string, maxLength: 400")],
        [B, N, N], ("rule-changed", "/components/schemas/Note/properties/text/maxLength")),
    row("an optional field more, there and back",
        &[("        colour: { type: string, enum: [red, blue]", "        size: { type: integer, description: Its size. }\n        colour: { type: string, enum: [red, blue]")],
        [C, B, C], ("field-added", "/components/schemas/Note/properties/size")),
    row("a required field more, there and back",
        &[("      required: [text]", "      required: [text, size]"), ("        colour: { type: string, enum: [red, blue]", "        size: { type: integer, description: Its size. }\n        colour: { type: string, enum: [red, blue]")],
        [B, B, B], ("required-field-added", "/components/schemas/Note/properties/size")),
    row("an enum value more, there and back",
        &[("enum: [red, blue]", "enum: [red, blue, green]")],
        [B, B, B], ("value-added", "/components/schemas/Note/properties/colour/enum/2")),
    row("a longer title",
        &[("maxLength: 200", "maxLength: 300")],
        [B, N, N], ("rule-changed", "/components/schemas/Title/maxLength")),
    // An alias of `String` becomes a type of its own.
    row("a string gets a rule",
        &[("Word: { type: string,", "Word: { type: string, maxLength: 9,")],
        [B, B, N], ("rule-changed", "/components/schemas/Word/maxLength")),
    row("a field is no longer sent",
        &[("colour: { type: string,", "colour: { type: string, readOnly: true,")],
        [B, B, B], ("field-removed", "/components/schemas/Note/properties/colour")),
    row("a type gets another name",
        &[("    Word: {", "    Term: {"), ("'#/components/schemas/Word'", "'#/components/schemas/Term'")],
        [N, B, B], ("type-removed", "/components/schemas/Word")),
    row("a field is deprecated",
        &[("text: { type: string,", "text: { type: string, deprecated: true,")],
        [N, N, C], ("deprecated", "/components/schemas/Note/properties/text/deprecated")),
    row("a type that nothing uses",
        &[("    Word: {", "    Term: { type: string, description: A term. }\n    Word: {")],
        [N, C, C], ("type-added", "/components/schemas/Term")),
];

#[rustfmt::skip]
const WORDS: &[Row] = &[
    row("another description of a field",
        &[("description: Its length.", "description: Its number of pages.")],
        [N, N, N], ("text-changed", "/components/schemas/Book/properties/pages/description")),
    row("another description of a type",
        &[("description: A book.", "description: One book.")],
        [N, N, N], ("text-changed", "/components/schemas/Book/description")),
    row("another description of a parameter",
        &[("description: How many., schema", "description: How many at most., schema")],
        [N, N, N], ("text-changed", "/paths/~1books/get/parameters/0/description")),
    row("another description of a header",
        &[("description: How many there are.", "description: The number of all.")],
        [N, N, N], ("text-changed", "/paths/~1books/get/responses/200/headers/X-Total/description")),
    row("another description of a status",
        &[("description: The copy is current.", "description: Nothing new.")],
        [N, N, N], ("text-changed", "/paths/~1books~1{bookId}/get/responses/304/description")),
    row("another summary",
        &[("summary: One book", "summary: A book")],
        [N, N, N], ("text-changed", "/paths/~1books~1{bookId}/get/summary")),
    row("another description of an operation",
        &[("description: Those that are there.", "description: All of them.")],
        [N, N, N], ("text-changed", "/paths/~1books/get/description")),
    row("another description of a request body",
        &[("description: What and how.", "description: What.")],
        [N, N, N], ("text-changed", "/paths/~1loans/post/requestBody/description")),
    row("another description of the contract",
        &[("description: Books and who borrows them.", "description: Books.")],
        [N, N, N], ("text-changed", "/info/description")),
    row("another title",
        &[("title: Library", "title: The library")],
        [N, N, N], ("text-changed", "/info/title")),
    row("another description of a tag",
        &[("description: What can be borrowed.", "description: Books.")],
        [N, N, N], ("text-changed", "/tags/0/description")),
    row("another description of a scheme",
        &[("description: A key.", "description: A key for programs.")],
        [N, N, N], ("text-changed", "/components/securitySchemes/apiKey/description")),
    row("another format of tokens",
        &[("scheme: bearer,", "scheme: bearer, bearerFormat: JWT,")],
        [N, N, N], ("scheme-changed", "/components/securitySchemes/bearer")),
];

#[test]
fn operations() {
    judge(OPERATIONS);
}

#[test]
fn security() {
    judge(SECURITY);
}

#[test]
fn there_and_back() {
    judge(BOTH_WAYS);
}

#[test]
fn words() {
    judge(WORDS);
}

#[test]
fn the_table_is_large_enough_and_names_everything_once() {
    let own = [OPERATIONS, SECURITY, BOTH_WAYS, WORDS].into_iter().flatten();
    let rows: Vec<&Row> = own
        .chain(super::requests::rows())
        .chain(super::responses::rows())
        .collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    let codes: BTreeSet<&str> = rows.iter().map(|row| row.found.0).collect();
    let source: String = std::fs::read_dir("src/diff")
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for code in &codes {
        assert!(source.contains(&format!("\"{code}\"")), "{code}");
    }
    assert!(codes.len() >= 30, "{codes:?}");
}

pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [OPERATIONS, SECURITY, BOTH_WAYS, WORDS].into_iter().flatten()
}

/// The same contract in other words.
#[rustfmt::skip]
const SPELLINGS: &[(&str, &[(&str, &str)])] = &[
    ("as it is", &[]),
    ("a version more", &[("version: 1.4.2", "version: 1.5.0")]),
    ("a field's schema in a component", &[
        ("colour: { type: string, enum: [red, blue], description: Its colour. }", "colour: { $ref: '#/components/schemas/NoteColour' }"),
        ("    Word: {", "    NoteColour: { type: string, enum: [red, blue], description: Its colour. }\n    Word: {")]),
    ("a component in place", &[
        ("      content: { application/problem+json: { schema: { $ref: '../common.yaml#/components/schemas/Problem' } } }", "      content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } }"),
        ("    Word: {", "    Problem: { $ref: '../common.yaml#/components/schemas/Problem' }\n    Word: {")]),
    ("fields in a part", &[
        ("      type: object\n      description: It comes.\n      required: [kind, street]\n      properties:\n        kind: { type: string, enum: [delivery], description: A delivery. }\n        street: { type: string, maxLength: 50, description: Where to. }",
         "      description: It comes.\n      allOf:\n        - type: object\n          required: [kind, street]\n          properties:\n            kind: { type: string, enum: [delivery], description: A delivery. }\n            street: { type: string, maxLength: 50, description: Where to. }")]),
    ("a parameter in a component", &[
        ("        - { name: theme, in: cookie, description: A theme., schema: { type: string, maxLength: 10 } }", "        - { $ref: '#/components/parameters/Theme' }"),
        ("components:\n", "components:\n  parameters:\n    Theme: { name: theme, in: cookie, description: A theme., schema: { type: string, maxLength: 10 } }\n")]),
    ("a response in place", &[
        ("        '404': { $ref: '#/components/responses/Problem' }", "        '404':\n          description: It did not work.\n          content: { application/problem+json: { schema: { $ref: '../common.yaml#/components/schemas/Problem' } } }")]),
    ("required in another order", &[("required: [title, isbn]", "required: [isbn, title]")]),
    ("an enum in another order", &[("[glad, sad]", "[sad, glad]")]),
    ("alternatives in another order", &[("        - bearer: []\n        - apiKey: []\n", "        - apiKey: []\n        - bearer: []\n")]),
    ("security said at the operation", &[("      operationId: putNote\n", "      operationId: putNote\n      security: [{ bearer: [] }]\n")]),
    ("scheme that nothing uses", &[("  securitySchemes:\n", "  securitySchemes:\n    unused: { type: http, scheme: basic }\n")]),
];

#[test]
fn another_spelling_is_no_change() {
    for version in VERSIONS {
        for (name, edits) in SPELLINGS {
            let answer = report(&base(version), &edited(version, name, edits));
            assert!(
                answer.changes.is_empty() && answer.enough,
                "{name} ({version})\n{answer}"
            );
        }
    }
}
