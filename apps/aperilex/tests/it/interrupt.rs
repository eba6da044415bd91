//! Ctrl-C while an analysis runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::samples;

/// Serves a mirror folder, but for documents, which never come.
fn serve_without_documents(root: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let root = root.to_owned();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let root = root.clone();
            std::thread::spawn(move || answer(socket, &root));
        }
    });
    address
}

fn answer(mut socket: TcpStream, root: &Path) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if socket.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head
        .split(' ')
        .nth(1)
        .unwrap_or("/")
        .trim_start_matches('/');
    if path.ends_with("mkwx-20251231.htm") {
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let (status, body) = match std::fs::read(root.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = socket
        .write_all(head.as_bytes())
        .and_then(|()| socket.write_all(&body));
}

#[test]
fn an_interrupted_analysis_is_handed_back_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let source = serve_without_documents(&samples());
    let mut child = Command::new(env!("CARGO_BIN_EXE_aperilex"))
        .args([
            "analyze",
            "0001999999-26-000007",
            "--source",
            &source,
            "--data-dir",
        ])
        .arg(dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while !said.iter().any(|line: &String| line.contains("fetching")) {
        said.push(lines.next().unwrap_or_else(|| panic!("{said:?}")).unwrap());
    }
    let begun = Instant::now();
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    said.extend(lines.map(Result::unwrap));
    assert!(
        said.iter().any(|line| line.contains("interrupted")),
        "{said:?}"
    );
}
