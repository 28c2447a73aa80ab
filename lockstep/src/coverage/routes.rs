//! Which operation a request is meant for: paths and aliases against the path that was sent.
//! What else the request says is not looked at.

use crate::model::{Api, Operation};

/// The routes of a contract, those with literal text further left first.
pub(super) struct Routes<'a>(Vec<Route<'a>>);

struct Route<'a> {
    operation: &'a Operation,
    segments: Vec<Segment<'a>>,
}

/// A part of a template; what is literal wins.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Literal(&'a str),
    Parameter(&'a str),
}

/// The arguments of a path, still percent-encoded, by the names of its parameters.
pub(super) type Arguments<'a, 'p> = Vec<(&'a str, &'p str)>;

impl<'a> Routes<'a> {
    pub(super) fn new(api: &'a Api) -> Self {
        let mut routes = Vec::new();
        for operation in &api.operations {
            let aliases = operation.aliases.iter().map(|alias| alias.path.as_str());
            for path in aliases.chain([operation.path.as_str()]) {
                let segments = path.split('/').map(Segment::of).collect();
                routes.push(Route { operation, segments });
            }
        }
        routes.sort_by_key(Route::shape);
        Self(routes)
    }

    /// The operation of a request with its arguments. The path decides first, whatever the method: one that is written
    /// out is not an argument of another, even where it knows other methods only.
    pub(super) fn find<'p>(&self, method: &str, path: &'p str) -> Option<(&'a Operation, Arguments<'a, 'p>)> {
        let fitting = |route: &'_ Route<'a>| Some((route.operation, route.shape(), route.arguments(path)?));
        let mut fitting = self.0.iter().filter_map(fitting).peekable();
        let shape = fitting.peek()?.1.clone();
        fitting
            .take_while(|(_, other, _)| *other == shape)
            .find(|(operation, ..)| operation.method.as_str() == method)
            .map(|(operation, _, arguments)| (operation, arguments))
    }
}

impl<'a> Route<'a> {
    /// Which segments are parameters.
    fn shape(&self) -> Vec<bool> {
        self.segments.iter().map(Segment::is_parameter).collect()
    }

    fn arguments<'p>(&self, path: &'p str) -> Option<Arguments<'a, 'p>> {
        let mut sent = path.split('/');
        let mut arguments = Vec::new();
        for segment in &self.segments {
            match (segment, sent.next()?) {
                (Segment::Literal(literal), text) if *literal == text => {}
                (Segment::Parameter(name), text) if !text.is_empty() => arguments.push((*name, text)),
                _ => return None,
            }
        }
        sent.next().is_none().then_some(arguments)
    }
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Self {
        let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        name.map_or(Self::Literal(text), Self::Parameter)
    }

    fn is_parameter(&self) -> bool {
        matches!(self, Self::Parameter(_))
    }
}
