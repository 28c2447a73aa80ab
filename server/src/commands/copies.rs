//! `backup` and `restore`: the embedded database as one file.

use std::path::Path;

use crate::serve::StartError;
use crate::settings::Settings;
use crate::store::Store;

pub(super) async fn backup(store: &Store, file: &Path) -> Result<(), StartError> {
    if file.exists() {
        return Err(format!("{} exists already; backups are never overwritten", file.display()).into());
    }
    // Written beside its place, so that an interrupted backup is never taken for a whole one.
    let draft = file.with_extension("part");
    let _ = std::fs::remove_file(&draft);
    store.backup(&draft).await?;
    std::fs::rename(&draft, file)?;
    println!("{} has the whole database.", file.display());
    Ok(())
}

pub(super) async fn restore(settings: &Settings, file: &Path) -> Result<(), StartError> {
    if !file.is_file() {
        return Err(format!("there is no file {}", file.display()).into());
    }
    super::open(settings).await?.restore(file).await?;
    println!("The database is as it was in {}.", file.display());
    Ok(())
}
