//! Replays the kept corpus of the fuzz targets (`fuzz/corpus`), through the checks of the fuzzer.

use std::path::Path;

#[expect(unreachable_pub, reason = "the fuzz targets use it too")]
#[path = "../../fuzz/src/lawful.rs"]
mod lawful;

/// Replays all inputs of a target; there is a dozen at the least.
fn replay(target: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut inputs = 0;
    for entry in std::fs::read_dir(folder.join(target)).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        lawful::check(target, &std::fs::read(path).unwrap());
        inputs += 1;
    }
    assert!(inputs >= 12, "{inputs} inputs of {target}");
}

#[test]
fn html_inputs_are_lawful() {
    replay("html");
}

#[test]
fn plain_inputs_are_lawful() {
    replay("plain");
}

#[test]
fn sgml_inputs_are_lawful() {
    replay("sgml");
}

#[test]
fn xbrl_inputs_are_lawful() {
    replay("xbrl");
}
