//! Documents: no dead relative link, a page for every problem code.

use super::Tree;

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for path in tree.below("", ".md") {
        let text = tree.text(path)?;
        let folder = path.parent().map(|p| tree.root.join(p)).unwrap_or_default();
        for target in targets(&text) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !folder.join(file).exists() {
                broken.push(format!("{}: dead link to {target}", path.display()));
            }
        }
    }
    broken.extend(problem_pages(tree)?);
    Ok(broken)
}

/// Targets of Markdown links that are paths of files.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| {
            let path = !target.contains("://") && !target.contains("::") && !target.contains(' ');
            path && (target.contains('/') || target.ends_with(".md"))
        })
}

/// Codes in the API's closed list and pages in docs/problems are the same set.
fn problem_pages(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let document = tree.text("apps/aperilex-api/openapi.json".as_ref())?;
    let document: serde_json::Value = serde_json::from_str(&document)?;
    let codes = document["components"]["schemas"]["ProblemCode"]["enum"].as_array();
    let codes: Vec<&str> = codes
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .collect();
    let mut broken = Vec::new();
    if codes.is_empty() {
        broken.push("openapi.json: no schema ProblemCode with the list of codes".to_owned());
    }
    for code in &codes {
        if !tree.has(&format!("docs/problems/{code}.md")) {
            broken.push(format!("docs/problems/{code}.md: no page for this code"));
        }
    }
    for page in tree.below("docs/problems", ".md") {
        let code = page.file_stem().unwrap_or_default().to_string_lossy();
        if !codes.contains(&&*code) && code != "README" {
            broken.push(format!("{}: no such code", page.display()));
        }
    }
    Ok(broken)
}
