//! Mutates the kept corpus of a target for a while: `mutate TARGET CORPUS DICTIONARY SECONDS SEED ARTIFACTS`.
//! It stands in where libFuzzer cannot be built; it knows nothing of coverage.

use std::panic;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aperilex_fuzz::lawful::check;
use aperilex_fuzz::mutation::{Random, mutated, words};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, corpus, dictionary, seconds, seed, artifacts] = &arguments[..] else {
        eprintln!("usage: mutate TARGET CORPUS DICTIONARY SECONDS SEED ARTIFACTS");
        return ExitCode::from(2);
    };
    let (Ok(seconds), Ok(seed)) = (seconds.parse(), seed.parse()) else {
        eprintln!("SECONDS and SEED are numbers");
        return ExitCode::from(2);
    };
    let corpus = files(Path::new(corpus));
    let words = words(&std::fs::read_to_string(dictionary).unwrap_or_default());
    let mut random = Random::new(seed);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut slowest) = (0_u64, Duration::ZERO);
    let kept = corpus.iter().cloned();
    let mut inputs = kept.chain(std::iter::repeat_with(|| {
        mutated(&mut random, &corpus, &words)
    }));
    while Instant::now() < end {
        let Some(input) = inputs.next() else { break };
        let started = Instant::now();
        if panic::catch_unwind(|| check(target, &input)).is_err() {
            let path = Path::new(artifacts).join(format!("crash-{seed}-{runs}"));
            let kept = std::fs::create_dir_all(artifacts);
            match kept.and_then(|()| std::fs::write(&path, &input)) {
                Ok(()) => eprintln!("the input is in {}", path.display()),
                Err(error) => eprintln!("cannot keep the input: {error}"),
            }
            return ExitCode::FAILURE;
        }
        slowest = slowest.max(started.elapsed());
        runs += 1;
    }
    println!("{runs} runs, the slowest {slowest:.1?}");
    ExitCode::SUCCESS
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect()
}
