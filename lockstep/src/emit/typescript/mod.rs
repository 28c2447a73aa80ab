//! The TypeScript artefact: one `index.ts` with the types, the answers of every operation and a client over `fetch`.
//! It prints the model; what is the same for every contract is plain TypeScript in `client.ts`.

mod answers;
mod client;
mod operations;
mod problem;
mod requests;
mod syntax;
mod tsdoc;
mod types;

#[cfg(test)]
mod tests;

use crate::model::Api;
use crate::source::Diagnostic;
use syntax::RESERVED;

/// The text of `index.ts`, `header` first. The same contract always gives the same text.
pub fn emit(api: &Api, header: &str) -> String {
    let parts = [
        header.trim_end().to_owned(),
        types::emit(api),
        operations::emit(api),
        client::emit(api),
    ];
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

/// Schemas whose names the module needs for itself: they cannot be emitted under one name in every language.
pub fn check(api: &Api) -> Vec<Diagnostic> {
    let taken = |name: &str| {
        RESERVED.contains(&name)
            || api
                .operations
                .iter()
                .any(|op| [requests::name(op), answers::name(op)].contains(&name.to_owned()))
    };
    api.types
        .iter()
        .filter(|def| taken(&def.name))
        .map(|def| Diagnostic {
            place: def.place.clone(),
            code: "reserved-type-name",
            message: format!("the TypeScript module already has a type called `{}`", def.name),
            hint: "give the schema another name".to_owned(),
        })
        .collect()
}
