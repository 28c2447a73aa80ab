//! The key that signs access tokens: read, or made at the first start and kept.
//! It never leaves this module in a readable form, and only one algorithm goes with it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::Ed25519KeyPair;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use lockstep_runtime::Secret;
use spaces_contract::JsonWebKey;
use tempfile::NamedTempFile;

use crate::settings::{KeySource, PemAlgorithm};

/// A key that signs and verifies, with the one algorithm that it is for.
pub struct SigningKey {
    pub(super) algorithm: Algorithm,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// The RFC 7638 thumbprint of the public key; a shared secret has none.
    pub(super) id: Option<String>,
}

/// Why there is no key to sign with; the start ends.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read or written.
    #[error("signing key {}: {error}", path.display())]
    File {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file holds no usable key.
    #[error("signing key {}: not a PKCS#8 PEM of an {algorithm:?} private key", path.display())]
    Unusable {
        /// The key file.
        path: PathBuf,
        /// What the key should sign with.
        algorithm: Algorithm,
    },
    /// The cryptography library could not make or use a key.
    #[error("no signing key could be made")]
    Generate,
}

impl SigningKey {
    /// The key that the settings name.
    ///
    /// # Errors
    /// [`KeyError`], with the path of the file where there is one.
    pub fn load(source: &KeySource) -> Result<Self, KeyError> {
        match source {
            KeySource::Ephemeral => Self::ed25519(&Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?),
            KeySource::Generated(path) => load_or_create(path),
            KeySource::PemFile { path, algorithm } => read(path, *algorithm),
            KeySource::Secret(secret) => Ok(Self::shared(secret)),
        }
    }

    /// A secret for another purpose that follows from this key: the digest of a signature, which is the same each time
    /// with every algorithm that is used here.
    ///
    /// # Errors
    /// [`KeyError::Generate`] where the key cannot sign.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32], KeyError> {
        let signature = jsonwebtoken::crypto::sign(purpose.as_bytes(), &self.encoding, self.algorithm);
        let signature = signature.map_err(|_| KeyError::Generate)?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, signature.as_bytes());
        digest.as_ref().try_into().map_err(|_| KeyError::Generate)
    }

    /// The public half, as RFC 7517 writes it; a shared secret has none.
    pub(super) fn public(&self) -> Option<JsonWebKey> {
        let kid = self.id.clone()?;
        let key = Jwk::from_encoding_key(&self.encoding, self.algorithm).ok()?;
        let (kty, crv, x, n, e) = match key.algorithm {
            AlgorithmParameters::OctetKeyPair(key) => ("OKP", Some("Ed25519"), Some(key.x), None, None),
            AlgorithmParameters::RSA(key) => ("RSA", None, None, Some(key.n), Some(key.e)),
            _ => return None,
        };
        Some(JsonWebKey {
            kty: kty.to_owned(),
            r#use: "sig".to_owned(),
            alg: format!("{:?}", self.algorithm),
            kid,
            crv: crv.map(str::to_owned),
            e,
            n,
            x,
        })
    }

    fn ed25519(pair: &Ed25519KeyPair) -> Result<Self, KeyError> {
        let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
        Self::asymmetric(EncodingKey::from_ed_der(der.as_ref()), Algorithm::EdDSA).ok_or(KeyError::Generate)
    }

    fn asymmetric(encoding: EncodingKey, algorithm: Algorithm) -> Option<Self> {
        let public = Jwk::from_encoding_key(&encoding, algorithm).ok()?;
        let decoding = DecodingKey::from_jwk(&public).ok()?;
        let id = public.thumbprint(ThumbprintHash::SHA256).ok()?;
        Some(Self {
            algorithm,
            encoding,
            decoding,
            id: Some(id),
        })
    }

    fn shared(secret: &Secret) -> Self {
        let bytes = secret.expose().as_bytes();
        Self {
            algorithm: Algorithm::HS256,
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
            id: None,
        }
    }
}

