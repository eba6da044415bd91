//! A plain static file server over a folder, with directory pages, as anybody would put up.

use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Starts the server; gives its base address.
pub(crate) async fn serve_folder(root: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, root.clone()));
        }
    });
    format!("http://{address}")
}

async fn connection(stream: TcpStream, root: PathBuf) {
    stream.set_nodelay(true).unwrap();
    let mut stream = BufReader::new(stream);
    while let Some(target) = request(&mut stream).await {
        let (status, body) = answer(&root, &target);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let sent = stream.write_all(head.as_bytes()).await;
        if sent.is_err() || stream.write_all(&body).await.is_err() {
            return;
        }
    }
}

/// The path of the next request.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut first = String::new();
    stream.read_line(&mut first).await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? <= 2 {
            break;
        }
    }
    first.split_whitespace().nth(1).map(str::to_owned)
}

fn answer(root: &Path, target: &str) -> (&'static str, Vec<u8>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    assert!(
        !path.contains(".."),
        "the client asks for what it is given: {path}"
    );
    let file = root.join(path.trim_start_matches('/'));
    if query.is_empty() && file.is_dir() {
        let names = std::fs::read_dir(&file).unwrap().map(|entry| {
            let entry = entry.unwrap();
            let slash = if entry.path().is_dir() { "/" } else { "" };
            let name = entry.file_name().into_string().unwrap();
            format!("<li><a href=\"{name}{slash}\">{name}{slash}</a></li>")
        });
        let page = format!(
            "<!DOCTYPE HTML><html><ul>{}</ul></html>",
            names.collect::<String>()
        );
        return ("200 OK", page.into_bytes());
    }
    match std::fs::read(&file) {
        Ok(bytes) if query.is_empty() => ("200 OK", bytes),
        _ => ("404 File not found", b"<html>Error response".to_vec()),
    }
}
