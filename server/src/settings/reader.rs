//! Reads each setting by its name, with its default and what it may be, and collects whatever is wrong.
//! The rules between settings are here too; what the settings mean is in the parent module.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use lockstep_runtime::Secret;
use tracing::Level;

use super::WrongSetting;
use super::{
    AuthMode, Database, Environment, InvalidSettings, KeySource, LogFormat, PemAlgorithm, Registration, RequestRate,
    Settings,
};

/// Only programs on this machine reach it.
const THIS_MACHINE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Requests of one client per minute, and at once: more than a busy page or an office behind one address needs.
const REQUESTS_PER_MINUTE: u32 = 1200;
const REQUEST_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(599);

/// Requests in flight: each is a few kilobytes, and beyond these the wait alone would be too long.
const MAX_IN_FLIGHT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1023);

const ENVIRONMENTS: [(&str, Environment); 3] = [
    ("dev", Environment::Dev),
    ("staging", Environment::Staging),
    ("prod", Environment::Prod),
];

/// Reads what belongs to a mode.
type ReadAuthMode = fn(&mut Reader, Environment) -> AuthMode;

const AUTH_MODES: [(&str, ReadAuthMode); 3] = [
    ("local", |_, _| AuthMode::Local),
    ("cognito", Reader::cognito),
    ("oidc", Reader::oidc),
];

const LOG_LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];

const LOG_FORMATS: [(&str, LogFormat); 2] = [("json", LogFormat::Json), ("pretty", LogFormat::Pretty)];

const REGISTRATIONS: [(&str, Registration); 2] = [("open", Registration::Open), ("closed", Registration::Closed)];

/// Reads values by name and collects what is wrong with them.
pub(super) struct Reader {
    values: HashMap<String, String>,
    wrong: Vec<WrongSetting>,
}

impl Reader {
    pub(super) fn new(values: HashMap<String, String>) -> Self {
        Self {
            values,
            wrong: Vec::new(),
        }
    }

    /// What `read` makes of the values, unless something is wrong with them.
    pub(super) fn finish<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> Result<T, InvalidSettings> {
        let read = read(&mut self);
        if self.wrong.is_empty() {
            Ok(read)
        } else {
            Err(InvalidSettings(self.wrong))
        }
    }

    pub(super) fn settings(&mut self) -> Settings {
        let environment = self.choice("ENVIRONMENT", &ENVIRONMENTS, Environment::Dev);
        let auth = self.choice("AUTH_MODE", &AUTH_MODES, |_, _| AuthMode::Local);
        Settings {
            host: self
                .parsed("HOST", "an IP address, as 127.0.0.1 or 0.0.0.0", plain)
                .unwrap_or(THIS_MACHINE),
            port: self
                .parsed("PORT", "a whole number from 0 to 65535", plain)
                .unwrap_or(8080),
            environment,
            log_level: self.choice("LOG_LEVEL", &LOG_LEVELS, Level::INFO),
            log_format: self.choice("LOG_FORMAT", &LOG_FORMATS, usual_format(environment)),
            cors_origins: self.list(
                "CORS_ORIGINS",
                "origins as https://app.example.org, with commas; no *",
                origin,
            ),
            database: self.database(environment),
            auth: auth(self, environment),
            sts_endpoint: self.parsed(
                "AWS_ENDPOINT_URL_STS",
                "a URL that starts with http:// or https://",
                url,
            ),
            signing_key: self.signing_key(environment),
            registration: self.choice("REGISTRATION", &REGISTRATIONS, Registration::Open),
            trusted_proxies: self.list(
                "TRUSTED_PROXIES",
                "addresses or networks as 10.0.0.0/8, with commas",
                network,
            ),
            rate_limit: self.rate_limit(),
            max_in_flight: self
                .parsed("MAX_IN_FLIGHT", "a whole number from 1", plain)
                .unwrap_or(MAX_IN_FLIGHT),
            metrics_token: self.parsed("METRICS_TOKEN", "16 characters or more", long_secret),
            admin_password: self.parsed("SPACES_ADMIN_PASSWORD", "12 to 128 characters", plain),
            security_contact: self
                .parsed(
                    "SECURITY_CONTACT",
                    "a URI as mailto:security@example.org or https://…",
                    contact,
                )
                .unwrap_or_else(|| "mailto:security@localhost".to_owned()),
        }
    }

