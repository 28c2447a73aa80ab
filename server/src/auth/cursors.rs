//! Cursors of lists: sealed positions, which only this deployment can make and only their caller can use.
//! Where a list goes on is encrypted; for whom, in which list and with which filters is authenticated with it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockstep_runtime::{BadRequest, Fault};
use uuid::Uuid;

use super::keys::SigningKey;

/// Seals and opens the cursors of every list.
pub struct Cursors(RandomizedNonceKey);

impl Cursors {
    /// Cursors under a secret that follows from the signing key, so that they outlive a restart.
    pub fn new(key: &SigningKey) -> Result<Self, Fault> {
        let secret = key.derive("spaces cursors").map_err(Fault::internal)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &secret).map_err(|_| Fault::internal("no cursor key"))?;
        Ok(Self(key))
    }

    /// The cursors of one list: of an operation, for a caller, with filters.
    pub fn list(&self, operation: &str, caller: Uuid, filters: &[&str]) -> ListCursors<'_> {
        // Each part with its length, so that no two lists share a context.
        let parts = [operation].into_iter().chain(filters.iter().copied());
        let mut context = caller.as_bytes().to_vec();
        for part in parts {
            context.extend_from_slice(&part.len().to_be_bytes());
            context.extend_from_slice(part.as_bytes());
        }
        ListCursors { key: &self.0, context }
    }
}

/// The cursors of one list.
pub struct ListCursors<'k> {
    key: &'k RandomizedNonceKey,
    context: Vec<u8>,
}

impl ListCursors<'_> {
    /// The cursor of the page that begins after an item.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn seal(&self, after: Uuid) -> Result<String, Fault> {
        self.seal_bytes(after.as_bytes().to_vec())
    }

    /// Like [`ListCursors::seal`], where an id does not say where a list goes on.
    ///
    /// # Errors
    /// A fault of the cryptography library.
    pub fn seal_text(&self, after: &str) -> Result<String, Fault> {
        self.seal_bytes(after.as_bytes().to_vec())
    }

    fn seal_bytes(&self, mut text: Vec<u8>) -> Result<String, Fault> {
        let nonce = self.key.seal_in_place_append_tag(Aad::from(&self.context), &mut text);
        let nonce = nonce.map_err(|_| Fault::internal("a cursor could not be sealed"))?;
        let sealed = [nonce.as_ref().as_slice(), &text].concat();
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The item after which the page begins; without a cursor it is the first page.
    ///
    /// # Errors
    /// [`BadRequest`] for anything but a cursor of this very list.
    pub fn open(&self, cursor: Option<&str>) -> Result<Option<Uuid>, BadRequest> {
        self.open_as(cursor, |after| Uuid::from_slice(&after).ok())
    }

    /// Like [`ListCursors::open`], for a cursor of [`ListCursors::seal_text`].
    ///
    /// # Errors
    /// [`BadRequest`] for anything but a cursor of this very list.
    pub fn open_text(&self, cursor: Option<&str>) -> Result<Option<String>, BadRequest> {
        self.open_as(cursor, |after| String::from_utf8(after).ok())
    }

    fn open_as<T>(&self, cursor: Option<&str>, read: fn(Vec<u8>) -> Option<T>) -> Result<Option<T>, BadRequest> {
        let Some(cursor) = cursor else { return Ok(None) };
        let after = self.unseal(cursor).and_then(read).ok_or_else(|| {
            BadRequest::new(
                "invalid-cursor",
                "The cursor is not one of this list; start again without one.",
            )
        })?;
        Ok(Some(after))
    }

    fn unseal(&self, cursor: &str) -> Option<Vec<u8>> {
        let mut sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (nonce, text) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.key.open_in_place(nonce, Aad::from(&self.context), text).ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::settings::KeySource;

    fn cursors() -> Cursors {
        Cursors::new(&SigningKey::load(&KeySource::Ephemeral).unwrap()).unwrap()
    }

    #[test]
    fn a16_a_cursor_opens_for_its_own_list_only() {
        let (cursors, ada, eve, item) = (cursors(), Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let cursor = cursors.list("listTasks", ada, &["open"]).seal(item).unwrap();
        assert_eq!(
            cursors.list("listTasks", ada, &["open"]).open(Some(&cursor)).unwrap(),
            Some(item)
        );
        for other in [
            cursors.list("listTasks", eve, &["open"]),
            cursors.list("listTasks", ada, &["done"]),
            cursors.list("listTasks", ada, &["open", ""]),
            cursors.list("listSpaces", ada, &["open"]),
        ] {
            assert!(other.open(Some(&cursor)).is_err());
        }
        assert!(
            self::cursors()
                .list("listTasks", ada, &["open"])
                .open(Some(&cursor))
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn s31_no_changed_cursor_opens(at in 0usize..44, flip in 1u8..=255, noise in ".{0,200}") {
            let (cursors, ada) = (cursors(), Uuid::now_v7());
            let list = cursors.list("listTasks", ada, &[]);
            let mut bytes = URL_SAFE_NO_PAD.decode(list.seal(Uuid::now_v7()).unwrap()).unwrap();
            bytes[at] ^= flip;
            prop_assert!(list.open(Some(&URL_SAFE_NO_PAD.encode(bytes))).is_err());
            prop_assert!(list.open(Some(&noise)).is_err());
        }
    }
}
