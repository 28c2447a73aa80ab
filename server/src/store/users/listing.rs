//! The list of all users, by the time at which they signed up.

use lockstep_runtime::Fault;
use spaces_contract::{UserRole, UserStatus};

use super::User;
use crate::store::Store;
use crate::store::by_age::{ByAge, Part};
use crate::store::keys::fold_email;
use crate::store::reads::Order;

/// Which users are wanted; what is absent excludes nobody.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// What they may do.
    pub role: Option<UserRole>,
    /// Whether the account can be used.
    pub status: Option<UserStatus>,
    /// What the email or the display name begins with, whatever its case.
    pub beginning: Option<String>,
}

impl UserFilter {
    fn is_any(&self) -> bool {
        self.role.is_none() && self.status.is_none() && self.beginning.is_none()
    }

    fn wants(&self, user: &User) -> bool {
        let begins = |text: &str| {
            let beginning = self.beginning.as_ref();
            beginning.is_none_or(|beginning| fold_email(text).starts_with(&fold_email(beginning)))
        };
        user.deleting_since.is_none()
            && self.role.is_none_or(|role| user.role == role)
            && self.status.is_none_or(|status| user.status == status)
            && (begins(user.email.as_ref()) || begins(user.display_name.as_ref()))
    }
}

impl Store {
    /// The users that are wanted, oldest first: at most `limit` (1 to 100) of them.
    pub async fn list_users(&self, filter: &UserFilter, limit: i32, after: Option<&str>) -> Result<ByAge<User>, Fault> {
        let part = Part {
            order: Order::Ascending,
            limit,
            after,
            filtered: !filter.is_any(),
        };
        self.list_by_age(part, |user| filter.wants(user)).await
    }
}
