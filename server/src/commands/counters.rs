//! `recount`: the proof that counters and data agree.
//! How figures are computed is the store's matter.

use crate::serve::StartError;
use crate::store::Store;

pub(super) async fn recount(store: &Store, repair: bool) -> Result<bool, StartError> {
    let scopes = store.recount(repair).await?;
    let mut wrong = 0;
    for scope in scopes.iter().filter(|scope| !scope.differences.is_empty()) {
        let place = scope
            .space_id
            .map_or_else(|| "the deployment".to_owned(), |id| format!("space {id}"));
        println!("{place}:");
        for (figure, difference) in &scope.differences {
            println!(
                "  {figure} is {} too {}",
                difference.abs(),
                if *difference > 0 { "low" } else { "high" }
            );
            wrong += 1;
        }
    }
    println!(
        "{} places counted, {wrong} figures wrong{}.",
        scopes.len(),
        if repair { ", and set right" } else { "" }
    );
    Ok(wrong == 0 || repair)
}
