//! One run on a bad day, beside the same on a good one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fastrand::Rng;

use crate::command::{Ended, run};
use crate::day::Day;
use crate::faults::FaultProxy;
use crate::objects::{Objects, difference, of_folder, of_names, of_store, renamed};
use crate::task::{TASKS, Task};
use crate::world::{BUCKET, World};

/// Patience with servers: some seconds of trouble, and one without a byte.
const PATIENCE: [&str; 4] = ["--retry-seconds", "4", "--idle-seconds", "1"];

/// What became of a run that went as it may.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) task: Task,
    pub(crate) day: Day,
    /// What the command said where it failed.
    pub(crate) failed: Option<Ended>,
    /// Requests that something befell.
    pub(crate) disturbed: u64,
    pub(crate) requests: u64,
}

/// What the commands of each task write when nothing goes wrong.
pub(crate) struct Undisturbed<'w> {
    world: &'w World,
    known: Mutex<BTreeMap<Task, Objects>>,
}

impl<'w> Undisturbed<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, known: Mutex::default() }
    }

    fn of(&self, task: Task) -> Result<Objects, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(objects) = known.get(&task) {
            return Ok(objects.clone());
        }
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let (web, out) = (format!("http://{}", self.world.web.address), out.display().to_string());
        let variables = self.world.variables(self.world.s3());
        for command in task.commands(self.world, &web, &out) {
            let ended = run(&command, &variables, dir.path())?;
            if ended.code != Some(0) {
                return Err(format!("undisturbed, {command:?} fails: {ended:?}"));
            }
        }
        let objects = comparable(of_folder(Path::new(&out)), &web, &out);
        known.insert(task, objects.clone());
        Ok(objects)
    }
}

/// Without what is of one run: where it read and wrote, and what it noted down, beside a zone store, of how that was built.
fn comparable(objects: Objects, web: &str, out: &str) -> Objects {
    let objects = of_names(&objects, |name| !name.contains(".build/"));
    renamed(renamed(objects, web, "WEB"), out, "OUT")
}

/// Where one run reads and writes.
struct Place<'w> {
    world: &'w World,
    task: Task,
    dir: tempfile::TempDir,
    web: String,
    /// What the names of all outputs begin with.
    out: String,
    variables: Vec<(String, String)>,
    prefix: String,
}

impl Place<'_> {
    /// Runs the commands until one fails.
    fn ask(&self, again: &[&str], may_exist: bool) -> Result<Option<(Vec<String>, Ended)>, String> {
        for mut command in self.task.commands(self.world, &self.web, &self.out) {
            command.extend(PATIENCE.iter().chain(again).map(|word| (*word).to_owned()));
            let ended = run(&command, &self.variables, self.dir.path())?;
            // A zone store may have been made by a command that knew nothing of it.
            let exists = may_exist && command[1] == "create" && ended.err.contains("exists");
            if ended.code != Some(0) && !exists {
                return Ok(Some((command, ended)));
            }
        }
        Ok(None)
    }

    /// What is there, asked for directly.
    fn written(&self) -> Objects {
        let found = if self.task.writes_to_bucket() {
            of_store(&*self.world.bucket(&self.prefix).unwrap())
        } else {
            of_folder(Path::new(&self.out))
        };
        comparable(found, &self.web, &self.out)
    }
}

/// Runs something on some day, both of a seed; says what is wrong where something is.
pub(crate) fn run_of(world: &World, undisturbed: &Undisturbed<'_>, seed: u64) -> Result<Ran, String> {
    let mut rng = Rng::with_seed(seed);
    let tasks: Vec<Task> =
        TASKS.into_iter().filter(|task| world.weed.is_some() || !task.needs_bucket()).collect();
    let task = tasks[rng.usize(..tasks.len())];
    let day = Day::new(seed, &mut rng);
    checked(world, undisturbed, task, day.clone(), seed)
        .map_err(|why| format!("seed {seed}: {task:?} on {day:?}: {why}"))
}

fn checked(
    world: &World,
    undisturbed: &Undisturbed<'_>,
    task: Task,
    day: Day,
    seed: u64,
) -> Result<Ran, String> {
    let whole = undisturbed.of(task)?;
    let web = FaultProxy::start(world.web.address, day.faults());
    let s3 = world.s3().map(|s3| FaultProxy::start(s3, day.faults()));
    let dir = tempfile::tempdir().unwrap();
    let prefix = format!("run-{seed}");
    let out = if task.writes_to_bucket() {
        format!("s3://{BUCKET}/{prefix}")
    } else {
        std::fs::create_dir(dir.path().join("out")).unwrap();
        dir.path().join("out").display().to_string()
    };
    let variables = world.variables(s3.as_ref().map(|s3| s3.address));
    let place = Place { world, task, dir, web: web.url(), out, variables, prefix };
    let failed = place.ask(&[], false)?;
    let sum = |of: fn(&FaultProxy) -> u64| of(&web) + s3.as_ref().map_or(0, of);
    let ran = |failed| Ran {
        task,
        day,
        failed,
        disturbed: sum(FaultProxy::disturbed),
        requests: sum(FaultProxy::requests),
    };
    let found = place.written();
    let Some((command, ended)) = failed else {
        return difference(&found, &whole)
            .map_or_else(|| Ok(ran(None)), |wrong| Err(format!("it succeeds, but {wrong}")));
    };
    let ran = ran(Some(ended));
    let ended = ran.failed.as_ref().unwrap();
    let fault = |what: &str| Err(format!("{what}: {command:?}: {ended:?}"));
    if !matches!(ended.code, Some(2 | 3 | 75)) {
        return fault("another exit code than is documented");
    }
    if !ended.err.contains(&format!("s3://{BUCKET}/")) && !ended.err.contains(&place.web) {
        return fault("the message does not say the address");
    }
    if !task.writes_to_bucket() && !found.is_empty() {
        return fault(&format!("{:?} are left", found.keys()));
    }
    // What is there is whole, as far as it is there.
    let there = of_names(&whole, |name| found.contains_key(name));
    if let Some(wrong) = difference(&found, &there).or_else(|| task.looks_complete(&found, &whole)) {
        return fault(&wrong);
    }
    for proxy in s3.iter().chain([&web]) {
        proxy.set(crate::faults::Faults::default());
    }
    let again: Vec<_> = task.again().into_iter().collect();
    if let Some((command, ended)) = place.ask(&again, true)? {
        return Err(format!("again, undisturbed, {command:?} fails: {ended:?}; at first: {:?}", ran.failed));
    }
    if let Some(wrong) = difference(&place.written(), &whole) {
        return fault(&format!("again, undisturbed, it is wrong: {wrong}"));
    }
    Ok(ran)
}
