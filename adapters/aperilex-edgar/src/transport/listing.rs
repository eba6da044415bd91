//! The directory page that a plain file server makes of a mirror's folder.

use lol_html::{RewriteStrSettings, element, rewrite_str};
use url::Url;

use crate::error::EdgarError;
use crate::text::decode;

/// The names behind the links that lead one level down, in whichever way a server writes these;
/// names of folders end in a slash.
pub(crate) fn hrefs(what: &str, page: &Url, html: &[u8]) -> Result<Vec<String>, EdgarError> {
    let mut found = Vec::new();
    let settings =
        RewriteStrSettings::new().append_element_content_handler(element!("a[href]", |anchor| {
            found.extend(anchor.get_attribute("href"));
            Ok(())
        }));
    rewrite_str(&decode(html), settings)
        .map_err(|_| EdgarError::bad(what, "a directory page that cannot be read"))?;
    Ok(found.iter().filter_map(|href| below(page, href)).collect())
}

fn below(page: &Url, href: &str) -> Option<String> {
    let url = page.join(href).ok()?;
    if url.origin() != page.origin() || url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let name = url.path().strip_prefix(page.path())?;
    let stem = name.strip_suffix('/').unwrap_or(name);
    (!stem.is_empty() && !stem.contains('/')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_one_level_down_count() {
        let page = Url::parse("http://mirror:8000/www.sec.gov/data/").unwrap();
        let html = br#"<ul><li><a href="../">up</a><li><a href="320193/">320193/</a>
            <li><a href="./51143/">51143</a><li><a href="/www.sec.gov/data/a.txt">a</a>
            <li><a href="http://mirror:8000/www.sec.gov/data/b.txt">b</a>
            <li><a href="/x">x</a><li><a href="?C=N">n</a><li><a href="1/2/">2</a>
            <li><a href="http://other/www.sec.gov/data/c.txt">c</a><li><a href="./">.</a></ul>"#;
        let names = hrefs("x", &page, html).unwrap();
        assert_eq!(names, ["320193/", "51143/", "a.txt", "b.txt"]);
    }
}
