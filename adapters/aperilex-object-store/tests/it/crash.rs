//! A writer that is killed leaves whole objects or none.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aperilex_ports::{Digest, DocumentStore};
use bytes::Bytes;

use crate::{files, open};

const KILLS: u32 = 30;
const DIRECTORY: &str = "APERILEX_TEST_CRASH_DIRECTORY";

struct Writer(Child);

impl Writer {
    fn start(base: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "crash::writer", "--ignored", "--nocapture"]);
        command.env(DIRECTORY, base).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Lets it write for a while, kills it, and gives the digests it said were kept.
    fn kill_after(mut self, objects: u32, pause: Duration) -> Vec<Digest> {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        let mut kept = Vec::new();
        while kept.len() < objects as usize {
            let line = lines
                .next()
                .expect("the writer writes until it is killed")
                .unwrap();
            kept.extend(digest_in(&line));
        }
        std::thread::sleep(pause);
        self.0.kill().unwrap();
        // A line cut off by the kill is no digest.
        kept.extend(lines.filter_map(|line| digest_in(&line.unwrap())));
        kept
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The test harness may put its own words before the first one.
fn digest_in(line: &str) -> Option<Digest> {
    line.rsplit_once("kept ")?.1.parse().ok()
}

#[tokio::test]
async fn a_killed_writer_leaves_whole_objects_or_none() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..KILLS {
        let writer = Writer::start(dir.path());
        let pause = Duration::from_micros(u64::from(round) * 397);
        let kept = writer.kill_after(1 + round % 3, pause);

        for file in files(dir.path()) {
            let name = file.strip_prefix(dir.path().join("sha256")).unwrap();
            let name = name.to_str().unwrap().replace('/', "");
            if !name.contains('#') {
                assert_eq!(Digest::of(&std::fs::read(&file).unwrap()).to_string(), name);
            }
        }
        let store = open(dir.path()).await.unwrap();
        for digest in kept {
            store.get(&digest).await.unwrap();
        }
        assert!(
            files(dir.path())
                .iter()
                .all(|file| !file.to_str().unwrap().contains('#'))
        );
    }
}

#[tokio::test]
#[ignore = "the writer that the test above starts and kills"]
async fn writer() {
    let base = std::env::var_os(DIRECTORY).expect("started by the test above");
    let store = open(Path::new(&base)).await.unwrap();
    let mut seed = std::process::id();
    loop {
        // Different bytes each time, of 64 KiB to about 1 MiB.
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let words = 16_384 + seed as usize % 245_760;
        let bytes: Vec<u8> = (0..words as u32)
            .flat_map(|i| (seed ^ i.wrapping_mul(2_654_435_761)).to_le_bytes())
            .collect();
        let digest = store.put(Bytes::from(bytes)).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "kept {digest}").unwrap();
        out.flush().unwrap();
    }
}
