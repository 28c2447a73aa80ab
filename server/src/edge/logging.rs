//! Where log lines go and how they look: standard output, as JSON or for people.
//! Our own code logs at the level of the settings; libraries only warn, since theirs may show requests and bodies.

use tracing::{Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::settings::LogFormat;

/// Starts logging, for the rest of the process.
///
/// # Errors
/// When logging has been started already.
pub fn init(level: Level, format: LogFormat) -> Result<(), TryInitError> {
    subscriber(level, format, std::io::stdout).try_init()
}

/// A subscriber that writes to `writer`.
pub(super) fn subscriber<W>(level: Level, format: LogFormat, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(level))
        .with_writer(writer);
    match format {
        LogFormat::Json => Box::new(builder.json().flatten_event(true).with_span_list(false).finish()),
        LogFormat::Pretty => Box::new(builder.finish()),
    }
}

fn filter(level: Level) -> EnvFilter {
    let libraries = level.min(Level::WARN);
    EnvFilter::new(format!("{libraries},spaces_server={level},lockstep_runtime={level}"))
}

/// The lines that a test logs.
#[cfg(test)]
#[derive(Clone, Default)]
pub(super) struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

#[cfg(test)]
impl Lines {
    pub(super) fn text(&self) -> String {
        self.0
            .lock()
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

#[cfg(test)]
impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .map_err(|_| std::io::ErrorKind::Other)?
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn logged(level: Level, format: LogFormat, log: impl FnOnce()) -> String {
        let lines = Lines::default();
        tracing::subscriber::with_default(subscriber(level, format, lines.clone()), log);
        lines.text()
    }

    #[test]
    fn s40_a_value_cannot_forge_a_line() {
        let hostile = "x\n{\"level\":\"INFO\",\"message\":\"forged\"}\u{1b}[2J";
        for format in [LogFormat::Json, LogFormat::Pretty] {
            let text = logged(Level::INFO, format, || tracing::info!(hostile, "said"));
            assert_eq!(text.lines().count(), 1, "{text}");
            assert!(!text.contains("\u{1b}[2J"), "{text:?}");
        }
        let text = logged(Level::INFO, LogFormat::Json, || tracing::info!(hostile, "said"));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap()["hostile"],
            hostile
        );
    }

    #[test]
    fn libraries_do_not_log_what_they_send() {
        let text = logged(Level::TRACE, LogFormat::Json, || {
            tracing::trace!("ours");
            tracing::info!(target: "aws_sdk_dynamodb", "theirs");
        });
        assert!(text.contains("ours") && !text.contains("theirs"), "{text}");
        let text = logged(Level::ERROR, LogFormat::Json, || tracing::warn!(target: "h2", "theirs"));
        assert_eq!(text, "");
    }
}
