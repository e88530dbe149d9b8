//! What was asked for comes as on a good day, or an error does, and nothing that looks complete.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::day::{TROUBLES, Trouble};
use crate::run::{Ran, Undisturbed, run_of};
use crate::world::World;

const RUNS: u64 = 200;
/// The command mostly waits.
const AT_ONCE: usize = 4;

/// Where seeds begin: `TESSERA_TEST_SEED`, or always at the same.
fn first_seed() -> u64 {
    std::env::var("TESSERA_TEST_SEED").map_or(1, |text| text.parse().unwrap())
}

#[test]
fn results_are_those_of_good_days_or_errors() {
    let world = World::new();
    let undisturbed = Undisturbed::new(&world);
    let since = Instant::now();
    let (first, next) = (first_seed(), AtomicU64::new(0));
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let run = next.fetch_add(1, Ordering::SeqCst);
                    if run >= RUNS {
                        return;
                    }
                    let result = run_of(&world, &undisturbed, first + run);
                    results.lock().unwrap().push(result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    let wrong: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    let ran: Vec<&Ran> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let summary = summary(&ran);
    eprintln!("{summary}\n{} s, first seed {first}", since.elapsed().as_secs());
    assert!(
        wrong.is_empty(),
        "{} of {RUNS} runs are wrong:\n{}",
        wrong.len(),
        wrong.iter().map(|w| format!("{w}\n")).collect::<String>()
    );
    let done = ran.iter().filter(|ran| ran.failed.is_none()).count();
    assert!(done * 10 >= ran.len() * 6, "too few succeed to mean something: {done} of {RUNS}");
    let struck = struck(&ran);
    for trouble in TROUBLES {
        // A web server has no list.
        let possible = trouble != Trouble::DeniedList || world.weed.is_some();
        assert!(
            !possible || struck.get(&trouble).is_some_and(|(_, times)| *times > 0),
            "{trouble:?} never struck"
        );
    }
}

/// Of days with one trouble alone: on how many it struck, and how many requests.
fn struck(ran: &[&Ran]) -> BTreeMap<Trouble, (u64, u64)> {
    let mut struck = BTreeMap::new();
    for ran in ran {
        if let [(trouble, _)] = ran.day.troubles[..] {
            let (days, times) = struck.entry(trouble).or_insert((0, 0));
            *days += u64::from(ran.disturbed > 0);
            *times += ran.disturbed;
        }
    }
    struck
}

fn summary(ran: &[&Ran]) -> String {
    let mut tasks = BTreeMap::new();
    for ran in ran {
        let (done, failed) = tasks.entry(ran.task).or_insert((0, 0));
        *if ran.failed.is_none() { done } else { failed } += 1;
    }
    let (done, disturbed, requests) = ran.iter().fold((0, 0, 0), |(done, disturbed, requests), ran| {
        (done + u64::from(ran.failed.is_none()), disturbed + ran.disturbed, requests + ran.requests)
    });
    let mut codes = BTreeMap::new();
    ran.iter()
        .filter_map(|ran| ran.failed.as_ref())
        .for_each(|ended| *codes.entry(ended.code).or_insert(0) += 1);
    format!(
        "{done} of {} runs succeed; something befell {disturbed} of {requests} requests\nexit codes {codes:?}\n\
         (done, failed) {tasks:?}\n(days, requests) {:?}",
        ran.len(),
        struck(ran)
    )
}