    fn rate_limit(&mut self) -> Option<RequestRate> {
        let per_minute = self.parsed("RATE_LIMIT_PER_MINUTE", "a whole number, 0 for no limit", plain);
        let burst = self.parsed("RATE_LIMIT_BURST", "a whole number from 1", plain);
        Some(RequestRate {
            per_minute: NonZeroU32::new(per_minute.unwrap_or(REQUESTS_PER_MINUTE))?,
            burst: burst.unwrap_or(REQUEST_BURST),
        })
    }

    fn database(&mut self, environment: Environment) -> Database {
        let path = self.text("DATABASE_PATH").unwrap_or("./data/spaces.db").to_owned();
        if !self.choice("DATABASE", &[("embedded", false), ("dynamodb", true)], false) {
            if path != ":memory:" {
                return Database::File(path.into());
            }
            if environment == Environment::Prod {
                self.refuse(
                    "DATABASE_PATH",
                    "must be a file in prod; :memory: forgets everything at the end",
                );
            }
            return Database::Memory;
        }
        if self.text("AWS_REGION").is_none() {
            self.refuse("AWS_REGION", "must be set when DATABASE=dynamodb");
        }
        Database::DynamoDb {
            region: self.text("AWS_REGION").unwrap_or_default().to_owned(),
            table: self.text("DYNAMODB_TABLE").unwrap_or("spaces").to_owned(),
            endpoint: self.parsed("DYNAMODB_ENDPOINT", "a URL that starts with http:// or https://", url),
        }
    }

    fn cognito(&mut self, environment: Environment) -> AuthMode {
        let (allowed, https_url) = issuer_url(environment);
        AuthMode::Cognito {
            pool_id: self.needed(
                "COGNITO_USER_POOL_ID",
                "as eu-west-1_a1B2c3D4e",
                "AUTH_MODE=cognito",
                user_pool,
            ),
            client_id: self.needed(
                "COGNITO_CLIENT_ID",
                "letters and digits",
                "AUTH_MODE=cognito",
                app_client,
            ),
            endpoint: self.parsed("COGNITO_ENDPOINT", allowed, https_url),
        }
    }

    fn oidc(&mut self, environment: Environment) -> AuthMode {
        let name = match self.text("OIDC_JWKS_URL") {
            None if self.text("BETTER_AUTH_PUBLIC_KEY_URL").is_some() => "BETTER_AUTH_PUBLIC_KEY_URL",
            _ => "OIDC_JWKS_URL",
        };
        let (allowed, https_url) = issuer_url(environment);
        AuthMode::Oidc {
            issuer: self.needed("OIDC_ISSUER", "the URL in the claim iss", "AUTH_MODE=oidc", issuer),
            audience: self.needed("OIDC_AUDIENCE", "the claim aud", "AUTH_MODE=oidc", plain),
            jwks_url: self.needed(name, allowed, "AUTH_MODE=oidc", https_url),
        }
    }

    /// A value that must be there.
    fn needed(
        &mut self,
        name: &'static str,
        allowed: &str,
        when: &str,
        parse: impl Fn(&str) -> Option<String>,
    ) -> String {
        if self.text(name).is_none() {
            self.refuse(name, format!("must be set when {when}: {allowed}"));
        }
        self.parsed(name, allowed, parse).unwrap_or_default()
    }

    fn signing_key(&mut self, environment: Environment) -> KeySource {
        use PemAlgorithm::{EdDsa, Rs256};
        let algorithms = [
            ("EdDSA", Some(Some(EdDsa))),
            ("RS256", Some(Some(Rs256))),
            ("HS256", Some(None)),
        ];
        let algorithm = self.choice("JWT_ALGORITHM", &algorithms, None);
        let secret = self.text("JWT_SECRET_KEY").map(Secret::from);
        let file = self.text("JWT_PRIVATE_KEY_FILE").map(PathBuf::from);
        match (algorithm, secret, file) {
            (None | Some(None), Some(secret), None) => self.development_secret(secret, environment),
            (None | Some(Some(EdDsa)), None, Some(path)) => KeySource::PemFile { path, algorithm: EdDsa },
            (Some(Some(Rs256)), None, Some(path)) => KeySource::PemFile { path, algorithm: Rs256 },
            (None | Some(Some(EdDsa)), None, None) => self.generated_key(environment),
            (Some(None), None, _) => self.no_key("JWT_SECRET_KEY", "must be set when JWT_ALGORITHM=HS256"),
            (_, Some(_), Some(_)) => self.no_key("JWT_SECRET_KEY", "must not be set beside JWT_PRIVATE_KEY_FILE"),
            (Some(Some(_)), Some(_), None) => self.no_key("JWT_ALGORITHM", "must be HS256 with JWT_SECRET_KEY"),
            (Some(Some(Rs256)), None, None) => {
                self.no_key("JWT_PRIVATE_KEY_FILE", "must be set when JWT_ALGORITHM=RS256")
            }
        }
    }

