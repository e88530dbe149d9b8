//! The command, run.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a command may take at most, on the worst of days.
const LONGEST: Duration = Duration::from_secs(90);

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) err: String,
}

/// The command with nothing of the environment but these variables; its temporary files go to a folder.
fn command(words: &[String], variables: &[(String, String)], folder: &Path) -> Command {
    let temporary = folder.join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command
        .args(words)
        .env_clear()
        .env("TMPDIR", temporary)
        .env("RAYON_NUM_THREADS", "2")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // Documents say when they were made.
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .envs(variables.iter().cloned())
        .stdin(Stdio::null());
    command
}

/// Starts the command, to be killed.
pub(crate) fn start(words: &[String], folder: &Path) -> Child {
    command(words, &[], folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs the command to its end. Nothing temporary may stay.
pub(crate) fn run(words: &[String], variables: &[(String, String)], folder: &Path) -> Result<Ended, String> {
    let err = folder.join("stderr");
    let mut child = command(words, variables, folder)
        .stdout(Stdio::null())
        .stderr(File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let since = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if since.elapsed() > LONGEST {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{words:?} did not end within {} s", LONGEST.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said = std::fs::read(&err).unwrap();
    let ended = Ended { code: status.code(), err: String::from_utf8_lossy(&said).into_owned() };
    let left: Vec<_> =
        std::fs::read_dir(folder.join("tmp")).unwrap().map(|e| e.unwrap().file_name()).collect();
    if left.is_empty() {
        Ok(ended)
    } else {
        Err(format!("{words:?} left temporary files {left:?}: {ended:?}"))
    }
}

/// Runs a command that must succeed.
pub(crate) fn done(words: &[String], variables: &[(String, String)], folder: &Path) {
    let ended = run(words, variables, folder).unwrap();
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
}

/// The words of a line.
pub(crate) fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}
