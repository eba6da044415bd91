//! A mirror folder: files below it, and nothing outside of it.

use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use super::answer::{BodyFault, check_body};
use super::{Answer, Validators};
use crate::error::EdgarError;
use crate::request::Request;

#[derive(Debug)]
pub(crate) struct FolderTransport {
    /// Canonical.
    root: PathBuf,
    limit: u64,
}

impl FolderTransport {
    pub(crate) const fn new(root: PathBuf, limit: u64) -> Self {
        Self { root, limit }
    }

    pub(crate) async fn get(&self, request: &Request) -> Result<Answer, EdgarError> {
        if !request.query.is_empty() {
            return Err(EdgarError::Unsupported {
                operation: "a query (search or feed)",
            });
        }
        let what = request.what();
        let limit = request.limit.unwrap_or(self.limit);
        let wanted = self.path_of(request)?;
        let (root, prefix) = (self.root.clone(), request.prefix);
        let name = what.clone();
        let bytes = blocking(move || read(&root, &wanted, &name, limit, prefix)).await?;
        match check_body(&what, request.shape, &bytes) {
            Ok(()) => Ok(Answer::Body {
                bytes: bytes.into(),
                validators: Validators::default(),
            }),
            Err(BodyFault::Error(error)) => Err(error),
            Err(BodyFault::Blocked) => Err(EdgarError::bad(what, "a saved block page")),
        }
    }

    /// Names in a folder; those of folders end in a slash.
    pub(crate) async fn list(&self, request: &Request) -> Result<Vec<String>, EdgarError> {
        let what = request.what();
        let wanted = self.path_of(request)?;
        let root = self.root.clone();
        blocking(move || {
            let folder = inside(&root, &wanted, &what)?;
            let entries = std::fs::read_dir(folder).map_err(|e| file_error(&what, e))?;
            let name = |entry: std::fs::DirEntry| {
                let name = entry.file_name().into_string().ok()?;
                let folder = entry.path().is_dir();
                Some(if folder { format!("{name}/") } else { name })
            };
            Ok(entries.flatten().filter_map(name).collect())
        })
        .await
    }

    fn path_of(&self, request: &Request) -> Result<PathBuf, EdgarError> {
        let mut path = self.root.join(request.host.name());
        for part in &request.path {
            // A name may look harmless to HTTP and still be a way out on this system.
            let mut components = Path::new(part).components();
            match (components.next(), components.next()) {
                (Some(Component::Normal(name)), None) if !part.contains(['\0', '\\']) => {
                    path.push(name);
                }
                _ => return Err(EdgarError::not_found(request.what())),
            }
        }
        Ok(path)
    }
}

/// The canonical path, if it is below the root: a symbolic link must not lead out.
fn inside(root: &Path, wanted: &Path, what: &str) -> Result<PathBuf, EdgarError> {
    let path = wanted.canonicalize().map_err(|e| file_error(what, e))?;
    if path.starts_with(root) {
        Ok(path)
    } else {
        Err(EdgarError::not_found(what))
    }
}

fn read(
    root: &Path,
    wanted: &Path,
    what: &str,
    limit: u64,
    prefix: Option<usize>,
) -> Result<Vec<u8>, EdgarError> {
    let path = inside(root, wanted, what)?;
    if !path.is_file() {
        return Err(EdgarError::not_found(what));
    }
    let file = std::fs::File::open(path).map_err(|e| file_error(what, e))?;
    let most = prefix.map_or(limit.saturating_add(1), |prefix| prefix as u64);
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| file_error(what, e))?;
    if bytes.len() as u64 > limit {
        return Err(EdgarError::TooLarge { limit });
    }
    Ok(bytes)
}

fn file_error(what: &str, source: std::io::Error) -> EdgarError {
    match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidInput => {
            EdgarError::not_found(what)
        }
        _ => EdgarError::File {
            what: what.to_owned(),
            source,
        },
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EdgarError> + Send + 'static,
) -> Result<T, EdgarError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| {
        Err(EdgarError::File {
            what: "the mirror folder".to_owned(),
            source: std::io::Error::other(e),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Host, Shape};

    fn mirror() -> (tempfile::TempDir, FolderTransport) {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("www.sec.gov/files");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("a.txt"), "twelve bytes").unwrap();
        std::fs::write(dir.path().join("secret"), "outside of the hosts").unwrap();
        let root = dir.path().canonicalize().unwrap();
        (dir, FolderTransport::new(root, 12))
    }

    fn request(path: &str) -> Request {
        Request::new(Host::Www, path, Shape::Document)
    }

    #[tokio::test]
    async fn reads_files_up_to_the_cap() {
        let (dir, folder) = mirror();
        assert!(folder.get(&request("/files/a.txt")).await.is_ok());
        std::fs::write(dir.path().join("www.sec.gov/files/a.txt"), "thirteen byte").unwrap();
        let large = folder.get(&request("/files/a.txt")).await;
        assert!(matches!(large, Err(EdgarError::TooLarge { limit: 12 })));
        let Ok(Answer::Body { bytes, .. }) = folder.get(&request("/files/a.txt").prefix(4)).await
        else {
            panic!("expected a body");
        };
        assert_eq!(&bytes[..], b"thir");
        assert_eq!(folder.list(&request("/")).await.unwrap(), ["files/"]);
    }

    #[tokio::test]
    async fn nothing_outside_is_reachable() {
        let (_dir, folder) = mirror();
        for path in [
            "/../secret",
            "/files/../../secret",
            "/files/nothing",
            "/files",
            "/files/a.txt/x",
        ] {
            let answer = folder.get(&request(path)).await;
            assert!(
                matches!(answer, Err(EdgarError::NotFound { .. })),
                "{path}: {answer:?}"
            );
        }
        let mut sly = request("/files");
        sly.path = vec!["../secret".into()];
        assert!(matches!(
            folder.get(&sly).await,
            Err(EdgarError::NotFound { .. })
        ));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_symbolic_link_does_not_lead_out() {
        let (dir, folder) = mirror();
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("x"), "x").unwrap();
        std::os::unix::fs::symlink(other.path().join("x"), dir.path().join("www.sec.gov/link"))
            .unwrap();
        let answer = folder.get(&request("/link")).await;
        assert!(matches!(answer, Err(EdgarError::NotFound { .. })));
    }
}
