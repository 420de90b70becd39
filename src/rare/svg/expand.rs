//! How large an SVG becomes once every reference is followed.
//!
//! `<use>` copies what it names; patterns, masks, clips, markers, gradients and filters are converted anew
//! for most elements that name them, and some names are inherited: a few hundred bytes can ask for
//! millions of elements.

use super::css::{references, Sheet};
use super::scan::MAX_DEPTH;
use super::too_much;
use limn_core::{Error, Result};
use resvg::usvg::roxmltree::{Document, Node, NodeId};
use std::collections::HashMap;

/// The namespace of SVG.
pub const SVG: &str = "http://www.w3.org/2000/svg";
/// The most XML nodes as written.
pub const MAX_NODES: u32 = 60_000;
/// The most units once references are followed; a unit is some 16 bytes of the converted tree.
const MAX_UNITS: u64 = 2_000_000;
const ELEMENT: u64 = 32;
/// A letter becomes an outline.
const LETTER: u64 = 16;
/// How deep elements nest once references are followed.
const MAX_UNFOLDED_DEPTH: usize = 2 * MAX_DEPTH;

/// What an element unfolds to, with all below it and all it names.
#[derive(Clone, Copy, Default)]
struct Weight {
    units: u64,
    elements: u64,
    /// An upper bound of the places where a marker could stand.
    vertices: u64,
    depth: usize,
}

struct Weigher<'a, 'input> {
    by_id: HashMap<&'a str, Node<'a, 'input>>,
    sheet: Sheet,
    /// None while an element is being weighed.
    known: HashMap<NodeId, Option<Weight>>,
    above: usize,
}

/// Checks a parsed document.
///
/// # Errors
/// `image_too_large`; `image_corrupt` for elements that refer to themselves.
pub fn check(document: &Document) -> Result<()> {
    let mut styles = String::new();
    let mut by_id = HashMap::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            by_id.entry(id).or_insert(node);
        }
        if node.tag_name().name() == "style" {
            node.children().filter_map(|c| c.text()).for_each(|t| styles.push_str(t));
        }
    }
    let mut weigher = Weigher { by_id, sheet: Sheet::read(&styles), known: HashMap::new(), above: 0 };
    match weigher.weigh(document.root_element())?.units > MAX_UNITS {
        true => Err(too_much("unfolds to too many elements")),
        false => Ok(()),
    }
}

impl<'a, 'input> Weigher<'a, 'input> {
    fn weigh(&mut self, node: Node<'a, 'input>) -> Result<Weight> {
        match self.known.get(&node.id()) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(Error::ImageCorrupt("An element of the SVG refers to itself, by way of others or directly.".into())),
            None => {}
        }
        if self.above > MAX_UNFOLDED_DEPTH {
            return Err(too_much("refers from element to element too deeply"));
        }
        self.known.insert(node.id(), None);
        self.above += 1;
        let mut weight = Weight::of(&node);
        for child in node.children().filter(Node::is_element) {
            weight = weight.with(self.weigh(child)?, 1);
        }
        for target in self.targets(node) {
            // Paints and markers are inherited by all that is below.
            let times = match target.tag_name().name() {
                "marker" => weight.vertices.max(1),
                "pattern" | "linearGradient" | "radialGradient" => weight.elements,
                _ => 1,
            };
            weight = weight.with(self.weigh(target)?, times);
        }
        self.above -= 1;
        weight.depth += 1;
        if weight.depth > MAX_UNFOLDED_DEPTH {
            return Err(too_much("refers from element to element too deeply"));
        }
        self.known.insert(node.id(), Some(weight));
        Ok(weight)
    }

    fn targets(&self, node: Node<'a, 'input>) -> Vec<Node<'a, 'input>> {
        let mut found = Vec::new();
        for attribute in node.attributes() {
            if attribute.name() == "href" {
                found.extend(attribute.value().trim().strip_prefix('#').and_then(|id| self.by_id.get(id)));
            } else if attribute.value().contains("url(") {
                found.extend(references(attribute.value()).filter_map(|id| self.by_id.get(id.as_str())));
            }
        }
        found.extend(self.sheet.references(&node).filter_map(|id| self.by_id.get(id)));
        found
    }
}

impl Weight {
    /// An element by itself.
    fn of(node: &Node) -> Weight {
        let attributes: usize = node.attributes().map(|a| a.value().len()).sum();
        let drawn = !matches!(node.tag_name().name(), "style" | "script" | "title" | "desc" | "metadata");
        let letters: usize = node.children().filter(|c| drawn && c.is_text()).filter_map(|c| c.text()).map(|t| t.trim().len()).sum();
        let path = node.attribute("d").or(node.attribute("points")).unwrap_or_default();
        let own = if node.tag_name().name() == "stop" { 1 } else { ELEMENT };
        Weight {
            units: own + attributes as u64 / 2 + letters as u64 * LETTER,
            elements: 1,
            // The shortest step of a path is a sign or space and a digit.
            vertices: if path.is_empty() { 4 } else { path.len() as u64 / 2 + 1 },
            depth: 0,
        }
    }

    fn with(self, other: Weight, times: u64) -> Weight {
        Weight {
            units: self.units.saturating_add(other.units.saturating_mul(times)),
            elements: self.elements.saturating_add(other.elements.saturating_mul(times)),
            vertices: self.vertices.saturating_add(other.vertices.saturating_mul(times)),
            depth: self.depth.max(other.depth),
        }
    }
}
