//! Passwords: hashing with Argon2id, verifying, and recognising the ones that everybody tries first.
//! Hashing is slow on purpose, so it runs on blocking threads and a bounded number of callers may wait for it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, available_parallelism};

use argon2::password_hash::{self, Output, PasswordHash, PasswordVerifier as _, Salt, SaltString};
use argon2::{Argon2, Block, Params, Version};
use lockstep_runtime::Secret;
use tokio::sync::{Semaphore, oneshot};
use zxcvbn::Score;

/// No password that the contract allows (128 characters) has more bytes; longer ones are not hashed.
const MAX_BYTES: usize = 128 * 4;

/// Callers that may wait for each hashing thread, which does some fifty hashes a second: two seconds at most.
const WAITING_PER_THREAD: usize = 100;

/// What is verified when there is no user, so that the answer takes as long. It is the hash of nothing anybody knows.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3BhY2VzLWR1bW15LXNhbHQ$GxmKJWGzP0hIzO1r4xLGN3vKqXJfRZbUuPDs5oQyTkA";

/// Hashes and verifies passwords, a few at a time. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// One permit per caller that is hashing or waits to.
    admitted: Arc<Semaphore>,
    /// One permit per hash in progress; each takes 19 MiB and a core.
    running: Arc<Semaphore>,
    /// To the threads that hash. They do nothing else: whatever thread has used 19 MiB once keeps them.
    jobs: mpsc::Sender<Job>,
}

type Job = Box<dyn FnOnce() + Send>;

/// What verifying a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Correct,
    /// It is the password, and its hash is of an older kind: hash it anew and store that.
    Outdated,
    /// It is not the password, or there is no such user.
    Wrong,
}

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many callers wait already: answer 503 with `Retry-After`.
    #[error("too many passwords are waiting to be hashed")]
    Busy,
    /// Longer than any password that the contract allows.
    #[error("the password is too long to be hashed")]
    TooLong,
    /// The stored hash cannot be read, or hashing itself failed.
    #[error("password hashing failed: {0}")]
    Hash(String),
}

impl Passwords {
    /// Leaves one core to everybody else.
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, |cores| cores.get());
        Self::with_threads(cores.saturating_sub(1).max(1), WAITING_PER_THREAD)
    }

    fn with_threads(threads: usize, waiting_per_thread: usize) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let waiting = Arc::clone(&waiting);
            // Without a single thread, every job is refused.
            let _ = thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || while run_next(&waiting) {});
        }
        Self {
            admitted: Arc::new(Semaphore::new(threads * (1 + waiting_per_thread))),
            running: Arc::new(Semaphore::new(threads)),
            jobs,
        }
    }

    /// The PHC string of a password: Argon2id, 19 MiB, t=2, p=1 (OWASP password storage), with a salt of its own.
    ///
    /// # Errors
    /// [`PasswordError`]; nothing has been hashed then.
    pub async fn hash(&self, password: Secret) -> Result<String, PasswordError> {
        if password.expose().len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        self.run(move || hash(password.expose())).await
    }

    /// Whether this is the password behind `stored`, the hash of the user if there is one. Without one, or with a
    /// wrong one, it takes the same time; the caller looks at the user's status only afterwards.
    ///
    /// bcrypt hashes (`$2…`) of older systems take the time of their own cost, until they are replaced.
    ///
    /// # Errors
    /// [`PasswordError::Busy`], or [`PasswordError::Hash`] when `stored` is no hash.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<Verdict, PasswordError> {
        if password.expose().len() > MAX_BYTES {
            return Ok(Verdict::Wrong);
        }
        self.run(move || match stored {
            Some(stored) => verify(password.expose(), &stored),
            None => verify(password.expose(), DUMMY).map(|_| Verdict::Wrong),
        })
        .await
    }

    /// Runs `work` on a thread of its kind. The permits go with it: when the caller gives up, the work still counts.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted)
            .try_acquire_owned()
            .map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Busy)?;
        let (answer, answered) = oneshot::channel();
        let job = move || {
            let _permits = (admitted, running);
            // Nobody may be waiting any more.
            let _ = answer.send(work());
        };
        let stopped = || PasswordError::Hash("the thread that hashes has stopped".to_owned());
        self.jobs.send(Box::new(job)).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

