//! Names that follow from statuses: the variants of answers, and the runtime's refusals.
//! How a status itself is written is the model's matter.

/// The runtime's refusals by status: an error of any other status cannot be answered.
pub const REFUSALS: [(u16, &str); 16] = [
    (400, "BadRequest"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "NotFound"),
    (405, "MethodNotAllowed"),
    (406, "NotAcceptable"),
    (408, "RequestTimeout"),
    (409, "Conflict"),
    (412, "PreconditionFailed"),
    (413, "ContentTooLarge"),
    (415, "UnsupportedMediaType"),
    (422, "UnprocessableContent"),
    (428, "PreconditionRequired"),
    (429, "TooManyRequests"),
    (500, "InternalError"),
    (503, "ServiceUnavailable"),
];

/// The variant of an answer below 400: the reason phrase of its status (RFC 9110, 15).
pub fn answer_variant(code: u16) -> String {
    let reason = match code {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritativeInformation",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        207 => "MultiStatus",
        300 => "MultipleChoices",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        _ => return format!("Status{code}"),
    };
    reason.to_owned()
}

/// The runtime's refusal of a status.
pub fn refusal(code: u16) -> Option<&'static str> {
    REFUSALS
        .iter()
        .find(|(status, _)| *status == code)
        .map(|(_, name)| *name)
}
