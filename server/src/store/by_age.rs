//! Lists of all entities of one type by the time of their creation: keys from an index, items from the table. They may
//! lack what was just written; what they have is as it is now.

use aws_sdk_dynamodb::types::AttributeValue;
use lockstep_runtime::Fault;

use super::Store;
use super::items::{Attributes, ENTITY_TYPE, Entity, from_item};
use super::keys::{PK, SK};
use super::reads::Order;
use super::table::CREATED_AT;

/// How many items are looked at together where few of them may be wanted.
const BATCH: i32 = 100;
/// How often is looked for more before a page stays short.
const ROUNDS: usize = 10;

/// What names a place in the index, but for the type.
const POSITION: [&str; 3] = [CREATED_AT, PK, SK];
/// Between the parts of a position; in none of them.
const SEPARATOR: char = ' ';

/// A part of a list.
#[derive(Clone, Debug)]
pub struct ByAge<T> {
    /// In the order of the list.
    pub items: Vec<T>,
    /// Where the next part begins; absent on the last.
    pub next: Option<String>,
}

/// Which part of a list is wanted.
pub(super) struct Part<'p> {
    pub(super) order: Order,
    /// At most so many: 1 to 100.
    pub(super) limit: i32,
    /// Where it begins: the `next` of the part before.
    pub(super) after: Option<&'p str>,
    /// Whether few items may be wanted.
    pub(super) filtered: bool,
}

impl Store {
    /// The entities of a type that are wanted. Two round trips, and two more for every 100 entities that are not.
    pub(super) async fn list_by_age<E: Entity>(
        &self,
        part: Part<'_>,
        wanted: impl Fn(&E) -> bool,
    ) -> Result<ByAge<E>, Fault> {
        let limit = usize::try_from(part.limit.clamp(1, BATCH)).map_err(Fault::internal)?;
        let batch = if part.filtered {
            BATCH
        } else {
            part.limit.saturating_add(1).min(BATCH)
        };
        let mut position = part.after.map(|text| read_position::<E>(text)).transpose()?;
        let mut items = Vec::with_capacity(limit);
        for _ in 0..ROUNDS {
            let (keys, next) = self.keys_of_type(E::ENTITY_TYPE, position, part.order, batch).await?;
            let mut found = self.get_all(keys.clone()).await?;
            for (place, key) in keys.iter().enumerate() {
                let Some(item) = found.remove(key) else { continue };
                let here = write_position(&item);
                let Some(entity) = from_item::<E>(item, self.clock.now())?.filter(&wanted) else {
                    continue;
                };
                items.push(entity);
                if items.len() == limit {
                    let more = place + 1 < keys.len() || next.is_some();
                    return Ok(ByAge {
                        items,
                        next: here.filter(|_| more),
                    });
                }
            }
            position = next;
            if position.is_none() {
                return Ok(ByAge { items, next: None });
            }
        }
        let next = position.as_ref().and_then(write_position);
        Ok(ByAge { items, next })
    }
}

fn write_position(item: &Attributes) -> Option<String> {
    let part = |name: &&str| Some(item.get(*name)?.as_s().ok()?.as_str());
    let parts: Option<Vec<_>> = POSITION.iter().map(part).collect();
    Some(parts?.join(&SEPARATOR.to_string()))
}

fn read_position<E: Entity>(text: &str) -> Result<Attributes, Fault> {
    let parts: Vec<_> = text.split(SEPARATOR).collect();
    if parts.len() != POSITION.len() {
        return Err(Fault::internal("a position that this list did not make"));
    }
    let named = POSITION.into_iter().zip(parts).chain([(ENTITY_TYPE, E::ENTITY_TYPE)]);
    Ok(named
        .map(|(name, part)| (name.to_owned(), AttributeValue::S(part.to_owned())))
        .collect())
}
