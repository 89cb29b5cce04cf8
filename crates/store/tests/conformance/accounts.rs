//! Members who can sign in.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::accounts::{self, Account, NewAccount, Role};
use store::workspace::workspaces;
use store::{Member, Store};

const ME: Member = Member(1);
const ADA: NewAccount<'_> = NewAccount {
    name: "Ada",
    email: "ada@example.org",
    password_hash: "$argon2id$1",
};

fn account(store: &Store) -> Option<(String, String, String, String)> {
    let account = store.read(|tx| accounts::get(tx, HERE, ME)).unwrap()?;
    let by_email = store.read(|tx| accounts::by_email(tx, HERE, &account.email)).unwrap();
    assert!(by_email.as_ref() == Some(&account));
    let Account {
        member,
        name,
        email,
        password_hash,
        workspace_name,
        role,
    } = account;
    assert_eq!((member, role), (ME, Role::Owner));
    Some((name, email, password_hash, workspace_name))
}

fn texts(name: &str, hash: &str, workspace: &str) -> Option<(String, String, String, String)> {
    Some((name.into(), ADA.email.into(), hash.into(), workspace.into()))
}

#[test]
fn an_account_is_claimed_once_and_can_be_changed() {
    on_every_engine(|store, _| {
        store.write(|tx| workspaces::ensure_local(tx, 5)).unwrap();
        assert!(!store.read(|tx| accounts::exist(tx, HERE)).unwrap());
        assert_eq!(account(store), None);
        let role = |member| store.read(|tx| accounts::role(tx, HERE, member)).unwrap();
        assert_eq!((role(ME), role(Member(9))), (Some(Role::Owner), None));
        let claim = || store.write(|tx| accounts::claim(tx, HERE, ME, &ADA)).unwrap();
        assert!(claim());
        assert!(!claim(), "it has an account");
        assert!(store.read(|tx| accounts::exist(tx, HERE)).unwrap());
        assert!(!store.read(|tx| accounts::exist(tx, ELSEWHERE)).unwrap());
        assert_eq!(account(store), texts("Ada", "$argon2id$1", "local"));
        store
            .write(|tx| {
                accounts::rename(tx, HERE, ME, "Ada L.")?;
                accounts::set_password(tx, HERE, ME, "$argon2id$2")?;
                accounts::rename_workspace(tx, HERE, "Engines")?;
                // None of these changes affects members of another workspace.
                accounts::rename(tx, ELSEWHERE, ME, "x")?;
                accounts::set_password(tx, ELSEWHERE, ME, "x")?;
                accounts::rename_workspace(tx, ELSEWHERE, "x")
            })
            .unwrap();
        assert_eq!(account(store), texts("Ada L.", "$argon2id$2", "Engines"));
        let nobody = store
            .read(|tx| accounts::by_email(tx, HERE, "ADA@example.org"))
            .unwrap();
        assert!(nobody.is_none(), "emails are compared as they are written");
        let elsewhere = store.read(|tx| accounts::by_email(tx, ELSEWHERE, ADA.email)).unwrap();
        assert!(elsewhere.is_none());
    });
}
