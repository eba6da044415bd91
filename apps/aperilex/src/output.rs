//! The one place that writes to the terminal.

use std::io::{BufWriter, Write};

use serde::Serialize;

/// Writes a result to standard output. A reader that has gone away (`| head`) is no fault.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| {
        if text.ends_with('\n') {
            Ok(())
        } else {
            out.write_all(b"\n")
        }
    });
    forgive(written.and_then(|()| out.flush()))
}

/// Writes a value as one line of JSON, piece by piece: filings are large.
pub(crate) fn print_json(value: &impl Serialize) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    let written = serde_json::to_writer(&mut out, value).map_err(std::io::Error::from);
    let written = written.and_then(|()| out.write_all(b"\n"));
    forgive(written.and_then(|()| out.flush()))
}

fn forgive(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a line to standard error; if that is closed there is nobody to tell.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
