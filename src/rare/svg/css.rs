//! Which references a style sheet gives to which elements, read generously: rather one too many.

use resvg::usvg::roxmltree::Node;

/// The references of one rule, and whom its selector may pick.
struct Rule {
    last: String,
    ids: Vec<String>,
}

/// The references of all style sheets of a document.
pub struct Sheet(Vec<Rule>);

impl Sheet {
    /// Reads the text of `<style>` elements.
    pub fn read(styles: &str) -> Sheet {
        let mut rules = Vec::new();
        for block in styles.split('}') {
            let Some((selector, body)) = block.split_once('{') else { continue };
            let ids: Vec<String> = references(body).collect();
            if ids.is_empty() {
                continue;
            }
            for one in selector.split(',') {
                // Only the last part of a selector says what is picked.
                let last = one.split([' ', '>', '+', '~', '\n', '\t', '\r']).rfind(|part| !part.is_empty());
                rules.push(Rule { last: last.unwrap_or_default().to_owned(), ids: ids.clone() });
            }
        }
        Sheet(rules)
    }

    /// What the sheet may let an element refer to.
    pub fn references<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a str> {
        let classes = node.attribute("class").unwrap_or_default();
        let id = node.attribute("id").unwrap_or_default();
        let picks = move |rule: &&Rule| {
            let simple = rule.last.split([':', '[']).next().unwrap_or_default();
            match (simple.split_once('.'), simple.split_once('#')) {
                (Some((_, class)), _) => classes.split_whitespace().any(|c| class.split(['.', '#']).any(|one| one == c)),
                (_, Some((_, wanted))) => wanted == id,
                _ => simple.is_empty() || simple == "*" || simple.ends_with(node.tag_name().name()),
            }
        };
        self.0.iter().filter(picks).flat_map(|rule| rule.ids.iter().map(String::as_str))
    }
}

/// The ids in every `url(#id)` of a text.
pub fn references(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split("url(").skip(1).filter_map(|rest| {
        let inside = rest.split(')').next()?.trim().trim_matches(['"', '\'']).trim();
        Some(inside.strip_prefix('#')?.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::roxmltree::Document;

    #[test]
    fn rules_reach_classes_ids_and_tags() {
        let sheet = Sheet::read(".a{fill:url(#one)} g > .b.c , #d { mask: url( '#two' ) } path{x:y} *{clip-path:url(#three)}");
        let document = Document::parse("<g><p class='x a'/><p class='c'/><p id='d'/><p/></g>").unwrap();
        let found: Vec<Vec<&str>> = document
            .root_element()
            .children()
            .map(|n| {
                let mut all: Vec<_> = sheet.0.iter().flat_map(|_| Vec::new()).collect();
                all.extend(sheet.references(Box::leak(Box::new(n))));
                all
            })
            .collect();
        assert_eq!(found, [vec!["one", "three"], vec!["two", "three"], vec!["two", "three"], vec!["three"]]);
    }
}
