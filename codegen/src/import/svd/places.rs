//! Where an entry is in the file.

use svd_roxmltree::{Document, Node};

/// Bytes of the name of the innermost element that is there, by the names from the peripheral down; an entry that comes
/// by `derivedFrom` is not.
pub(super) fn find(document: &Document<'_>, path: &[&str]) -> (u32, u32) {
    let peripherals = document.root_element().children().find(|node| node.has_tag_name("peripherals"));
    let Some(mut at) = peripherals else { return (0, 0) };
    for part in path {
        let inner = at.children().find(|node| matches!(node.tag_name().name(), "registers" | "fields"));
        let called = |child: &Node<'_, '_>| name(*child).is_some_and(|(_, text)| text == *part);
        let within = inner.and_then(|inner| inner.children().find(called));
        match within.or_else(|| at.children().find(called)).or_else(|| value(at, part)) {
            Some(found) => at = found,
            None => break,
        }
    }
    let range = name(at).map_or_else(|| at.range(), |(node, _)| node.range());
    (range.start as u32, range.end as u32)
}

fn name<'a, 'x>(node: Node<'a, 'x>) -> Option<(Node<'a, 'x>, &'a str)> {
    let name = node.children().find(|child| child.has_tag_name("name"))?;
    Some((name, name.text()?.trim()))
}

fn value<'a, 'x>(field: Node<'a, 'x>, wanted: &str) -> Option<Node<'a, 'x>> {
    let sets = field.children().filter(|node| node.has_tag_name("enumeratedValues"));
    sets.flat_map(|set| set.children()).find(|node| name(*node).is_some_and(|(_, text)| text == wanted))
}
