use aperilex_ports::FilingParser;
use aperilex_ports::model::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let bytes = std::fs::read(&a[1]).unwrap();
    let form: FormType = a
        .get(2)
        .map(|s| s.as_str())
        .unwrap_or("10-K")
        .parse()
        .unwrap();
    let name = a[1].rsplit('/').next().unwrap().to_owned();
    let raw = RawFiling {
        meta: FilingMeta {
            id: FilingId::of_content(&Digest::of(b"x")),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form,
            filed: None,
            period: None,
            items: vec![],
            primary_document: None,
            url: None,
        },
        documents: vec![RawDocument {
            name,
            doc_type: None,
            sequence: None,
            description: None,
            bytes: bytes.into(),
        }],
    };
    let c = aperilex_filing_parser::Parser.parse(&raw).unwrap();
    match a.get(3).map(|s| s.as_str()) {
        Some("tables") => {
            for t in &c.tables {
                println!("== {:?} {:?} h={}", t.caption, t.range, t.header_rows);
                for r in &t.rows {
                    println!("   {}", r.join(" | "))
                }
            }
        }
        Some("facts") => {
            for f in &c.facts {
                println!(
                    "{} = {:.80} {:?} {:?} {:?} {:?}",
                    f.concept, f.value, f.unit, f.period, f.dimensions, f.range
                )
            }
        }
        Some("sections") => {
            for s in &c.sections {
                let t = c.section_text(s);
                println!(
                    "{} {:?} {:?} {:.2} {:?} {}\n    <{:.70}> .. <{}>",
                    s.key,
                    s.title,
                    s.state,
                    s.confidence,
                    s.range,
                    t.len(),
                    t.replace('\n', "⏎"),
                    t.chars()
                        .rev()
                        .take(70)
                        .collect::<Vec<_>>()
                        .into_iter()
                        .rev()
                        .collect::<String>()
                        .replace('\n', "⏎")
                )
            }
        }
        _ => println!("{}", c.text()),
    }
    eprintln!(
        "docs {} tables {} facts {} warnings {:?}",
        c.documents.len(),
        c.tables.len(),
        c.facts.len(),
        c.warnings
    );
}
