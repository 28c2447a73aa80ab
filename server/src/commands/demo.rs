//! `seed`: a demo workspace that looks as if people had worked in it for weeks.
//! Who they are is in `cast`, what they do in `history`, and how it is done in `stage` and `acts`.

mod acts;
mod cast;
mod history;
mod stage;

use chrono::{DateTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use spaces_contract::UserRole;

use self::cast::{ADMINISTRATOR, PASSWORD, PEOPLE};
use self::history::{Act, INVITATION_DAYS, Step, history, start};
use self::stage::Stage;
use crate::clock::Clock;
use crate::serve::{StartError, assemble, open_store};
use crate::settings::{Environment, Settings};

/// The longest history for which there are enough names of tasks.
pub(super) const MOST_WEEKS: u8 = 16;

/// Plays the history on a clock that starts weeks ago. Where a run has begun, the next one plays the same history: it
/// starts when its first user signed up.
pub(super) async fn seed(settings: &Settings, weeks: u8) -> Result<(), StartError> {
    if settings.environment == Environment::Prod {
        return Err("the demo workspace has a password that everybody knows: not with ENVIRONMENT=prod".into());
    }
    let now = Clock::system().now();
    let begun = began(settings).await?;
    let start = begun.unwrap_or_else(|| start(now, weeks));
    let mut steps = history(start, weeks);
    steps.retain(|step| is_of_use(step, now));
    let mut stage = Stage::of(assemble(settings, Clock::manual(start)).await?).await?;
    let (all, added) = (steps.len(), play(&mut stage, steps, start).await?);
    match added {
        0 => println!("The demo workspace is there already; nothing was missing."),
        added if added < all => {
            println!("The demo workspace is complete again: {added} of its {all} steps were missing.")
        }
        _ => println!("The demo workspace is ready."),
    }
    println!("{}", welcome());
    Ok(())
}

/// When an earlier run made the first user.
async fn began(settings: &Settings) -> Result<Option<DateTime<Utc>>, StartError> {
    let store = open_store(settings, Clock::system()).await?;
    let first = store.find_user_by_email(ADMINISTRATOR.email).await?;
    Ok(first.map(|user| user.created_at))
}

/// Nothing happens in the future, and nobody can follow an invitation that has expired.
fn is_of_use(step: &Step, now: DateTime<Utc>) -> bool {
    let until = match step.act {
        Act::Invite(..) => step.at + TimeDelta::days(INVITATION_DAYS.into()),
        _ => now,
    };
    step.at < now && now <= until
}

/// Plays the steps; answers how many were still to do.
async fn play(stage: &mut Stage, steps: Vec<Step>, start: DateTime<Utc>) -> Result<usize, StartError> {
    let bar = ProgressBar::new(u64::try_from(steps.len())?);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} steps, {eta} left")?);
    let (mut added, mut week) = (0, 0);
    for step in steps {
        let at = step.at;
        added += usize::from(stage.play(step).await?);
        bar.inc(1);
        if (at - start).num_weeks() >= week {
            week += 1;
            bar.suspend(|| println!("Week {week}…"));
        }
    }
    bar.finish_and_clear();
    Ok(added)
}

/// How to sign in.
fn welcome() -> String {
    let people = PEOPLE.iter().map(|person| {
        let role = if person.role == UserRole::Admin {
            ", administrator of the deployment"
        } else {
            ""
        };
        format!("    {:34} {}{role}\n", person.email, person.name)
    });
    format!(
        "\nEverybody signs in with the password  {PASSWORD}\n\n{}",
        people.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use super::*;
    use crate::auth::passwords::is_common;

    fn noon() -> DateTime<Utc> {
        "2026-10-09T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_longest_history_names_every_task_differently() {
        let mut names = HashSet::new();
        for step in history(noon(), MOST_WEEKS) {
            match step.act {
                Act::CreateTask(task) => assert!(names.insert(task.title.clone()), "{}", task.title),
                Act::TakeUp(event, _) => assert!(names.insert(event.clone()), "{event}"),
                Act::SetStatus(task, _) | Act::Comment(task, _) => assert!(names.contains(&task), "{task}"),
                _ => {}
            }
        }
        assert!(names.len() > 400, "{}", names.len());
    }

    #[test]
    fn more_weeks_only_make_the_history_longer() {
        let times = |weeks| history(noon(), weeks).iter().map(|step| step.at).collect::<Vec<_>>();
        let (short, long) = (times(2), times(5));
        assert!(short.is_sorted() && long.starts_with(&short) && long.len() > 2 * short.len());
    }

    #[test]
    fn nothing_happens_before_everybody_concerned_is_there() {
        let mut there = HashSet::new();
        for step in history(noon(), 3) {
            if let Act::SignUp = step.act {
                there.insert(step.by.email);
            }
            assert!(there.contains(step.by.email), "{}", step.by.name);
        }
        assert_eq!(there.len(), PEOPLE.len());
    }

    #[test]
    fn s25_the_demo_password_is_not_among_the_common_ones() {
        for person in PEOPLE {
            assert!(!is_common(PASSWORD, &[person.email, person.name]));
        }
    }
}
