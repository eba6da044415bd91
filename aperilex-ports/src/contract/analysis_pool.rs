//! Clauses of [`AnalysisPool`].

use super::support::{Desk, MOST_PAGES, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "AP-1", an_analysis_reads_back_as_completed),
    scenario!(id: "AP-1", the_best_is_found_and_of_equals_the_newest),
    scenario!(id: "AP-2", what_does_not_satisfy_is_not_found),
    scenario!(id: "AP-2", retracted_and_private_ones_are_not_found),
    scenario!(id: "AP-3", without_access_there_is_no_analysis),
    scenario!(id: "AP-3", a_private_one_is_its_owners_alone),
    scenario!(id: "AP-4", what_may_be_read_comes_newest_first_by_page),
    scenario!(id: "AP-5", a_view_changes_nothing),
];

/// Has an analysis made of this key, changed by `adjust` before it is stored.
async fn made(
    desk: &Desk,
    key: &PoolKey,
    adjust: impl FnOnce(&mut AnalysisRecord),
) -> AnalysisRecord {
    let user = desk.funded(1000).await;
    let (task, lease) = desk.running(&desk.request(user, key)).await;
    let mut done = desk.completion(&task, lease);
    adjust(&mut done.analysis);
    desk.stores.settlement.complete(&done).await.unwrap();
    done.analysis
}

async fn found(desk: &Desk, request: &FindAnalysis) -> Option<AnalysisId> {
    let record = desk.stores.pool.find(request).await.unwrap();
    record.map(|record| record.id)
}

async fn an_analysis_reads_back_as_completed(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    assert_eq!(
        desk.stores.pool.find(&Desk::wanted(&key)).await.unwrap(),
        None
    );
    let record = made(&desk, &key, |it| it.method = Method::Extractive).await;
    assert_eq!(
        desk.stores.pool.find(&Desk::wanted(&key)).await.unwrap(),
        Some(record)
    );
}

async fn the_best_is_found_and_of_equals_the_newest(desk: Desk) {
    let standard = Desk::pool_key(desk.filing().await);
    let of = |quality, prompt: &str| PoolKey {
        quality,
        prompt_version: prompt.into(),
        ..standard.clone()
    };
    let [economy, premium] = [
        of(Quality::Economy, "cheap/1"),
        of(Quality::Premium, "best/1"),
    ];
    let prompt_versions = ["cheap/1", "prompt/1", "best/1"].map(String::from).to_vec();
    let any = FindAnalysis {
        quality: Quality::Extractive,
        prompt_versions,
        ..Desk::wanted(&standard)
    };
    let cheap = made(&desk, &economy, |_| ()).await;
    assert_eq!(
        found(&desk, &any).await,
        Some(cheap.id),
        "better than asked for"
    );
    let older = made(&desk, &standard, |it| it.created_at = at(20)).await;
    assert_eq!(found(&desk, &any).await, Some(older.id));
    let newer = made(&desk, &standard, |it| it.created_at = at(30)).await;
    assert_eq!(
        found(&desk, &any).await,
        Some(newer.id),
        "the newest of equals"
    );
    let best = made(&desk, &premium, |it| it.created_at = at(15)).await;
    assert_eq!(
        found(&desk, &any).await,
        Some(best.id),
        "the best before the newest"
    );
    let last = made(&desk, &economy, |it| it.created_at = at(99)).await;
    assert_eq!(found(&desk, &any).await, Some(best.id), "not {}", last.id);
}

async fn what_does_not_satisfy_is_not_found(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let record = made(&desk, &key, |_| ()).await;
    let asked = Desk::wanted(&key);
    assert_eq!(found(&desk, &asked).await, Some(record.id));
    let other = desk.filing().await;
    for (what, request) in [
        (
            "filing",
            FindAnalysis {
                filing: other,
                ..asked.clone()
            },
        ),
        (
            "template",
            FindAnalysis {
                template: Template::Risk,
                ..asked.clone()
            },
        ),
        (
            "quality",
            FindAnalysis {
                quality: Quality::Premium,
                ..asked.clone()
            },
        ),
        (
            "document",
            FindAnalysis {
                document_sha256: Some(Digest::of(b"else")),
                ..asked.clone()
            },
        ),
        (
            "shape",
            FindAnalysis {
                schema_version: 2,
                ..asked.clone()
            },
        ),
        (
            "prompt",
            FindAnalysis {
                prompt_versions: vec!["prompt/2".into()],
                ..asked.clone()
            },
        ),
        (
            "no prompt",
            FindAnalysis {
                prompt_versions: Vec::new(),
                ..asked.clone()
            },
        ),
    ] {
        assert_eq!(found(&desk, &request).await, None, "another {what}");
    }
}

