//! Tokens of programs.

use crate::{ELSEWHERE, HERE, on_every_engine};
use store::members::api_tokens::{self, TokenRow};
use store::{Member, Store};

const ADA: Member = Member(1);
const BOB: Member = Member(2);

pub fn token(hash: u8, member: Member) -> TokenRow {
    TokenRow {
        token_hash: vec![hash; 32],
        member,
        created_at: i64::from(hash),
        expires_at: (hash == 2).then_some(99),
        used_at: None,
        scopes: "contacts:read imports".to_owned(),
        name: format!("token {hash}"),
    }
}

fn three(store: &Store) {
    store
        .write(|tx| {
            api_tokens::add(tx, HERE, &token(1, ADA))?;
            api_tokens::add(tx, HERE, &token(2, ADA))?;
            api_tokens::add(tx, HERE, &token(3, BOB))?;
            api_tokens::add(tx, ELSEWHERE, &token(4, ADA))
        })
        .unwrap();
}

fn found(store: &Store, hash: u8) -> Option<TokenRow> {
    store.read(|tx| api_tokens::find(tx, HERE, &[hash; 32])).unwrap()
}

#[test]
fn a_token_is_found_by_its_hash_in_its_workspace() {
    on_every_engine(|store, _| {
        three(store);
        assert_eq!(found(store, 1), Some(token(1, ADA)));
        assert_eq!(found(store, 3), Some(token(3, BOB)));
        assert_eq!(found(store, 4), None);
        let of_ada = store.read(|tx| api_tokens::of_member(tx, HERE, ADA)).unwrap();
        assert_eq!(of_ada, [token(2, ADA), token(1, ADA)]);
    });
}

#[test]
fn the_use_of_a_token_is_noted_and_tokens_are_removed() {
    on_every_engine(|store, _| {
        three(store);
        store.write(|tx| api_tokens::used(tx, HERE, &[1; 32], 77)).unwrap();
        assert_eq!(found(store, 1).unwrap().used_at, Some(77));
        assert_eq!(found(store, 2).unwrap().used_at, None);
        store.write(|tx| api_tokens::remove(tx, HERE, &[1; 32])).unwrap();
        assert_eq!(found(store, 1), None);
        let removed = store.write(|tx| api_tokens::remove_all(tx, HERE, ADA));
        assert_eq!(removed.unwrap(), 1);
        assert!(found(store, 2).is_none() && found(store, 3).is_some());
        let elsewhere = store.read(|tx| api_tokens::of_member(tx, ELSEWHERE, ADA));
        assert_eq!(elsewhere.unwrap().len(), 1);
    });
}
