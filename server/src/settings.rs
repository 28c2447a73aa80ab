//! The settings of a deployment, read once from the environment and checked as a whole before anything starts.
//! Nothing else in the server reads an environment variable, and a wrong value is named but never echoed.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use lockstep_runtime::Secret;
use spaces_contract::NewPassword;
use tracing::Level;

use self::reader::Reader;

mod reader;

/// Everything that a deployment can choose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `HOST`: the address to listen on. Only this machine by default.
    pub host: IpAddr,
    /// `PORT`: the port to listen on; 0 takes any free one.
    pub port: u16,
    /// `ENVIRONMENT`.
    pub environment: Environment,
    /// `LOG_LEVEL`: the least important lines that our own code logs.
    pub log_level: Level,
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `CORS_ORIGINS`: the origins whose pages may call us; none by default.
    pub cors_origins: Vec<String>,
    /// `DATABASE` and what belongs to it.
    pub database: Database,
    /// `AUTH_MODE` and what belongs to it.
    pub auth: AuthMode,
    /// `AWS_ENDPOINT_URL_STS`: another address than that of AWS, by the name that AWS's own tools have for it.
    pub sts_endpoint: Option<String>,
    /// `JWT_*`: where the key comes from that signs access tokens, where we sign people in, and that cursors follow from.
    pub signing_key: KeySource,
    /// `REGISTRATION`.
    pub registration: Registration,
    /// `TRUSTED_PROXIES`: the networks whose `X-Forwarded-For` is believed; none by default.
    pub trusted_proxies: Vec<IpNet>,
    /// `RATE_LIMIT_*`: how many requests a client has; `None` leaves it to whatever stands in front.
    pub rate_limit: Option<RequestRate>,
    /// `MAX_IN_FLIGHT`: how many requests are answered at once; what comes beyond is refused.
    pub max_in_flight: NonZeroUsize,
    /// `METRICS_TOKEN`: what `/metrics` asks for; without one it is open.
    pub metrics_token: Option<Secret>,
    /// `SPACES_ADMIN_PASSWORD`: the password of the administrator that `create-admin` makes; without it one is made.
    pub admin_password: Option<NewPassword>,
    /// `SECURITY_CONTACT`: the URI in `/.well-known/security.txt` (RFC 9116).
    pub security_contact: String,
}

/// What the deployment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// One person's machine; `.env` is read.
    Dev,
    /// A rehearsal of production.
    Staging,
    /// Real users: development secrets are refused.
    Prod,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// Coloured text, for people.
    Pretty,
}

/// How many requests a client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestRate {
    /// `RATE_LIMIT_PER_MINUTE`: so many in the long run.
    pub per_minute: NonZeroU32,
    /// `RATE_LIMIT_BURST`: so many at once after a pause.
    pub burst: NonZeroU32,
}

/// Whether strangers may sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anyone may.
    Open,
    /// Only administrators make accounts.
    Closed,
}

/// Who signs people in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMode {
    /// We do: with passwords, sessions and tokens of our own.
    Local,
    /// A user pool of Amazon Cognito.
    Cognito {
        /// `COGNITO_USER_POOL_ID`: begins with the region.
        pool_id: String,
        /// `COGNITO_CLIENT_ID`: whose access tokens count.
        client_id: String,
        /// `COGNITO_ENDPOINT`: another address than that of AWS.
        endpoint: Option<String>,
    },
    /// Any issuer that publishes its keys.
    Oidc {
        /// `OIDC_ISSUER`, exactly as in the tokens.
        issuer: String,
        /// `OIDC_AUDIENCE`: for whom the tokens must be.
        audience: String,
        /// `OIDC_JWKS_URL`, of old `BETTER_AUTH_PUBLIC_KEY_URL`: where the keys are.
        jwks_url: String,
    },
}

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// The embedded engine without a file; everything is gone at the end of the process.
    Memory,
    /// The embedded engine on a file.
    File(PathBuf),
    /// DynamoDB, or anything that speaks its protocol.
    DynamoDb {
        /// `AWS_REGION`.
        region: String,
        /// `DYNAMODB_TABLE`.
        table: String,
        /// `DYNAMODB_ENDPOINT`: another address than that of AWS.
        endpoint: Option<String>,
    },
}

/// Where the key that signs access tokens comes from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A new key at every start, for the in-memory database.
    Ephemeral,
    /// A key that is made at the first start and kept in this file.
    Generated(PathBuf),
    /// A PEM file that somebody else keeps.
    PemFile {
        /// `JWT_PRIVATE_KEY_FILE`.
        path: PathBuf,
        /// `JWT_ALGORITHM`.
        algorithm: PemAlgorithm,
    },
    /// `JWT_SECRET_KEY`: HS256, for development.
    Secret(Secret),
}

/// What a PEM file can sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PemAlgorithm {
    /// Ed25519.
    EdDsa,
    /// RSA with SHA-256, 2048 bits or more.
    Rs256,
}

/// Every setting that is wrong, in one message.
#[derive(Debug, thiserror::Error)]
pub struct InvalidSettings(Vec<WrongSetting>);

