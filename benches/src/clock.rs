//! Time and memory of this process.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

/// How long something took.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    wall: Duration,
    cpu: Duration,
}

/// Does some work and measures it.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Times) {
    let (cpu, wall) = (cpu_time(), Instant::now());
    let done = work();
    let wall = wall.elapsed();
    (done, Times { wall, cpu: cpu_time().saturating_sub(cpu) })
}

/// The CPU time of all threads, user and system.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// The answer to a request: times, and whatever else there is to say.
pub fn answer(times: Times, more: &Value) -> Value {
    let mut answer = json!({ "wall": times.wall.as_secs_f64(), "cpu": times.cpu.as_secs_f64() });
    for (key, value) in more.as_object().into_iter().flatten() {
        answer[key] = value.clone();
    }
    answer
}

/// The most resident memory that this process has had, in bytes (Linux: `VmHWM`).
pub fn peak_bytes() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("no /proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().context("VmHWM is no number of kB")?;
    Ok(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_takes_at_least_its_time() {
        let ((), times) = timed(|| std::thread::sleep(Duration::from_millis(30)));
        assert!(times.wall >= Duration::from_millis(30));
        let answer = answer(times, &json!({ "more": 1 }));
        assert!(answer["wall"].as_f64() >= Some(0.03) && answer["more"] == 1);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_that_is_touched_counts() {
        let before = peak_bytes().unwrap();
        std::hint::black_box(vec![1_u8; 256 << 20]);
        assert!(peak_bytes().unwrap() >= before.max(256 << 20));
    }
}
