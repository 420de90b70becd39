//! Reading XML, of clients and of nodes, within bounds.

use roxmltree::{Document, Node, ParsingOptions};

/// Most nodes, texts and blanks between elements counted: ten for each of 10,000 parts and some more.
const MAX_NODES: u32 = 200_000;

/// A document of at most `max_bytes` with this root. Namespaces are not looked at: some clients leave them
/// out. Entities of a DTD, the way to small documents that grow, are refused with their DTD.
pub(crate) fn document<'a>(body: &'a [u8], max_bytes: usize, root: &str) -> Option<Document<'a>> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let body = std::str::from_utf8(body).ok().filter(|text| text.len() <= max_bytes)?;
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(body, options).ok()?;
    (document.root_element().tag_name().name() == root).then_some(document)
}

/// The children of this name.
pub(crate) fn elements<'a, 'input>(parent: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// All text of the first child of this name: a comment may stand within it.
pub(crate) fn text(parent: Node<'_, '_>, name: &'static str) -> Option<String> {
    let child = elements(parent, name).next()?;
    Some(child.children().filter(Node::is_text).filter_map(|node| node.text()).collect())
}
