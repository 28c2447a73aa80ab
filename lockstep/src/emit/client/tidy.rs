//! Small changes of progenitor's syntax trees: docs, short paths, argument names, optional bodies.
//! Nothing here knows about requests and answers.

use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, GenericArgument, Ident, ImplItem, ItemImpl, ItemStruct, LitStr, Member, Pat, Path, PathArguments,
    Stmt, Type, parse_quote,
};

use super::Error;
use crate::lower;
use crate::model::Operation;
use crate::names;

/// Doc comments of this text, a line each.
pub(super) fn docs(text: &str) -> Vec<Attribute> {
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    };
    text.trim()
        .lines()
        .filter(|_| !text.trim().is_empty())
        .map(line)
        .map(|line| parse_quote!(#[doc = #line]))
        .collect()
}

/// The statements of this text.
pub(super) fn statements(text: &str) -> Result<Vec<Stmt>, Error> {
    Ok(syn::parse_str::<syn::Block>(&format!("{{{text}}}"))?.stmts)
}

/// Whether a statement is `let name = …`.
pub(super) fn binds(statement: &Stmt, name: &str) -> bool {
    matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(pattern) if pattern.ident == name))
}

/// The name of the type that methods belong to.
pub(super) fn self_name(item: &ItemImpl) -> String {
    match &*item.self_ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// Lets a request go without its body, which progenitor always asks for.
pub(super) fn make_body_optional(item: &mut ItemStruct, implementation: &mut ItemImpl) {
    let Some(field) = item
        .fields
        .iter_mut()
        .find(|field| field.ident.as_ref().is_some_and(|name| name == "body"))
    else {
        return;
    };
    let Some(body) = arguments(&field.ty).into_iter().next() else {
        return;
    };
    field.ty = parse_quote!(Result<Option<#body>, String>);
    OptionalBody.visit_item_impl_mut(implementation);
    for member in &mut implementation.items {
        if let ImplItem::Fn(method) = member
            && method.sig.ident == "body"
        {
            let (attributes, problem) = (&method.attrs, "`body` is not valid");
            *method = parse_quote! {
                #(#attributes)*
                pub fn body<V>(mut self, value: V) -> Self where V: TryInto<#body> {
                    self.body = value.try_into().map(Some).map_err(|_| #problem.to_string());
                    self
                }
            };
        }
    }
}

/// The type arguments of a type.
pub(super) fn arguments(ty: &Type) -> Vec<Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|segment| &segment.arguments) else {
        return Vec::new();
    };
    let ty = |argument: &GenericArgument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    };
    list.args.iter().filter_map(ty).collect()
}

/// Sets `body: Ok(None)` in `new`.
struct OptionalBody;

impl VisitMut for OptionalBody {
    fn visit_expr_struct_mut(&mut self, literal: &mut syn::ExprStruct) {
        for field in &mut literal.fields {
            if matches!(&field.member, Member::Named(name) if name == "body") {
                field.expr = parse_quote!(Ok(None));
            }
        }
    }
}

/// Gives arguments and types the names that they have everywhere else, and messages that callers understand.
pub(super) fn tidy(operation: &Operation, item: &mut ItemStruct, implementation: &mut ItemImpl) {
    // progenitor writes keywords as `type_`.
    let keywords = operation.parameters.iter().map(lower::argument);
    let renamed = keywords
        .filter(|name| names::rust_value(name).starts_with("r#"))
        .filter_map(|name| Some((format!("{name}_"), syn::parse_str(&names::rust_value(&name)).ok()?)))
        .collect();
    let mut tidy = Tidy { renamed };
    tidy.visit_item_struct_mut(item);
    tidy.visit_item_impl_mut(implementation);
}

struct Tidy {
    renamed: Vec<(String, Ident)>,
}

impl VisitMut for Tidy {
    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if let Some((_, name)) = self.renamed.iter().find(|(from, _)| ident == from) {
            *ident = name.clone();
        }
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        path.leading_colon = None;
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let in_prelude = matches!(
            names[..],
            ["std", "option", "Option"]
                | ["std", "result", "Result"]
                | ["std", "string", "String"]
                | ["std", "vec", "Vec"]
                | ["std", "convert", "TryInto"]
        );
        match names[..] {
            ["super", "Client"] => *path = parse_quote!(Client),
            _ if in_prelude => path.segments = path.segments.iter().skip(2).cloned().collect(),
            [lower::ANSWERS, _] => {
                let answer = path.segments.last().cloned();
                *path = parse_quote!(super::#answer);
            }
            _ => {}
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        visit_mut::visit_field_value_mut(self, field);
        let shorthand = match (&field.member, &field.expr) {
            (Member::Named(name), Expr::Path(value)) => value.path.is_ident(name),
            _ => false,
        };
        if shorthand {
            field.colon_token = None;
        }
    }

    fn visit_lit_str_mut(&mut self, message: &mut LitStr) {
        let text = message.value();
        let readable = if let Some(argument) = text.strip_suffix(" was not initialized") {
            format!("`{}` is missing", argument.trim_end_matches('_'))
        } else if let Some(argument) = text.strip_suffix(" failed").and_then(|text| text.rsplit(' ').next()) {
            format!("`{}` is not valid", argument.trim_end_matches('_'))
        } else {
            return;
        };
        *message = LitStr::new(&readable, message.span());
    }
}
