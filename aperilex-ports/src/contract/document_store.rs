//! Clauses of [`DocumentStore`].

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::{join, join_all};

use super::*;
use crate::{Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};

/// How a contract test gets at document stores.
#[async_trait]
pub trait DocumentStoreFixture: Send + Sync + 'static {
    /// Whether the store can be had. Must not connect: it is asked while tests are listed.
    fn backend(&self) -> Backend;

    /// An empty store that nobody else uses.
    async fn fresh(&self) -> Box<dyn DocumentBench>;

    /// Drives a scenario to its end, on whatever runtime the adapter needs.
    fn block_on(&self, scenario: Running<'_>);
}

/// A document store under test.
#[async_trait]
pub trait DocumentBench: Send + Sync + 'static {
    /// The store.
    fn store(&self) -> Arc<dyn DocumentStore>;

    /// Changes what is kept for an object behind the store's back, its length included.
    async fn damage(&self, digest: &Digest);
}

/// The trials of a document store.
#[must_use]
pub fn document_store(name: &str, fixture: impl DocumentStoreFixture) -> Vec<Trial> {
    let fixture: Arc<dyn DocumentStoreFixture> = Arc::new(fixture);
    let backend = fixture.backend();
    let trials = SCENARIOS.iter().map(|scenario| {
        let fixture = Arc::clone(&fixture);
        let path = format!("document_store::{}_{}", scenario.id, scenario.name);
        trial(name, backend, &path, true, move || {
            play(&*fixture, scenario)
        })
    });
    trials.collect()
}

/// The clauses these stores break.
pub fn document_store_failures(fixture: &dyn DocumentStoreFixture) -> Vec<&'static str> {
    let results = SCENARIOS.iter();
    failed(results.map(|scenario| (scenario.id, passes(|| play(fixture, scenario)))))
}

fn play(fixture: &dyn DocumentStoreFixture, scenario: &'static Scenario<Box<dyn DocumentBench>>) {
    fixture.block_on(Box::pin(async {
        (scenario.run)(fixture.fresh().await).await;
    }));
}

/// The scenarios.
pub const SCENARIOS: &[Scenario<Box<dyn DocumentBench>>] = &[
    scenario!(id: "DS-1", what_was_put_is_got),
    scenario!(id: "DS-2", the_same_bytes_again_change_nothing),
    scenario!(id: "DS-3", what_is_not_there_is_not_found),
    scenario!(id: "DS-4", damaged_bytes_are_not_handed_out),
    scenario!(id: "DS-5", an_interrupted_put_leaves_all_or_nothing),
    scenario!(id: "DS-5", a_reader_sees_all_or_nothing),
    scenario!(id: "DS-6", a_missing_object_is_deleted),
    scenario!(id: "DS-7", too_large_an_object_is_not_kept),
    scenario!(id: "DS-8", many_put_the_same),
];

/// Bytes that do not repeat early.
fn pattern(length: u32) -> Bytes {
    let scattered = (0..length).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    scattered.collect()
}

async fn what_was_put_is_got(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    let all = [0, 1, 4096, 3_000_001].map(pattern);
    for bytes in &all {
        assert_eq!(store.put(bytes.clone()).await.unwrap(), Digest::of(bytes));
    }
    for bytes in &all {
        let digest = Digest::of(bytes);
        assert!(store.contains(&digest).await.unwrap());
        assert!(
            store.get(&digest).await.unwrap() == *bytes,
            "{} bytes",
            bytes.len()
        );
    }
}

async fn the_same_bytes_again_change_nothing(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    let bytes = pattern(1000);
    let first = store.put(bytes.clone()).await.unwrap();
    assert_eq!(store.put(bytes.clone()).await.unwrap(), first);
    assert_eq!(store.get(&first).await.unwrap(), bytes);
    store.delete(&first).await.unwrap();
    assert!(
        !store.contains(&first).await.unwrap(),
        "one object, not two"
    );
}

async fn assert_missing(store: &dyn DocumentStore, digest: Digest) {
    let got = store.get(&digest).await;
    let missing = matches!(&got, Err(DocumentStoreError::NotFound { digest: d }) if *d == digest);
    assert!(missing, "{got:?}");
    assert!(!store.contains(&digest).await.unwrap());
}

async fn what_is_not_there_is_not_found(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    assert_missing(&*store, Digest::of(b"never put")).await;
    let digest = store.put(pattern(10)).await.unwrap();
    store.delete(&digest).await.unwrap();
    assert_missing(&*store, digest).await;
    store.put(pattern(10)).await.unwrap();
    assert_eq!(
        store.get(&digest).await.unwrap(),
        pattern(10),
        "it can be put again"
    );
}

async fn damaged_bytes_are_not_handed_out(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    let [damaged, whole] = [store.put(pattern(5000)).await, store.put(pattern(50)).await];
    let (damaged, whole) = (damaged.unwrap(), whole.unwrap());
    bench.damage(&damaged).await;
    let got = store.get(&damaged).await;
    let refused = matches!(&got, Err(DocumentStoreError::Damaged { digest }) if *digest == damaged);
    assert!(refused, "{got:?}");
    assert_eq!(store.get(&whole).await.unwrap(), pattern(50));
}

/// Whole, or not there.
async fn all_or_nothing(store: &dyn DocumentStore, bytes: &Bytes) {
    match store.get(&Digest::of(bytes)).await {
        Ok(got) => assert!(got == *bytes, "cut"),
        Err(error) => assert!(
            matches!(error, DocumentStoreError::NotFound { .. }),
            "{error:?}"
        ),
    }
}

async fn an_interrupted_put_leaves_all_or_nothing(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    for polls in 0..6 {
        let bytes = pattern(500_000 + polls);
        let mut put = store.put(bytes.clone());
        for _ in 0..polls {
            if futures_util::poll!(&mut put).is_ready() {
                put = Box::pin(std::future::pending());
            }
        }
        drop(put);
        all_or_nothing(&*store, &bytes).await;
        store.put(bytes.clone()).await.unwrap();
        assert!(store.get(&Digest::of(&bytes)).await.unwrap() == bytes);
    }
}

async fn a_reader_sees_all_or_nothing(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    for n in 0..4 {
        let bytes = pattern(1_000_000 + n);
        let readers = join_all((0..16).map(|_| all_or_nothing(&*store, &bytes)));
        join(store.put(bytes.clone()), readers).await.0.unwrap();
    }
}

async fn a_missing_object_is_deleted(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    store.delete(&Digest::of(b"never put")).await.unwrap();
    let digest = store.put(pattern(10)).await.unwrap();
    for _ in 0..2 {
        store.delete(&digest).await.unwrap();
    }
    assert_missing(&*store, digest).await;
}

async fn too_large_an_object_is_not_kept(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    let large = Bytes::from(vec![0; MAX_OBJECT_BYTES + 1]);
    match store.put(large.clone()).await {
        Err(DocumentStoreError::TooLarge { bytes }) => assert_eq!(bytes, large.len()),
        other => panic!("{other:?}"),
    }
    assert!(!store.contains(&Digest::of(&large)).await.unwrap());
}

async fn many_put_the_same(bench: Box<dyn DocumentBench>) {
    let store = bench.store();
    let bytes = pattern(200_000);
    let puts = join_all((0..32).map(|_| store.put(bytes.clone()))).await;
    for digest in puts {
        assert_eq!(digest.unwrap(), Digest::of(&bytes));
    }
    assert!(store.get(&Digest::of(&bytes)).await.unwrap() == bytes);
}
