use aperilex_ports::*;
use std::time::Instant;
fn main() {
    let n = 50 * 1024 * 1024;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("lt", vec![b'<'; n]),
        ("lt html", {
            let mut v = b"<html>".to_vec();
            v.resize(n, b'<');
            v
        }),
        ("nested b 5M", {
            let mut v = b"<html>".to_vec();
            for _ in 0..5_000_000 {
                v.extend(b"<b>")
            }
            v
        }),
        ("nested div 5M", {
            let mut v = b"<html>x".to_vec();
            for _ in 0..5_000_000 {
                v.extend(b"<div>")
            }
            v
        }),
        ("nested table 5M", {
            let mut v = b"<html>x".to_vec();
            for _ in 0..5_000_000 {
                v.extend(b"<table>")
            }
            v
        }),
        ("attr", {
            let mut v = b"<html>x<p a=\"".to_vec();
            v.resize(42_000_000, b'x');
            v.extend(b"\">y</p>");
            v
        }),
        ("style attr", {
            let mut v = b"<html>x<p style=\"".to_vec();
            v.resize(42_000_000, b';');
            v.extend(b"\">y</p>");
            v
        }),
        ("br x", {
            let mut v = b"<html>".to_vec();
            while v.len() < n {
                v.extend(b"<br>x")
            }
            v
        }),
        ("td 5", {
            let mut v = b"<html><table>".to_vec();
            while v.len() < n {
                v.extend(b"<tr><td>5<td>6")
            }
            v
        }),
        ("item", {
            let mut v = b"<html>".to_vec();
            while v.len() < n {
                v.extend(b"<p>Item 1. Business")
            }
            v
        }),
        ("amp", {
            let mut v = b"<html>".to_vec();
            v.resize(n, b'&');
            v
        }),
        ("ix", {
            let mut v = b"<html>".to_vec();
            while v.len() < n {
                v.extend(b"<ix:nonNumeric name=\"a:b\" contextRef=\"c\">x")
            }
            v
        }),
        ("plain item", {
            let mut v = vec![];
            while v.len() < n {
                v.extend(b"Item 1.\n")
            }
            v
        }),
        ("plain table", {
            let mut v = vec![];
            while v.len() < n {
                v.extend(b"<TABLE>\n<S> <C>\na  b\n")
            }
            v
        }),
        ("p distinct", {
            let mut v = b"<html>".to_vec();
            let mut i = 0u64;
            while v.len() < n {
                v.extend(format!("<p>{i:x}<p>3").as_bytes());
                i += 7919;
            }
            v
        }),
    ];
    let only = std::env::args().nth(1);
    for (name, v) in cases {
        if only.as_deref().is_some_and(|o| o != name) {
            continue;
        }
        let raw = RawFiling {
            meta: FilingMeta {
                id: FilingId::of_content(&Digest::of(b"x")),
                accession: None,
                cik: None,
                company: None,
                ticker: None,
                form: "10-K".parse().unwrap(),
                filed: None,
                period: None,
                items: vec![],
                primary_document: None,
                url: None,
            },
            documents: vec![RawDocument {
                name: "a".into(),
                doc_type: None,
                sequence: None,
                description: None,
                bytes: v.into(),
            }],
        };
        let t = Instant::now();
        let r = aperilex_filing_parser::Parser.parse(&raw);
        let s = t.elapsed().as_secs_f64();
        println!(
            "{name}: {s:.2}s ok={} text={} peak {}",
            r.is_ok(),
            r.as_ref().map_or(0, |c| c.text().len()),
            std::fs::read_to_string("/proc/self/status")
                .unwrap()
                .lines()
                .find(|l| l.starts_with("VmHWM"))
                .unwrap()
        );
    }
}
