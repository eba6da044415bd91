//! Every numbered clause of the ports' docs has a scenario, and every scenario has its clause.

use std::collections::BTreeSet;
use std::path::Path;

use aperilex_ports::contract::clauses;

/// Clauses of ports whose adapters need corpora or recorded traffic: those adapters test them.
const ELSEWHERE: &[&str] = &["FA", "FP", "FS"];

fn documented() -> BTreeSet<String> {
    let ports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../aperilex-ports/src/port");
    let mut ids = BTreeSet::new();
    for entry in std::fs::read_dir(ports).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let clauses = text
            .lines()
            .filter_map(|line| line.strip_prefix("/// - **"));
        ids.extend(clauses.filter_map(|line| Some(line.split_once("**")?.0.to_owned())));
    }
    ids
}

#[test]
fn clauses_and_scenarios_are_the_same() {
    let is_ours = |id: &String| ELSEWHERE.iter().all(|port| !id.starts_with(port));
    let documented: BTreeSet<_> = documented().into_iter().filter(is_ours).collect();
    let tested: BTreeSet<_> = clauses().into_iter().map(String::from).collect();
    assert!(documented.len() > 60, "the docs were read");
    assert_eq!(documented, tested);
}

#[test]
fn no_clause_number_is_left_out() {
    let mut ids: Vec<_> = documented().into_iter().collect();
    ids.sort_by_key(|id| {
        let (port, number) = id.split_once('-').unwrap();
        (port.to_owned(), number.parse::<u32>().unwrap())
    });
    for pair in ids.windows(2) {
        let [(port, n), (next, m)] = [&pair[0], &pair[1]].map(|id| id.split_once('-').unwrap());
        let (n, m): (u32, u32) = (n.parse().unwrap(), m.parse().unwrap());
        let expected = if port == next { n + 1 } else { 1 };
        assert_eq!(m, expected, "after {}", pair[0]);
    }
}
