//! Values between the languages.

use spaces_proof::travel::{Disagreement, travel};

/// Where a judge differs for a reason that is not the project's to mend.
struct Known {
    reason: &'static str,
    is_it: fn(&Disagreement) -> bool,
}

const KNOWN: &[Known] = &[];

#[test]
fn values_survive_and_all_judges_agree() {
    let travel = travel(&super::workspace()).unwrap();
    println!("{travel}");
    println!("no type: {:?}", travel.untyped);
    let unexcused: Vec<_> = travel
        .disagreements
        .iter()
        .filter(|one| !KNOWN.iter().any(|known| (known.is_it)(one)))
        .map(ToString::to_string)
        .collect();
    assert!(unexcused.is_empty(), "{} disagreements\n{}", unexcused.len(), unexcused.join("\n"));
    for known in KNOWN {
        assert!(travel.disagreements.iter().any(known.is_it), "nothing needs it: {}", known.reason);
    }
    for (schema, counts) in &travel.schemas {
        assert!(counts.valid > 0, "{schema}: {counts:?}");
        assert!(counts.rules == 0 || counts.invalid > 0, "{schema}: {counts:?}");
    }
}
