//! One list of the items of many partitions, in the order of their sort keys: each partition is read a little at a
//! time, as its items are needed. What the items are is not known here.

use std::collections::VecDeque;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use lockstep_runtime::Fault;

use super::Store;
use super::items::Attributes;
use super::keys::{Key, KeyRange};
use super::reads::Order;

/// How many partitions are read at the same time.
const AT_ONCE: usize = 32;
/// The least and the most items that are read of a partition at a time.
const CHUNK: (usize, usize) = (4, 128);

/// A list over stretches of partitions that share no sort key.
pub(super) struct Merge {
    order: Order,
    /// The sort key after which the list begins.
    after: Option<String>,
    parts: Vec<Part>,
}

struct Part {
    range: KeyRange,
    read: VecDeque<(Key, Attributes)>,
    next: Option<Key>,
    ended: bool,
    chunk: usize,
}

impl Merge {
    /// The list that begins after a sort key; its reader wants about so many items.
    pub(super) fn new(
        ranges: impl IntoIterator<Item = KeyRange>,
        order: Order,
        after: Option<String>,
        wanted: usize,
    ) -> Self {
        let ranges = ranges.into_iter().map(|range| range.cut(order, after.as_deref()));
        let ranges: Vec<_> = ranges.filter(|range| range.first <= range.last).collect();
        // The end is seen by one more than is wanted.
        let share = (2 * wanted).div_ceil(ranges.len().max(1)).min(wanted + 2);
        let chunk = share.clamp(CHUNK.0, CHUNK.1);
        let part = |range| Part {
            range,
            read: VecDeque::new(),
            next: None,
            ended: false,
            chunk,
        };
        Self {
            order,
            parts: ranges.into_iter().map(part).collect(),
            after,
        }
    }

    /// Whether something may be left. Only what is not read yet makes this unsure.
    pub(super) fn may_go_on(&self) -> bool {
        self.parts.iter().any(|part| !part.ended || !part.read.is_empty())
    }

    /// The next item of what is read, if no part has to be read before it.
    fn pop(&mut self) -> Option<(Key, Attributes)> {
        if self.parts.iter().any(Part::is_needed) {
            return None;
        }
        let parts = self.parts.iter_mut().filter(|part| !part.read.is_empty());
        let by_key = |a: &&mut Part, b: &&mut Part| a.head().cmp(&b.head());
        let part = match self.order {
            Order::Ascending => parts.min_by(by_key),
            Order::Descending => parts.max_by(by_key),
        };
        part?.read.pop_front()
    }
}

impl Part {
    fn is_needed(&self) -> bool {
        self.read.is_empty() && !self.ended
    }

    fn head(&self) -> Option<&str> {
        self.read.front().map(|(key, _)| key.sk.as_str())
    }
}

impl Store {
    /// The next items of the list: fewer than asked for only at its end.
    pub(super) async fn read_on(&self, merge: &mut Merge, count: usize) -> Result<Vec<(Key, Attributes)>, Fault> {
        let mut items = Vec::with_capacity(count);
        while items.len() < count {
            if let Some(item) = merge.pop() {
                items.push(item);
                continue;
            }
            let (order, after) = (merge.order, merge.after.as_deref());
            let needed = merge.parts.iter_mut().filter(|part| part.is_needed());
            let mut reads: Vec<_> = needed.map(|part| self.read_part(part, order, after)).collect();
            if reads.is_empty() {
                break;
            }
            let reads = stream::iter(reads.drain(..)).buffer_unordered(AT_ONCE);
            reads.try_collect::<()>().await?;
        }
        Ok(items)
    }

    async fn read_part(&self, part: &mut Part, order: Order, after: Option<&str>) -> Result<(), Fault> {
        let limit = i32::try_from(part.chunk).map_err(Fault::internal)?;
        let page = self
            .query_range(&part.range, part.next.take(), Some(limit), order)
            .await?;
        let items = page.items.into_iter().filter_map(|item| Some((Key::of(&item)?, item)));
        // The range holds the item after which the list begins, too: it may be of any of the partitions, or gone.
        part.read
            .extend(items.filter(|(key, _)| after != Some(key.sk.as_str())));
        part.ended = page.next.is_none();
        part.next = page.next;
        part.chunk = (2 * part.chunk).min(CHUNK.1);
        Ok(())
    }
}

impl KeyRange {
    /// What is left of the range from a sort key on.
    fn cut(mut self, order: Order, from: Option<&str>) -> Self {
        let Some(from) = from else { return self };
        match order {
            Order::Ascending if *self.first < *from => from.clone_into(&mut self.first),
            Order::Descending if *self.last > *from => from.clone_into(&mut self.last),
            _ => {}
        }
        self
    }
}
