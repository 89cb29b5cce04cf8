//! Requests with an idempotency key: the answer is stored in the transaction of the effect, so neither exists without
//! the other.

use crate::leaving::import;
use crate::site::Team;
use app::{AcceptedSuggestions, BulkAction, Claim, Error, Keyed, OnceAnswer, Role};
use model::ContactId;
use std::time::Duration;

/// The longest time to wait for a preview.
const WAIT: Duration = Duration::from_secs(20);

fn new(claim: Claim) -> Keyed {
    match claim {
        Claim::New(keyed) => keyed,
        Claim::Answered(text) => unreachable!("answered with {text}"),
    }
}

/// Runs `work` under a claim that was released, which must change nothing, and then under a held claim, whose answer
/// must be stored. `state` shows what `work` changes.
fn is_one_with_its_answer<T>(
    team: &Team,
    key: &str,
    work: impl Fn(Option<OnceAnswer<'_, T>>) -> Result<T, Error>,
    state: impl Fn() -> String,
) {
    let claim = || team.app.claim_key(team.ada, key, b"same").unwrap();
    let write = |_: &T| "said".to_owned();
    let before = state();
    let lost = new(claim());
    team.app.release_key(&lost).unwrap();
    let refused = work(Some(OnceAnswer {
        keyed: &lost,
        write: &write,
    }));
    assert!(matches!(refused.map(drop), Err(Error::KeyRunning)), "{key}");
    assert_eq!(state(), before, "{key} without its answer");
    let held = new(claim());
    work(Some(OnceAnswer {
        keyed: &held,
        write: &write,
    }))
    .unwrap();
    assert_ne!(state(), before, "{key}");
    assert_eq!(claim(), Claim::Answered("said".to_owned()), "{key}");
}

#[test]
fn changes_of_members_are_one_with_their_answers() {
    let team = Team::new();
    let (app, ada) = (&team.app, team.ada);
    let bob = team.join("bob", Role::Member).member();
    let members = || format!("{:?}", app.members(ada).unwrap());
    is_one_with_its_answer(&team, "deactivate", |once| app.deactivate_once(ada, bob, once), members);
    is_one_with_its_answer(&team, "activate", |once| app.activate_once(ada, bob, once), members);
    // Deactivation is the first step of a removal; this tests the last one.
    app.deactivate(ada, bob).unwrap();
    let remove = |once: Option<OnceAnswer<'_, _>>| app.remove_member_once(ada, (bob, ada.member()), once);
    is_one_with_its_answer(&team, "remove", remove, members);
    let invitations = || format!("{:?}", app.invitations(ada).unwrap());
    let invite = |once: Option<OnceAnswer<'_, _>>| app.invite_once(ada, "cy@example.org", Role::Member, once);
    is_one_with_its_answer(&team, "invite", invite, invitations);
}

#[test]
fn what_is_done_to_imports_is_one_with_its_answer() {
    let team = Team::new();
    let (app, ada) = (&team.app, team.ada);
    let file = "First name,Email\nAnn,ann@example.org\nBen,ben@example.org\n";
    let draft = app
        .begin_draft(ada, "people.csv", &mut file.as_bytes(), 1 << 20)
        .unwrap();
    let state = |import| move || format!("{:?}", app.import_report(ada, import).unwrap().state);
    let start = |once: Option<OnceAnswer<'_, _>>| app.start_draft_once(ada, draft, once);
    is_one_with_its_answer(&team, "start", start, state(draft));
    let cancel = |once: Option<OnceAnswer<'_, _>>| app.cancel_import_once(ada, draft, once);
    is_one_with_its_answer(&team, "cancel", cancel, state(draft));

    let done = import(&team, ada, file, false).import.unwrap();
    let undo = |once: Option<OnceAnswer<'_, _>>| match app.undo_once(ada, done, once) {
        Ok(_) => Ok(done),
        Err(error) => Err(error),
    };
    is_one_with_its_answer(&team, "undo", undo, state(done));
    let again = app.finished_undo(ada, done).unwrap();
    assert_eq!((again.removed, again.restored, again.kept), (2, 0, 0));
}

#[test]
fn suggestions_are_taken_together_and_with_their_answer() {
    let team = Team::new();
    let (app, ada) = (&team.app, team.ada);
    let file = "First name,Email,Compny\nAnn,ann@@example.org,Acme\nBen,ben@example.org,Beta\n";
    let draft = app
        .begin_draft(ada, "people.csv", &mut file.as_bytes(), 1 << 20)
        .unwrap();
    let state = || {
        let draft = app.draft(ada, draft).unwrap();
        format!("{:?}, {} corrections", draft.settings.choices, draft.fixes)
    };
    let accept = |once: Option<OnceAnswer<'_, _>>| app.accept_suggestions(ada, draft, WAIT, once);
    is_one_with_its_answer(&team, "accept", accept, state);
    assert_eq!(state(), r##"[("#3", "company")], 1 corrections"##);
    let preview = app.preview_state(ada, draft, WAIT).unwrap();
    assert_eq!((preview.counts.new, preview.counts.invalid), (2, 0));
    assert_eq!(accept(None).unwrap(), AcceptedSuggestions::default(), "nothing is left");
    assert_eq!(state(), r##"[("#3", "company")], 1 corrections"##);
}

#[test]
fn an_undone_import_says_again_what_its_undo_has_kept() {
    let team = Team::new();
    let (app, ada) = (&team.app, team.ada);
    let file = "First name,Email\nAnn,ann@example.org\nBen,ben@example.org\n";
    let import = import(&team, ada, file, false).import.unwrap();
    let changes = app.contact_changes(ada, "0".parse().ok(), 10).unwrap();
    let ids: Vec<ContactId> = changes.changed.iter().map(|contact| contact.id).collect();
    let tag = BulkAction::Tag("met".to_owned());
    app.act_on_many(ada, &ids[..1], &tag, None).unwrap();
    let first = app.undo(ada, import, false).unwrap();
    let again = app.finished_undo(ada, import).unwrap();
    assert_eq!((again.removed, again.kept), (1, 1));
    assert_eq!((first.removed, first.kept), (1, 1));
    assert_eq!(again.kept_names, first.kept_names);
    assert_eq!(again.kept_names.len(), 1);
    app.delete_contact(ada, ids[0]).unwrap();
    let late = app.finished_undo(ada, import).unwrap();
    assert_eq!((late.kept, late.kept_names), (1, Vec::new()), "a name that is gone");
}

#[test]
fn the_undo_of_an_action_is_one_with_its_answer() {
    let team = Team::new();
    let (app, ada) = (&team.app, team.ada);
    let ann = team.contact(ada, "Ann");
    let tag = BulkAction::Tag("met".to_owned());
    let action = app.act_on_many(ada, &[ann], &tag, None).unwrap().action.unwrap();
    let tags = || format!("{:?}", app.known_tags(ada).unwrap());
    let undo = |once: Option<OnceAnswer<'_, _>>| app.undo_action_once(ada, action, once);
    is_one_with_its_answer(&team, "undo", undo, tags);
}
