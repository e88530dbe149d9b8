//! Processes that share a cache and are killed.

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::cache::{ALL, Site, size};
use crate::command::start;

const ROUNDS: u64 = 20;
const LIMIT: u64 = 16 << 20;

#[test]
fn two_at_a_time_leave_a_cache_that_is_right() {
    let site = Site::new();
    let right = site.right(ALL);
    let since = Instant::now();
    assert!(site.answer(ALL, "16MiB") == right);
    let whole = since.elapsed();
    let mut rng = Rng::with_seed(3);
    let (mut killed, mut with_part) = (0, 0);
    for round in 0..ROUNDS {
        // Mostly they begin with nothing, else with what the last ones left.
        if rng.u8(..4) > 0 {
            std::fs::remove_dir_all(site.cache()).unwrap();
        }
        let outs = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let children = outs.each_ref().map(|out| start(&site.asking(ALL, "16MiB", out.path()), out.path()));
        for mut child in children {
            std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * rng.f64() * 0.8));
            killed += u64::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let left = size(&site.cache());
        with_part += u64::from(left > 100_000);
        assert!(left <= LIMIT, "round {round}: {left} bytes");
        assert!(site.answer(ALL, "16MiB") == right, "round {round}");
        let sent = site.proxy.bytes();
        assert!(site.answer(ALL, "16MiB") == right, "round {round}");
        assert_eq!(site.proxy.bytes(), sent, "round {round}: what was read is kept");
        assert!(size(&site.cache()) <= LIMIT, "round {round}");
    }
    assert!(killed >= ROUNDS, "only {killed} were killed at work");
    assert!(with_part >= ROUNDS / 4, "only {with_part} left something");
}