fn read(path: &Path, algorithm: PemAlgorithm) -> Result<SigningKey, KeyError> {
    let text = fs::read(path).map_err(at(path))?;
    let (key, algorithm) = match algorithm {
        PemAlgorithm::EdDsa => (ed25519_from_pem(&text), Algorithm::EdDSA),
        PemAlgorithm::Rs256 => (rsa_from_pem(&text), Algorithm::RS256),
    };
    key.ok_or_else(|| KeyError::Unusable {
        path: path.to_owned(),
        algorithm,
    })
}

fn ed25519_from_pem(text: &[u8]) -> Option<SigningKey> {
    let pair = Ed25519KeyPair::from_pkcs8(pem::parse(text).ok()?.contents()).ok()?;
    SigningKey::ed25519(&pair).ok()
}

fn rsa_from_pem(text: &[u8]) -> Option<SigningKey> {
    let key = SigningKey::asymmetric(EncodingKey::from_rsa_pem(text).ok()?, Algorithm::RS256)?;
    // The library looks at the size of an RSA key when it signs: better now than at the first sign-in.
    jsonwebtoken::crypto::sign(b"", &key.encoding, Algorithm::RS256).ok()?;
    Some(key)
}

fn load_or_create(path: &Path) -> Result<SigningKey, KeyError> {
    if !path.exists() {
        create(path)?;
    }
    read(path, PemAlgorithm::EdDsa)
}

/// Writes a new key beside its place, for its owner only, and moves it there: a reader never sees half a key, and of
/// two processes that start at once the second finds the key of the first.
fn create(path: &Path) -> Result<(), KeyError> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
    let text = pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()));
    let directory = path
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(at(directory))?;
    let mut draft = NamedTempFile::new_in(directory).map_err(at(directory))?;
    draft.write_all(text.as_bytes()).map_err(at(path))?;
    draft.as_file().sync_all().map_err(at(path))?;
    match draft.persist_noclobber(path) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => Err(at(path)(refused.error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> KeyError {
    move |error| KeyError::File {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};

    use super::*;

    #[test]
    fn a_key_is_made_once_private_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data/signing-key.pem");
        let source = KeySource::Generated(path.clone());
        let starts: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SigningKey::load(&source).unwrap().id))
                .collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(
            starts[0].is_some() && starts.iter().all(|id| *id == starts[0]),
            "{starts:?}"
        );
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----")
        );
        assert_ne!(SigningKey::load(&KeySource::Ephemeral).unwrap().id, starts[0]);
    }

    #[test]
    fn pem_files_of_both_kinds_load_and_of_the_other_kind_do_not() {
        let directory = tempfile::tempdir().unwrap();
        let rsa = directory.path().join("rsa.pem");
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        fs::write(&rsa, pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref()))).unwrap();
        let ed = directory.path().join("ed.pem");
        fs::write(&ed, ED25519_BY_OPENSSL).unwrap();
        let load = |path: &Path, algorithm| {
            SigningKey::load(&KeySource::PemFile {
                path: path.to_owned(),
                algorithm,
            })
        };
        assert_eq!(load(&rsa, PemAlgorithm::Rs256).unwrap().algorithm, Algorithm::RS256);
        assert_eq!(load(&ed, PemAlgorithm::EdDsa).unwrap().algorithm, Algorithm::EdDSA);
        for (path, algorithm) in [(&rsa, PemAlgorithm::EdDsa), (&ed, PemAlgorithm::Rs256)] {
            assert!(matches!(load(path, algorithm), Err(KeyError::Unusable { .. })));
        }
        let absent = load(&directory.path().join("absent.pem"), PemAlgorithm::EdDsa);
        assert!(matches!(absent, Err(KeyError::File { .. })));
    }

    /// The private key of RFC 8410, section 10.3, as OpenSSL writes it.
    const ED25519_BY_OPENSSL: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
}
