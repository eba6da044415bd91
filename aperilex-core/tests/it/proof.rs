//! The daily proof of all books: by one process, and by another where that one died.

use std::time::Duration;

use aperilex_core::{Engine, Tier};
use futures_executor::block_on;

use crate::world::World;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

#[test]
fn one_process_of_many_proves_the_books_once_a_day() {
    let world = World::new();
    world.account("one", Tier::Basic, "1");
    let processes: Vec<Engine> = (0..3)
        .map(|_| Engine::new(world.memory.ports(), world.engine.settings().clone()))
        .collect();
    let ask = || {
        let asked = processes.iter();
        let told = asked.map(|engine| block_on(engine.reconcile_if_due(DAY)));
        told.filter_map(|told| told.ok().flatten()).count()
    };
    for _ in 0..3 {
        assert_eq!(ask(), 1);
        world.memory.clock.advance(HOUR);
        assert_eq!(ask(), 0, "it was done today");
        world.memory.clock.advance(DAY);
    }
    // The one that is at it dies, all of them while the root is kept.
    world.memory.faults.fail_next("audit.keep_root");
    assert_eq!(ask(), 0);
    assert_eq!(ask(), 0, "it may still be at it");
    world.memory.clock.advance(HOUR + Duration::from_secs(1));
    assert_eq!(ask(), 1, "another takes it up");
    let roots = block_on(world.engine.ports().stores.audit.roots(9)).unwrap();
    assert_eq!(roots.len(), 4);
}
