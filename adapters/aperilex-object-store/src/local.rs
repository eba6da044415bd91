//! The local directory: made, locked and swept when it is opened.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use aperilex_ports::Digest;
use object_store::local::LocalFileSystem;

use crate::OpenError;
use crate::document_store::FOLDER;

/// A directory of objects that this process has open.
#[derive(Debug)]
pub(crate) struct LocalDirectory {
    objects: PathBuf,
    /// Held, shared, for as long as objects may be written.
    _lock: File,
}

impl LocalDirectory {
    /// Makes the directories, takes the lock, and sweeps if nobody else has it.
    pub(crate) fn open(base: &Path) -> Result<(Self, LocalFileSystem), OpenError> {
        let objects = base.join(FOLDER);
        if make_directory(base)? {
            sync_parent(base).map_err(|source| io_error(base, source))?;
        }
        make_directory(&objects)?;
        for shard in shards(&objects) {
            make_directory(&shard)?;
        }
        for directory in [&objects, base] {
            sync(directory).map_err(|source| io_error(directory, source))?;
        }
        let lock = lock_and_sweep(base, &objects)?;
        let store = LocalFileSystem::new_with_prefix(base).map_err(|source| OpenError::Store {
            path: base.to_owned(),
            source: source.into(),
        })?;
        let this = Self {
            objects,
            _lock: lock,
        };
        Ok((this, store.with_fsync(true)))
    }

    /// Makes sure that the name of an object somebody else has just written outlasts a power cut.
    pub(crate) fn sync_name(&self, digest: &Digest) -> io::Result<()> {
        let shard = digest.as_bytes().first().copied().unwrap_or_default();
        sync(&self.objects.join(format!("{shard:02x}")))
    }
}

fn shards(objects: &Path) -> impl Iterator<Item = PathBuf> {
    (0..=u8::MAX).map(|shard| objects.join(format!("{shard:02x}")))
}

/// Whether it had to be made.
fn make_directory(path: &Path) -> Result<bool, OpenError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => return Ok(false),
        Ok(_) => {
            return Err(OpenError::NotADirectory {
                path: path.to_owned(),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(io_error(path, source)),
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    // Recursive, so that another process making the same directory is no error.
    let made = builder.recursive(true).create(path);
    made.map_err(|source| io_error(path, source))?;
    Ok(true)
}

/// The lock tells whether other processes write here: who gets it alone removes what killed writers
/// left behind, and then shares it.
fn lock_and_sweep(base: &Path, objects: &Path) -> Result<File, OpenError> {
    let path = base.join(".lock");
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let lock = options
        .open(&path)
        .map_err(|source| io_error(&path, source))?;
    match lock.try_lock() {
        Ok(()) => sweep(objects)?,
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
            return Ok(lock);
        }
        Err(TryLockError::Error(source)) => return Err(io_error(&path, source)),
    }
    lock.lock_shared()
        .map_err(|source| io_error(&path, source))?;
    Ok(lock)
}

/// Removes files that are no finished objects: a writer's temporary name is the object's, `#` and a
/// number.
fn sweep(objects: &Path) -> Result<(), OpenError> {
    for shard in shards(objects) {
        let entries = fs::read_dir(&shard).map_err(|source| io_error(&shard, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| io_error(&shard, source))?;
            if entry.file_name().as_encoded_bytes().contains(&b'#') {
                let path = entry.path();
                fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
            }
        }
    }
    Ok(())
}

fn sync_parent(directory: &Path) -> io::Result<()> {
    let directory = directory.canonicalize()?;
    directory.parent().map_or(Ok(()), sync)
}

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_directory: &Path) -> io::Result<()> {
    Ok(())
}

fn io_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        source,
    }
}
