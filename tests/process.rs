//! The programs of the workspace as users start them: built once in a test run, started in a directory and an environment
//! of their own. What goes on inside them is for the tests that run the server in their own process.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The longest that a program may take to say something that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The root of the repository.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    workspace().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A program of the workspace, as its sources are now: `spaces-server`, `lockstep`, or `examples/quickstart`.
///
/// `cargo test` builds binaries only for the tests of their own package, so the first call has them built here.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        // Everything is selected so that features, and with them compiled dependencies, are those of `cargo test`.
        let mut build = std::process::Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--workspace"]);
        build.args(["--bin", "lockstep", "--bin", "spaces-server", "--example", "quickstart"]);
        build.current_dir(workspace());
        // The outer cargo's variables are about another package.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_a_package(name)) {
            build.env_remove(name);
        }
        assert!(build.status().expect("cargo").success(), "the programs build");
    });
    target().join("debug").join(name)
}

fn is_about_a_package(variable: &OsStr) -> bool {
    let variable = variable.to_string_lossy();
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// A command for the server, in this directory and with nothing in its environment but these variables. It takes any free
/// port unless `PORT` says otherwise.
pub fn server(directory: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program("spaces-server"));
    command
        .current_dir(directory)
        .env_clear()
        .env("PORT", "0")
        .envs(environment.iter().copied())
        .kill_on_drop(true);
    command
}

/// A server in a process of its own; it is killed when this is dropped.
pub struct Server {
    /// Where it listens, such as `http://127.0.0.1:4000`.
    pub base: String,
    /// What it printed until it listened.
    pub printed: String,
    child: Child,
    /// Reads on, or the server would wait for a reader as soon as the pipe is full.
    rest: JoinHandle<String>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub async fn start(directory: &Path, environment: &[(&str, &str)]) -> Self {
        let mut process = Running::stdout(server(directory, environment));
        let printed = process.until("\"message\":\"listening\"").await;
        let (_, address) = printed.rsplit_once("\"address\":\"").expect("an address");
        let (address, _) = address.split_once('"').expect("an address");
        let base = format!("http://{address}");
        let Running { child, lines } = process;
        let rest = tokio::spawn(rest(lines));
        Self {
            base,
            printed,
            child,
            rest,
        }
    }

    /// Sends SIGTERM, as process managers do.
    pub async fn terminate(&self) {
        let id = self.child.id().expect("it runs").to_string();
        let kill = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(kill.expect("kill").success());
    }

    /// Waits until it has ended by itself, and says how, and what it printed last.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let rest = timeout(PATIENCE, self.rest).await.expect("it ends");
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends");
        (status.expect("a status"), rest.expect("its output"))
    }
}

/// moto, another implementation of AWS's services, as a server of its own; it is killed when this is dropped.
pub struct Moto {
    /// Where it listens, such as `http://127.0.0.1:4000`.
    pub endpoint: String,
    _process: Running<tokio::process::ChildStderr>,
}

impl Moto {
    /// Starts it with these variables in its environment, and waits until it listens.
    pub async fn start(environment: &[(&str, &str)]) -> Self {
        let python = target().join("python/bin/python");
        assert!(python.is_file(), "moto is not installed; run: make deps");
        let mut command = Command::new(python);
        command
            .arg(workspace().join("tests/serial_moto.py"))
            .envs(environment.iter().copied());
        let mut process = Running::stderr(command);
        let said = process.until("Running on http://").await;
        let (_, endpoint) = said.rsplit_once("Running on ").expect("an address");
        Self {
            endpoint: endpoint.trim().to_owned(),
            _process: process,
        }
    }
}

/// A process whose output is read line by line; it is killed when this is dropped.
pub struct Running<Output = ChildStdout> {
    child: Child,
    lines: Lines<BufReader<Output>>,
}

impl Running {
    /// Starts a command and reads its standard output.
    pub fn stdout(mut command: Command) -> Self {
        let mut child = command
            .kill_on_drop(true)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Self { child, lines }
    }
}

impl Running<tokio::process::ChildStderr> {
    /// Starts a command and reads its standard error.
    pub fn stderr(mut command: Command) -> Self {
        let mut child = command
            .kill_on_drop(true)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("its output")).lines();
        Self { child, lines }
    }
}

impl<Output: AsyncRead + Unpin> Running<Output> {
    /// Everything up to the first line that contains this text.
    pub async fn until(&mut self, text: &str) -> String {
        let mut read = String::new();
        while !read.contains(text) {
            let line = timeout(PATIENCE, self.lines.next_line()).await;
            match line.expect("it goes on").expect("text") {
                Some(line) => read.extend([line.as_str(), "\n"]),
                None => panic!("it ended before it said {text:?}: {read}"),
            }
        }
        read
    }
}

/// What is left of an output.
async fn rest(mut lines: Lines<BufReader<ChildStdout>>) -> String {
    let mut read = String::new();
    while let Some(line) = lines.next_line().await.expect("text") {
        read.extend([line.as_str(), "\n"]);
    }
    read
}

/// Runs a command to its end, and answers what it wrote to standard output; anything but success fails the test with all
/// that it wrote.
pub async fn output(command: Command) -> String {
    output_within(PATIENCE, command).await
}

/// The same for what may take longer.
pub async fn output_within(patience: Duration, mut command: Command) -> String {
    let output = timeout(patience, command.kill_on_drop(true).output())
        .await
        .expect("it ends")
        .expect("it starts");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{:?}: {}\n{stdout}\n{stderr}",
        command.as_std(),
        output.status
    );
    stdout
}
