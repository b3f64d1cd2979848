//! Intrusive doubly linked lists over lent slices: constant-time insertion and removal, no allocation.

use core::marker::PhantomData;

/// No item.
pub(crate) const NIL: u32 = u32::MAX;

/// Marks a node that is on no list.
const APART: u32 = u32::MAX - 1;

/// The place of an item in one list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    prev: u32,
    next: u32,
}

impl Node {
    pub(crate) const EMPTY: Self = Self { prev: APART, next: NIL };

    /// Is the item on a list?
    pub(crate) const fn linked(&self) -> bool {
        self.prev != APART
    }
}

/// Which node of an item a list uses.
pub(crate) trait Hook<T> {
    fn node(item: &T) -> &Node;
    fn node_mut(item: &mut T) -> &mut Node;
}

/// A list whose items live in a slice; `H` says which of their nodes it uses.
#[derive(Debug)]
pub(crate) struct List<H> {
    head: u32,
    tail: u32,
    hook: PhantomData<fn(H)>,
}

impl<H> Clone for List<H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for List<H> {}

impl<H> List<H> {
    pub(crate) const EMPTY: Self = Self { head: NIL, tail: NIL, hook: PhantomData };

    pub(crate) const fn first(&self) -> Option<u32> {
        if self.head == NIL { None } else { Some(self.head) }
    }

    pub(crate) const fn last(&self) -> Option<u32> {
        if self.tail == NIL { None } else { Some(self.tail) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.head == NIL
    }

    pub(crate) fn next<T>(&self, items: &[T], at: u32) -> Option<u32>
    where
        H: Hook<T>,
    {
        let next = H::node(&items[at as usize]).next;
        (next != NIL).then_some(next)
    }

    pub(crate) fn prev<T>(&self, items: &[T], at: u32) -> Option<u32>
    where
        H: Hook<T>,
    {
        let prev = H::node(&items[at as usize]).prev;
        (prev < APART).then_some(prev)
    }

    pub(crate) fn push_back<T>(&mut self, items: &mut [T], at: u32)
    where
        H: Hook<T>,
    {
        debug_assert!(!H::node(&items[at as usize]).linked());
        *H::node_mut(&mut items[at as usize]) = Node { prev: self.tail, next: NIL };
        match self.last() {
            Some(tail) => H::node_mut(&mut items[tail as usize]).next = at,
            None => self.head = at,
        }
        self.tail = at;
    }

    pub(crate) fn push_front<T>(&mut self, items: &mut [T], at: u32)
    where
        H: Hook<T>,
    {
        debug_assert!(!H::node(&items[at as usize]).linked());
        *H::node_mut(&mut items[at as usize]) = Node { prev: NIL, next: self.head };
        match self.first() {
            Some(head) => H::node_mut(&mut items[head as usize]).prev = at,
            None => self.tail = at,
        }
        self.head = at;
    }

    /// Take an item off this list; nothing happens if it is on none.
    pub(crate) fn remove<T>(&mut self, items: &mut [T], at: u32)
    where
        H: Hook<T>,
    {
        let node = *H::node(&items[at as usize]);
        if !node.linked() {
            return;
        }
        match node.prev {
            NIL => self.head = node.next,
            prev => H::node_mut(&mut items[prev as usize]).next = node.next,
        }
        match node.next {
            NIL => self.tail = node.prev,
            next => H::node_mut(&mut items[next as usize]).prev = node.prev,
        }
        *H::node_mut(&mut items[at as usize]) = Node::EMPTY;
    }

    pub(crate) fn pop_front<T>(&mut self, items: &mut [T]) -> Option<u32>
    where
        H: Hook<T>,
    {
        let at = self.first()?;
        self.remove(items, at);
        Some(at)
    }

    /// Put all of `other` before the items of this list.
    pub(crate) fn prepend<T>(&mut self, items: &mut [T], other: &mut Self)
    where
        H: Hook<T>,
    {
        let (Some(head), Some(tail)) = (other.first(), other.last()) else { return };
        match self.first() {
            Some(first) => {
                H::node_mut(&mut items[tail as usize]).next = first;
                H::node_mut(&mut items[first as usize]).prev = tail;
            }
            None => self.tail = tail,
        }
        self.head = head;
        *other = Self::EMPTY;
    }

    /// Put all of `other` behind the items of this list.
    pub(crate) fn append<T>(&mut self, items: &mut [T], other: &mut Self)
    where
        H: Hook<T>,
    {
        let mut joined = *other;
        joined.prepend(items, self);
        *self = joined;
        *other = Self::EMPTY;
    }
}

/// Names a node field of an item type as a list's hook.
macro_rules! hook {
    ($name:ident, $item:ty, $($field:ident).+) => {
        #[derive(Debug)]
        pub(crate) enum $name {}
        #[allow(clippy::needless_lifetimes, reason = "needed where the item has a lifetime of its own")]
        impl $crate::device::list::Hook<$item> for $name {
            fn node<'i>(item: &'i $item) -> &'i $crate::device::list::Node {
                &item.$($field).+
            }
            fn node_mut<'i>(item: &'i mut $item) -> &'i mut $crate::device::list::Node {
                &mut item.$($field).+
            }
        }
    };
}
pub(crate) use hook;

#[cfg(test)]
mod tests {
    use super::*;

    enum H {}
    impl Hook<Node> for H {
        fn node(item: &Node) -> &Node {
            item
        }
        fn node_mut(item: &mut Node) -> &mut Node {
            item
        }
    }

    fn walk(list: &List<H>, items: &[Node]) -> std::vec::Vec<u32> {
        let forward: std::vec::Vec<u32> = core::iter::successors(list.first(), |&i| list.next(items, i)).collect();
        let mut backward: std::vec::Vec<u32> = core::iter::successors(list.last(), |&i| list.prev(items, i)).collect();
        backward.reverse();
        assert_eq!(forward, backward);
        forward
    }

    #[test]
    fn keeps_order_under_moves() {
        let mut items = [Node::EMPTY; 6];
        let mut list = List::<H>::EMPTY;
        for i in 0..5 {
            list.push_back(&mut items, i);
        }
        list.remove(&mut items, 2);
        list.remove(&mut items, 2);
        list.push_back(&mut items, 2);
        list.push_front(&mut items, 5);
        assert_eq!(walk(&list, &items), [5, 0, 1, 3, 4, 2]);
        list.remove(&mut items, 5);
        list.remove(&mut items, 2);
        assert_eq!(walk(&list, &items), [0, 1, 3, 4]);
        let mut other = List::<H>::EMPTY;
        other.push_back(&mut items, 5);
        other.push_back(&mut items, 2);
        list.prepend(&mut items, &mut other);
        assert!(other.is_empty());
        assert_eq!(walk(&list, &items), [5, 2, 0, 1, 3, 4]);
        let mut rest = List::<H>::EMPTY;
        rest.append(&mut items, &mut list);
        assert_eq!(walk(&rest, &items), [5, 2, 0, 1, 3, 4]);
    }
}
