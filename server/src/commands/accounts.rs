//! `create-admin`: an administrator where there is none yet, or a user who becomes one.
//! What makes a user is the store's matter; the rules for passwords are those of every sign-up.

use lockstep_runtime::Secret;
use spaces_contract::{DisplayName, Email, NewPassword, UserRole, UserStatus};

use crate::auth::codes::new_code;
use crate::auth::passwords::{Passwords, is_common};
use crate::serve::StartError;
use crate::store::{Kept, NewUser, Occasion, Store, User};

pub(super) async fn create_admin(
    store: &Store,
    email: Email,
    name: DisplayName,
    password: Option<NewPassword>,
) -> Result<(), StartError> {
    match store.find_user_by_email(email.as_str()).await? {
        Some(user) => promote(store, user).await,
        None => create(store, email, name, password).await,
    }
}

/// Makes an existing user an administrator; the password stays as it is.
async fn promote(store: &Store, user: User) -> Result<(), StartError> {
    let email = user.email.clone();
    if user.status != UserStatus::Active {
        return Err(format!("{email} is disabled; an administrator has to enable the account first").into());
    }
    if user.role == UserRole::Admin {
        println!("{email} is an administrator already; nothing has changed.");
        return Ok(());
    }
    let promoted = store.set_role(user, UserRole::Admin, Occasion::default()).await;
    promoted.map_err(|refused| format!("{email} did not become an administrator: {refused:?}"))?;
    println!("{email} is an administrator now, with the same password, and has to sign in again.");
    Ok(())
}

async fn create(
    store: &Store,
    email: Email,
    display_name: DisplayName,
    password: Option<NewPassword>,
) -> Result<(), StartError> {
    let password = match password {
        Some(password) if is_common(password.expose(), &[email.as_str(), display_name.as_str()]) => {
            return Err("SPACES_ADMIN_PASSWORD is easily guessed; choose another password".into());
        }
        Some(password) => Secret::from(password.expose()),
        None => generate()?,
    };
    let new = NewUser {
        email: email.clone(),
        display_name,
        password_hash: Some(Passwords::new().hash(password).await?.into()),
        role: UserRole::Admin,
    };
    let created = store.create_user(new, None, Kept::without_key).await;
    created.map_err(|refused| format!("{email} was not created: {refused:?}"))?;
    println!("{email} is an administrator.");
    Ok(())
}

/// A password that nobody guesses. It is printed before it is used, so that whoever interrupts this has seen it.
fn generate() -> Result<Secret, StartError> {
    let password = new_code()?;
    println!("The password, shown only now: {}", password.expose());
    Ok(password)
}
