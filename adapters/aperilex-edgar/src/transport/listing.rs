//! The directory page that a plain file server makes of a mirror's folder.

use lol_html::{RewriteStrSettings, element, rewrite_str};

use crate::error::EdgarError;
use crate::text::decode;

/// The links of a page that stay in its folder, one level down; folders end in a slash.
pub(crate) fn hrefs(what: &str, page: &[u8]) -> Result<Vec<String>, EdgarError> {
    let mut found = Vec::new();
    let settings =
        RewriteStrSettings::new().append_element_content_handler(element!("a[href]", |anchor| {
            found.extend(anchor.get_attribute("href"));
            Ok(())
        }));
    rewrite_str(&decode(page), settings)
        .map_err(|_| EdgarError::bad(what, "a directory page that cannot be read"))?;
    found.retain(|href| {
        let name = href.strip_suffix('/').unwrap_or(href);
        !name.is_empty() && name != ".." && !name.contains(['/', '?', '#', ':'])
    });
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_one_level_down_count() {
        let page = br#"<ul><li><a href="../">up</a><li><a href="320193/">320193/</a>
            <li><a href="a.txt">a</a><li><a href="/x">x</a><li><a href="?C=N">n</a>
            <li><a href="http://h/">h</a></ul>"#;
        assert_eq!(hrefs("x", page).unwrap(), ["320193/", "a.txt"]);
    }
}