#[derive(Debug)]
struct WrongSetting {
    name: &'static str,
    allowed: String,
}

impl InvalidSettings {
    /// The names of the wrong settings, in the order in which they are read.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|wrong| wrong.name)
    }
}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these settings are wrong:")?;
        self.0
            .iter()
            .try_for_each(|wrong| write!(f, "\n  {}: {}", wrong.name, wrong.allowed))
    }
}

impl Settings {
    /// Reads the environment, and in development `.env`, whose values the environment overrides.
    ///
    /// # Errors
    /// All wrong settings at once.
    pub fn from_env() -> Result<Self, InvalidSettings> {
        let mut values: HashMap<String, String> = std::env::vars_os()
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect();
        let in_development = matches!(values.get("ENVIRONMENT").map(|it| it.trim()), None | Some("" | "dev"));
        if in_development {
            add_dotenv(Path::new(".env"), &mut values)?;
        }
        Self::from_pairs(values)
    }

    /// Reads the settings from these names and values; what is absent or empty has its default.
    ///
    /// # Errors
    /// All wrong settings at once.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, InvalidSettings>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let values = pairs
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Reader::new(values).finish(Reader::settings)
    }
}

/// Adds what `.env` says and the environment does not; no file is no mistake.
fn add_dotenv(path: &Path, values: &mut HashMap<String, String>) -> Result<(), InvalidSettings> {
    let unreadable = || {
        let allowed = "every line must read NAME=value, and the file must be readable".to_owned();
        InvalidSettings(vec![WrongSetting { name: ".env", allowed }])
    };
    let pairs = match dotenvy::from_path_iter(path) {
        Ok(pairs) => pairs,
        Err(error) if error.not_found() => return Ok(()),
        Err(_) => return Err(unreadable()),
    };
    for pair in pairs {
        let (name, value) = pair.map_err(|_| unreadable())?;
        values.entry(name).or_insert(value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn nothing_set_is_a_local_server_on_a_file() {
        let settings = Settings::from_pairs([("PORT", " ")]).unwrap();
        assert_eq!((settings.host.to_string().as_str(), settings.port), ("127.0.0.1", 8080));
        assert_eq!(settings.database, Database::File("./data/spaces.db".into()));
        assert!(
            matches!(settings.signing_key, KeySource::Generated(path) if path == Path::new("./data/signing-key.pem"))
        );
        assert_eq!(settings.registration, Registration::Open);
        assert!(settings.cors_origins.is_empty() && settings.trusted_proxies.is_empty());
    }

    #[test]
    fn every_wrong_setting_is_named_at_once_and_no_value_is_echoed() {
        let error = Settings::from_pairs([
            ("PORT", "eighty"),
            ("AUTH_MODE", "saml"),
            ("CORS_ORIGINS", "https://a.example,*"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,everyone"),
            ("JWT_SECRET_KEY", "hunter2"),
        ])
        .unwrap_err();
        assert_eq!(
            error.names().collect::<Vec<_>>(),
            ["AUTH_MODE", "PORT", "CORS_ORIGINS", "JWT_SECRET_KEY", "TRUSTED_PROXIES"]
        );
        let message = error.to_string();
        for value in ["eighty", "everyone", "hunter2"] {
            assert!(!message.contains(value), "{message}");
        }
        assert!(
            message.contains("AUTH_MODE: must be local or cognito or oidc"),
            "{message}"
        );
    }

    #[test]
    fn combinations() {
        for (pairs, expected) in [
            ("DATABASE=dynamodb", "AWS_REGION"),
            ("DATABASE=dynamodb AWS_REGION=eu-west-1", ""),
            (
                "DATABASE=dynamodb AWS_REGION=x DYNAMODB_ENDPOINT=localhost",
                "DYNAMODB_ENDPOINT",
            ),
            (
                "DATABASE=dynamodb AWS_REGION=x ENVIRONMENT=prod",
                "JWT_PRIVATE_KEY_FILE",
            ),
            (
                "DATABASE=dynamodb AWS_REGION=x ENVIRONMENT=prod JWT_PRIVATE_KEY_FILE=key.pem",
                "",
            ),
            ("DATABASE_PATH=:memory:", ""),
            ("DATABASE_PATH=:memory: ENVIRONMENT=prod", "DATABASE_PATH"),
            ("JWT_SECRET_KEY=SECRET", ""),
            ("JWT_SECRET_KEY=SECRET ENVIRONMENT=staging", "JWT_SECRET_KEY"),
            ("JWT_SECRET_KEY=SECRET ENVIRONMENT=prod", "JWT_SECRET_KEY"),
            ("JWT_SECRET_KEY=SECRET JWT_ALGORITHM=RS256", "JWT_ALGORITHM"),
            ("JWT_SECRET_KEY=SECRET JWT_PRIVATE_KEY_FILE=key.pem", "JWT_SECRET_KEY"),
            ("JWT_ALGORITHM=HS256", "JWT_SECRET_KEY"),
            ("JWT_ALGORITHM=RS256", "JWT_PRIVATE_KEY_FILE"),
            ("JWT_ALGORITHM=RS256 JWT_PRIVATE_KEY_FILE=key.pem ENVIRONMENT=prod", ""),
            ("JWT_ALGORITHM=none", "JWT_ALGORITHM"),
            ("CORS_ORIGINS=https://App.example/", "CORS_ORIGINS"),
            ("CORS_ORIGINS=http://localhost:3000,https://app.example.org", ""),
            ("TRUSTED_PROXIES=10.0.0.1,fd00::/8", ""),
            ("SECURITY_CONTACT=somebody", "SECURITY_CONTACT"),
            ("RATE_LIMIT_PER_MINUTE=0 RATE_LIMIT_BURST=1", ""),
            ("RATE_LIMIT_PER_MINUTE=-1", "RATE_LIMIT_PER_MINUTE"),
            ("RATE_LIMIT_BURST=0", "RATE_LIMIT_BURST"),
            ("MAX_IN_FLIGHT=0", "MAX_IN_FLIGHT"),
            ("METRICS_TOKEN=short", "METRICS_TOKEN"),
            ("AUTH_MODE=cognito", "COGNITO_USER_POOL_ID COGNITO_CLIENT_ID"),
            (
                "AUTH_MODE=cognito COGNITO_USER_POOL_ID=eu-west-1_abc COGNITO_CLIENT_ID=4711",
                "",
            ),
            (
                "AUTH_MODE=cognito COGNITO_USER_POOL_ID=abc COGNITO_CLIENT_ID=4711",
                "COGNITO_USER_POOL_ID",
            ),
            (
                "AUTH_MODE=cognito COGNITO_USER_POOL_ID=evil.example/x_y COGNITO_CLIENT_ID=4711",
                "COGNITO_USER_POOL_ID",
            ),
            ("AUTH_MODE=oidc", "OIDC_ISSUER OIDC_AUDIENCE OIDC_JWKS_URL"),
            (
                "AUTH_MODE=oidc OIDC_ISSUER=https://i OIDC_AUDIENCE=spaces OIDC_JWKS_URL=http://i/jwks",
                "",
            ),
            (
                "AUTH_MODE=oidc OIDC_ISSUER=https://i OIDC_AUDIENCE=spaces BETTER_AUTH_PUBLIC_KEY_URL=https://i/jwks",
                "",
            ),
            (
                "AUTH_MODE=oidc OIDC_ISSUER=https://i#x OIDC_AUDIENCE=spaces OIDC_JWKS_URL=https://i/jwks",
                "OIDC_ISSUER",
            ),
            (
                "AUTH_MODE=oidc OIDC_ISSUER=https://i OIDC_AUDIENCE=spaces OIDC_JWKS_URL=http://i/jwks ENVIRONMENT=prod",
                "OIDC_JWKS_URL",
            ),
            (
                "AUTH_MODE=cognito COGNITO_USER_POOL_ID=eu-west-1_abc COGNITO_CLIENT_ID=4711 \
                 COGNITO_ENDPOINT=http://localhost:5000 ENVIRONMENT=prod",
                "COGNITO_ENDPOINT",
            ),
            ("AWS_ENDPOINT_URL_STS=localhost", "AWS_ENDPOINT_URL_STS"),
            ("SPACES_ADMIN_PASSWORD=short", "SPACES_ADMIN_PASSWORD"),
        ] {
            let values = pairs.split(' ').filter_map(|pair| pair.split_once('='));
            let values = values.map(|(name, value)| (name, if value == "SECRET" { SECRET } else { value }));
            let wrong = Settings::from_pairs(values).map_or_else(|error| error.names().collect(), |_| Vec::new());
            assert_eq!(wrong.join(" "), expected, "{pairs}");
        }
    }

    #[test]
    fn s40_a_secret_is_not_in_debug_output() {
        let settings = Settings::from_pairs([("JWT_SECRET_KEY", SECRET)]).unwrap();
        assert!(!format!("{settings:?}").contains(SECRET));
    }

    #[test]
    fn dotenv_fills_what_the_environment_does_not_set() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(".env");
        let mut values = HashMap::from([("PORT".to_owned(), "1".to_owned())]);
        add_dotenv(&file, &mut values).unwrap();
        std::fs::write(&file, "PORT=2\nREGISTRATION=closed\n").unwrap();
        add_dotenv(&file, &mut values).unwrap();
        assert_eq!(
            (values["PORT"].as_str(), values["REGISTRATION"].as_str()),
            ("1", "closed")
        );
        std::fs::write(&file, "no equals sign here\n").unwrap();
        assert_eq!(
            add_dotenv(&file, &mut values).unwrap_err().names().collect::<Vec<_>>(),
            [".env"]
        );
    }

    proptest! {
        #[test]
        fn no_value_panics_or_is_echoed(port in "[a-z!]{6,20}", list in "\\PC{0,40}") {
            let error = Settings::from_pairs([("PORT", port.as_str()), ("CORS_ORIGINS", &list)]).unwrap_err();
            prop_assert!(error.names().any(|name| name == "PORT"));
            prop_assert!(!error.to_string().contains(&port));
        }
    }
}
