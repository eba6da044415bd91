//! What becomes of faults of the store.

use std::io::ErrorKind;
use std::sync::Arc;

use aperilex_object_store::ObjectDocuments;
use aperilex_ports::{DocumentStore, DocumentStoreError, Retry};
use bytes::Bytes;

use crate::faulty::{Fault, Faulty};

fn faulty() -> (Arc<Faulty>, ObjectDocuments) {
    let store = Arc::new(Faulty::default());
    (store.clone(), ObjectDocuments::new(store))
}

#[tokio::test]
async fn a_bad_read_is_repeated_twice_and_never_handed_out() {
    let (store, documents) = faulty();
    let digest = documents
        .put(Bytes::from_static(b"the bytes"))
        .await
        .unwrap();
    for fault in [Fault::Flip, Fault::Truncate] {
        store.inject(&[fault; 2]);
        assert_eq!(documents.get(&digest).await.unwrap(), "the bytes");
        store.inject(&[fault; 3]);
        let got = documents.get(&digest).await;
        assert!(
            matches!(got, Err(DocumentStoreError::Damaged { .. })),
            "{got:?}"
        );
    }
}

#[tokio::test]
async fn a_put_whose_reply_was_lost_succeeds() {
    let (store, documents) = faulty();
    store.inject(&[Fault::ReplyLost]);
    let digest = documents.put(Bytes::from_static(b"once")).await.unwrap();
    assert_eq!(documents.get(&digest).await.unwrap(), "once");
}

#[tokio::test]
async fn no_room_is_told_apart_from_other_refusals() {
    let (store, documents) = faulty();
    for (kind, full) in [
        (ErrorKind::StorageFull, true),
        (ErrorKind::QuotaExceeded, true),
        (ErrorKind::PermissionDenied, false),
        (ErrorKind::ReadOnlyFilesystem, false),
    ] {
        store.inject(&[Fault::Refuse(kind)]);
        let error = documents.put(Bytes::from_static(b"x")).await.unwrap_err();
        assert_eq!(
            matches!(error, DocumentStoreError::Full { .. }),
            full,
            "{error:?}"
        );
        assert_eq!(error.retry(), Retry::Backoff);
    }
}