async fn retracted_and_private_ones_are_not_found(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    made(&desk, &key, |it| it.retracted_at = Some(at(11))).await;
    let owner = desk.account().await;
    made(&desk, &key, |it| it.key.owner = Some(owner)).await;
    assert_eq!(found(&desk, &Desk::wanted(&key)).await, None);
    let public = made(&desk, &key, |_| ()).await;
    assert_eq!(found(&desk, &Desk::wanted(&key)).await, Some(public.id));
}

async fn readable(desk: &Desk, user: UserId, analysis: AnalysisId) -> Option<AccessSource> {
    let read = desk.stores.pool.readable(user, analysis).await.unwrap();
    read.map(|(record, source)| {
        assert_eq!(record.id, analysis);
        source
    })
}

async fn without_access_there_is_no_analysis(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let record = made(&desk, &key, |_| ()).await;
    let retracted = made(&desk, &key, |it| it.retracted_at = Some(at(11))).await;
    let [reader, stranger] = [desk.account().await, desk.account().await];
    let elsewhere = desk.filing().await;
    desk.give_access(stranger, elsewhere, AccessSource::Admin)
        .await;
    desk.give_access(reader, key.filing, AccessSource::Policy)
        .await;
    let policy = Some(AccessSource::Policy);
    assert_eq!(readable(&desk, reader, record.id).await, policy);
    assert_eq!(readable(&desk, reader, retracted.id).await, policy);
    assert_eq!(readable(&desk, stranger, record.id).await, None);
    assert!(
        desk.stores
            .pool
            .list(stranger, None, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let unknown = desk.id(AnalysisId::from_uuid);
    assert_eq!(readable(&desk, reader, unknown).await, None);
}

async fn a_private_one_is_its_owners_alone(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let [owner, reader] = [desk.account().await, desk.account().await];
    let record = made(&desk, &key, |it| it.key.owner = Some(owner)).await;
    for user in [owner, reader] {
        desk.give_access(user, key.filing, AccessSource::Paid).await;
    }
    assert_eq!(
        readable(&desk, owner, record.id).await,
        Some(AccessSource::Paid)
    );
    assert_eq!(readable(&desk, reader, record.id).await, None);
    assert_eq!(
        desk.stores.pool.list(owner, None, None, 9).await.unwrap(),
        [(record, AccessSource::Paid)]
    );
    assert!(
        desk.stores
            .pool
            .list(reader, None, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn what_may_be_read_comes_newest_first_by_page(desk: Desk) {
    let reader = desk.account().await;
    let [one, two, closed] = [
        Desk::pool_key(desk.filing().await),
        Desk::pool_key(desk.filing().await),
        Desk::pool_key(desk.filing().await),
    ];
    for (key, source) in [(&one, AccessSource::Paid), (&two, AccessSource::Policy)] {
        desk.give_access(reader, key.filing, source).await;
    }
    let mut all = Vec::new();
    for second in 10..15 {
        let record = made(&desk, &one, |it| it.created_at = at(second)).await;
        all.push((record, AccessSource::Paid));
        made(&desk, &closed, |it| it.created_at = at(second)).await;
    }
    let alone = made(&desk, &two, |it| it.created_at = at(20)).await;
    let alone = (alone, AccessSource::Policy);
    all.push(alone.clone());
    all.reverse();
    let (mut seen, mut before) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = desk
            .stores
            .pool
            .list(reader, None, before, 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 2);
        before = Some(last.0.id);
        seen.extend(page);
    }
    assert_eq!(seen, all);
    let filing = Some(two.filing);
    assert_eq!(
        desk.stores
            .pool
            .list(reader, filing, None, 9)
            .await
            .unwrap(),
        [alone]
    );
}

async fn a_view_changes_nothing(desk: Desk) {
    let key = Desk::pool_key(desk.filing().await);
    let record = made(&desk, &key, |_| ()).await;
    for id in [record.id, record.id, desk.id(AnalysisId::from_uuid)] {
        desk.stores.pool.record_view(id, 2).await.unwrap();
    }
    assert_eq!(
        desk.stores.pool.find(&Desk::wanted(&key)).await.unwrap(),
        Some(record)
    );
}