    fn development_secret(&mut self, secret: Secret, environment: Environment) -> KeySource {
        if environment != Environment::Dev {
            self.refuse(
                "JWT_SECRET_KEY",
                "is for ENVIRONMENT=dev only; set JWT_PRIVATE_KEY_FILE",
            );
        } else if secret.expose().len() < 32 {
            self.refuse("JWT_SECRET_KEY", "must have 32 bytes or more (RFC 7518, 3.2)");
        }
        KeySource::Secret(secret)
    }

    /// A key file beside the embedded database, which all instances that share it then share.
    fn generated_key(&mut self, environment: Environment) -> KeySource {
        let path = self.text("DATABASE_PATH").unwrap_or("./data/spaces.db");
        if path == ":memory:" {
            return KeySource::Ephemeral;
        }
        let file = Path::new(path).with_file_name("signing-key.pem");
        if self.text("DATABASE") == Some("dynamodb") && environment != Environment::Dev {
            self.refuse(
                "JWT_PRIVATE_KEY_FILE",
                "must be set outside dev when DATABASE=dynamodb: instances share it",
            );
        }
        KeySource::Generated(file)
    }

    fn no_key(&mut self, name: &'static str, allowed: &str) -> KeySource {
        self.refuse(name, allowed);
        KeySource::Ephemeral
    }

    /// The value without surrounding blanks; an empty one counts as absent, as compose files write it.
    fn text(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn parsed<T>(&mut self, name: &'static str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let parsed = parse(self.text(name)?);
        if parsed.is_none() {
            self.refuse(name, format!("must be {allowed}"));
        }
        parsed
    }

    fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)], default: T) -> T {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        let allowed = names.join(" or ");
        let choose = |text: &str| choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        self.parsed(name, &allowed, choose).unwrap_or(default)
    }

    fn list<T>(&mut self, name: &'static str, allowed: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let items = |text: &str| {
            text.split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(&parse)
                .collect()
        };
        self.parsed(name, allowed, items).unwrap_or_default()
    }

    fn refuse(&mut self, name: &'static str, allowed: impl Into<String>) {
        self.wrong.push(WrongSetting {
            name,
            allowed: allowed.into(),
        });
    }
}

fn usual_format(environment: Environment) -> LogFormat {
    let for_people = environment == Environment::Dev && std::io::stdout().is_terminal();
    if for_people { LogFormat::Pretty } else { LogFormat::Json }
}

fn plain<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// An origin exactly as browsers send it (RFC 6454): scheme, host and port, lower case, no path.
fn origin(text: &str) -> Option<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let is_host = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
    (!host.is_empty() && host.chars().all(is_host)).then(|| text.to_owned())
}

fn network(text: &str) -> Option<IpNet> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn long_secret(text: &str) -> Option<Secret> {
    (text.chars().count() >= 16).then(|| text.into())
}

fn url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    (!rest.is_empty() && text.chars().all(|c| c.is_ascii_graphic())).then(|| text.to_owned())
}

/// Where an issuer is asked: in production nobody in between may answer instead.
fn issuer_url(environment: Environment) -> (&'static str, fn(&str) -> Option<String>) {
    match environment {
        Environment::Prod => ("a URL that starts with https:// in prod", |text| {
            url(text).filter(|url| url.starts_with("https://"))
        }),
        Environment::Dev | Environment::Staging => ("a URL that starts with http:// or https://", url),
    }
}

/// An issuer exactly as in its tokens: a URL without a fragment (OpenID Connect Core 1.0, 2).
fn issuer(text: &str) -> Option<String> {
    url(text).filter(|url| !url.contains('#') && url.len() <= 512)
}

fn user_pool(text: &str) -> Option<String> {
    let (region, id) = text.split_once('_')?;
    let is_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_pool = region.contains('-') && region.chars().all(is_region) && app_client(id).is_some();
    is_pool.then(|| text.to_owned())
}

fn app_client(text: &str) -> Option<String> {
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    is_id.then(|| text.to_owned())
}

fn contact(text: &str) -> Option<String> {
    let known = text.starts_with("mailto:") || text.starts_with("https://") || text.starts_with("tel:");
    (known && text.chars().all(|c| c.is_ascii_graphic())).then(|| text.to_owned())
}