/// Waits for the next job and does it; says whether there may be another.
fn run_next(waiting: &Mutex<mpsc::Receiver<Job>>) -> bool {
    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
    let Ok(job) = next else { return false };
    // A job that panics answers nobody, and the thread goes on.
    let _ = catch_unwind(AssertUnwindSafe(job));
    true
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl From<password_hash::Error> for PasswordError {
    fn from(error: password_hash::Error) -> Self {
        Self::Hash(error.to_string())
    }
}

/// Whether a password is guessed within a million tries: commonly breached ones, keyboard walks, dates, repetitions,
/// and what the user says of themselves (`user_inputs`: email, name). Takes about a millisecond.
pub fn is_common(password: &str, user_inputs: &[&str]) -> bool {
    zxcvbn::zxcvbn(password, user_inputs).score() <= Score::One
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let salt = super::digest::random::<16>().map_err(|error| PasswordError::Hash(error.to_string()))?;
    let output = argon2id(password, &salt)?;
    let salt = SaltString::encode_b64(&salt)?;
    let hash = PasswordHash {
        algorithm: argon2::ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: (&Params::DEFAULT).try_into()?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Argon2id of today's parameters, in memory that the thread keeps: 19 MiB that come and go would be cut up by whatever is
/// allocated in between, and the process would grow by as much with every hash.
fn argon2id(password: &str, salt: &[u8]) -> Result<Output, PasswordError> {
    thread_local! {
        static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
    }
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let computed = MEMORY.with_borrow_mut(|memory| {
        memory.resize(Params::DEFAULT.block_count(), Block::new());
        Argon2::default().hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory)
    });
    computed.map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(Output::new(&output)?)
}

fn verify(password: &str, stored: &str) -> Result<Verdict, PasswordError> {
    if stored.starts_with("$2") {
        // bcrypt reads 72 bytes; older systems cut longer passwords there, and so does this.
        let correct = bcrypt::verify(password, stored).map_err(|error| PasswordError::Hash(error.to_string()))?;
        return Ok(if correct { Verdict::Outdated } else { Verdict::Wrong });
    }
    let stored = PasswordHash::new(stored)?;
    let Some(expected) = stored.hash else {
        return Err(PasswordError::Hash("the stored hash has no output".to_owned()));
    };
    if let (true, Some(salt)) = (is_current(&stored), stored.salt) {
        let mut buffer = [0; Salt::MAX_LENGTH];
        let output = argon2id(password, salt.decode_b64(&mut buffer)?)?;
        // Outputs are compared in constant time.
        return Ok(if output == expected {
            Verdict::Correct
        } else {
            Verdict::Wrong
        });
    }
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(Verdict::Outdated),
        Err(password_hash::Error::Password) => Ok(Verdict::Wrong),
        Err(error) => Err(error.into()),
    }
}

fn is_current(stored: &PasswordHash<'_>) -> bool {
    let current = Params::DEFAULT;
    stored.algorithm == argon2::ARGON2ID_IDENT
        && stored.version == Some(Version::V0x13.into())
        && stored.hash.is_some_and(|hash| hash.len() == Params::DEFAULT_OUTPUT_LEN)
        && Params::try_from(stored).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                == (current.m_cost(), current.t_cost(), current.p_cost())
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::time::{Duration, Instant};

    use argon2::password_hash::PasswordHasher as _;
    use futures_util::FutureExt as _;

    use super::*;

    const PASSWORD: &str = "correct horse battery";

    async fn verdict(password: &str, stored: &str) -> Verdict {
        Passwords::new()
            .verify(password.into(), Some(stored.to_owned()))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn s19_the_library_reads_our_hashes_and_we_read_its() {
        let ours = Passwords::new().hash(PASSWORD.into()).await.unwrap();
        let (ours, salt) = (
            PasswordHash::new(&ours).unwrap(),
            SaltString::encode_b64(b"sixteen bytes ok").unwrap(),
        );
        assert!(Argon2::default().verify_password(PASSWORD.as_bytes(), &ours).is_ok());
        assert!(Argon2::default().verify_password(b"another one", &ours).is_err());
        let theirs = Argon2::default()
            .hash_password(PASSWORD.as_bytes(), &salt)
            .unwrap()
            .to_string();
        assert_eq!(verdict(PASSWORD, &theirs).await, Verdict::Correct);
        assert_eq!(verdict("another one", &theirs).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn s19_argon2id_with_19_mib_two_passes_and_one_lane() {
        let hash = Passwords::new().hash(PASSWORD.into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(
            hash,
            Passwords::new().hash(PASSWORD.into()).await.unwrap(),
            "each hash has its own salt"
        );
        assert_eq!(verdict(PASSWORD, &hash).await, Verdict::Correct);
        assert_eq!(verdict("correct horse batterz", &hash).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn s20_passwords_that_differ_at_byte_73_differ() {
        let (one, other) = (format!("{}a", "x".repeat(72)), format!("{}b", "x".repeat(72)));
        let hash = Passwords::new().hash(one.as_str().into()).await.unwrap();
        assert_eq!(verdict(&one, &hash).await, Verdict::Correct);
        assert_eq!(verdict(&other, &hash).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn s21_a_password_of_a_megabyte_is_never_hashed() {
        // No permit is left: whatever hashes answers Busy.
        let full = Passwords::with_threads(0, 0);
        let megabyte = || Secret::from("x".repeat(1 << 20));
        assert!(matches!(full.hash(megabyte()).await, Err(PasswordError::TooLong)));
        assert_eq!(full.verify(megabyte(), None).await.unwrap(), Verdict::Wrong);
        assert!(matches!(
            full.hash("x".repeat(512).into()).await,
            Err(PasswordError::Busy)
        ));
    }

    #[tokio::test]
    async fn s22_an_unknown_user_costs_as_much_as_a_wrong_password() {
        let dummy = PasswordHash::new(DUMMY).unwrap();
        assert!(is_current(&dummy) && dummy.hash.unwrap().len() == 32);
        let passwords = Passwords::new();
        let hash = passwords.hash(PASSWORD.into()).await.unwrap();
        let mut fastest = [Duration::MAX; 2];
        for _ in 0..5 {
            for (stored, fastest) in [Some(hash.clone()), None].into_iter().zip(&mut fastest) {
                let start = Instant::now();
                assert_eq!(
                    passwords.verify("wrong horse battery".into(), stored).await.unwrap(),
                    Verdict::Wrong
                );
                *fastest = start.elapsed().min(*fastest);
            }
        }
        let [wrong, unknown] = fastest.map(|time| time.as_secs_f64());
        assert!(
            (0.5..2.0).contains(&(unknown / wrong)),
            "wrong {wrong}, unknown {unknown}"
        );
    }

    #[tokio::test]
    async fn s24_callers_beyond_the_bound_are_told_to_come_back() {
        let passwords = Passwords::with_threads(1, 1);
        let held = Arc::clone(&passwords.running).acquire_owned().await.unwrap();
        let mut waiting = [(); 2].map(|()| Box::pin(passwords.hash(PASSWORD.into())));
        for caller in &mut waiting {
            assert!(caller.as_mut().now_or_never().is_none());
        }
        assert!(matches!(
            passwords.hash(PASSWORD.into()).await,
            Err(PasswordError::Busy)
        ));
        let [first, second] = waiting;
        drop(first);
        assert_eq!(
            passwords.admitted.available_permits(),
            1,
            "a caller that gives up leaves the queue"
        );
        drop(held);
        assert!(second.await.is_ok());
    }

    #[test]
    fn s25_common_passwords_are_recognised() {
        let me = ["ada@example.org", "Ada Lovelace"];
        for common in [
            "password1234",
            "P@ssw0rd1234",
            "qwertyuiop12",
            "123456789012",
            "aaaaaaaaaaaa",
            "letmeinletmein",
            "1q2w3e4r5t6y",
            "unbelievable",
            "ada@example.org",
            "Ada Lovelace",
        ] {
            assert!(is_common(common, &me), "{common}");
        }
        for good in [
            PASSWORD,
            "staple battery horse",
            "kX9#mQ2$vL7p",
            "drei Chinesen mit dem Kontrabass",
        ] {
            assert!(!is_common(good, &me), "{good}");
        }
    }

    #[tokio::test]
    async fn older_hashes_verify_and_ask_for_a_new_one() {
        let bcrypt = bcrypt::hash(PASSWORD, 4).unwrap();
        assert_eq!(verdict(PASSWORD, &bcrypt).await, Verdict::Outdated);
        assert_eq!(verdict("wrong horse battery", &bcrypt).await, Verdict::Wrong);
        let weaker = Argon2::new(
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            Params::new(64, 1, 1, None).unwrap(),
        );
        let salt = SaltString::encode_b64(b"sixteen bytes it").unwrap();
        let weak = weaker.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string();
        assert_eq!(verdict(PASSWORD, &weak).await, Verdict::Outdated);
    }

    #[tokio::test]
    async fn a_broken_stored_hash_is_an_error_and_no_panic() {
        for broken in ["", "$2b$", "$argon2id$v=19$m=19456", "plain"] {
            let verified = Passwords::new().verify(PASSWORD.into(), Some(broken.to_owned())).await;
            assert!(matches!(verified, Err(PasswordError::Hash(_))), "{broken}");
        }
    }
}
