//! The local directory.

use std::fs;
use std::os::unix::fs::symlink;

use aperilex_object_store::{ObjectStoreConfig, OpenError};
use aperilex_ports::{Digest, DocumentStore, DocumentStoreError, MAX_OBJECT_BYTES};
use bytes::Bytes;

use crate::{file_of, files, open};

#[tokio::test]
async fn what_was_put_is_got_by_another_process_too() {
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().join("made/on/demand");
    let first = open(&base).await.unwrap();
    let second = open(&base).await.unwrap();
    for bytes in [
        Bytes::new(),
        Bytes::from_static(b"\0\xff\n"),
        vec![7; 1 << 20].into(),
    ] {
        let digest = first.put(bytes.clone()).await.unwrap();
        assert_eq!(digest, Digest::of(&bytes));
        assert!(second.contains(&digest).await.unwrap());
        assert_eq!(second.get(&digest).await.unwrap(), bytes);
        assert_eq!(fs::read(file_of(&base, &digest)).unwrap(), bytes);
    }
    assert_eq!(files(&base).len(), 3);
}

#[tokio::test]
async fn putting_again_leaves_the_file_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let digest = store.put(Bytes::from_static(b"once")).await.unwrap();
    let file = file_of(dir.path(), &digest);
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(
        store.put(Bytes::from_static(b"once")).await.unwrap(),
        digest
    );
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
    assert_eq!(files(dir.path()), [file]);
}

#[tokio::test]
async fn damage_is_told_and_mended_by_the_true_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let digest = store.put(Bytes::from_static(b"revenue 42")).await.unwrap();
    for damage in [&b"revenue 43"[..], b"revenue", b"", &[b'x'; 100_000]] {
        fs::write(file_of(dir.path(), &digest), damage).unwrap();
        let got = store.get(&digest).await;
        assert!(
            matches!(got, Err(DocumentStoreError::Damaged { .. })),
            "{got:?}"
        );
    }
    store.put(Bytes::from_static(b"revenue 42")).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap(), "revenue 42");
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_damaged_without_being_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let digest = store.put(Bytes::from_static(b"small")).await.unwrap();
    let file = fs::File::options()
        .write(true)
        .open(file_of(dir.path(), &digest));
    file.unwrap().set_len(1 << 40).unwrap();
    let got = store.get(&digest).await;
    assert!(
        matches!(got, Err(DocumentStoreError::Damaged { .. })),
        "{got:?}"
    );
}

#[tokio::test]
async fn an_object_over_the_limit_is_refused_before_writing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let put = store.put(vec![0; MAX_OBJECT_BYTES + 1].into()).await;
    let Err(DocumentStoreError::TooLarge { bytes }) = put else {
        panic!("{put:?}")
    };
    assert_eq!(bytes, MAX_OBJECT_BYTES + 1);
    assert!(files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_deleted_object_is_gone_and_deleting_again_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let digest = store.put(Bytes::from_static(b"gone")).await.unwrap();
    store.delete(&digest).await.unwrap();
    store.delete(&digest).await.unwrap();
    assert!(!store.contains(&digest).await.unwrap());
    let got = store.get(&digest).await;
    assert!(
        matches!(got, Err(DocumentStoreError::NotFound { .. })),
        "{got:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_of_the_same_bytes_all_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let bytes = Bytes::from(vec![3; 300_000]);
    let puts: Vec<_> = (0..32)
        .map(|_| {
            let (store, bytes) = (store.clone(), bytes.clone());
            tokio::spawn(async move { store.put(bytes).await })
        })
        .collect();
    for put in puts {
        assert_eq!(put.await.unwrap().unwrap(), Digest::of(&bytes));
    }
    assert_eq!(
        files(dir.path()),
        [file_of(dir.path(), &Digest::of(&bytes))]
    );
}

#[tokio::test]
async fn only_the_first_to_open_sweeps() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let digest = store.put(Bytes::from_static(b"kept")).await.unwrap();
    let orphan = file_of(dir.path(), &Digest::of(b"lost")).with_extension("x#1");
    fs::write(&orphan, b"lo").unwrap();

    let second = open(dir.path()).await.unwrap();
    assert!(orphan.exists(), "another writer may still be at it");
    drop((store, second));
    let third = open(dir.path()).await.unwrap();
    assert!(!orphan.exists());
    assert_eq!(third.get(&digest).await.unwrap(), "kept");
}

#[tokio::test]
async fn symbolic_links_in_place_of_directories_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).await.unwrap());
    let shard = dir.path().join("sha256/ab");
    fs::remove_dir(&shard).unwrap();
    symlink(outside.path(), &shard).unwrap();
    let base = outside.path().join("base");
    symlink(dir.path(), &base).unwrap();

    for (opened, refused) in [(dir.path(), &shard), (&base, &base)] {
        match open(opened).await {
            Err(OpenError::NotADirectory { path }) => assert_eq!(path, *refused),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_link_in_place_of_an_object_is_never_written_through() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let outside = dir.path().join("outside");
    fs::write(&outside, b"not to be touched").unwrap();
    let file = file_of(dir.path(), &Digest::of(b"object"));
    symlink(&outside, &file).unwrap();
    store.put(Bytes::from_static(b"object")).await.unwrap();
    assert_eq!(fs::read(&outside).unwrap(), b"not to be touched");
    assert!(fs::symlink_metadata(&file).unwrap().is_file());
}

#[test]
fn settings_are_strict() {
    let read = serde_json::from_str::<ObjectStoreConfig>;
    assert_eq!(read(r#"{"path":"/x"}"#).unwrap().path.as_os_str(), "/x");
    assert!(read(r#"{"path":"/x","pth":1}"#).is_err());
    assert!(read("{}").is_err());
}
