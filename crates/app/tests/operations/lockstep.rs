//! Lockstep test: two installations run the same operations and must return the same answers.

use crate::installation::{BEGINNING, Engine, Installation};
use crate::operation::{Known, Operation};
use crate::random::Random;
use crate::values;
use app::Order;

/// Seeds per run by default; `cargo xtask test` sets the number.
const SEEDS: u64 = 4;
/// Operations per seed by default, chosen so that the test takes seconds. The full size is 500.
const OPERATIONS: u64 = 100;
/// The whole state is compared after this many operations.
const COMPARED_EVERY: u64 = 25;

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

#[expect(
    clippy::disallowed_methods,
    reason = "a test is chosen through the environment, as Cargo's own are"
)]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn number(name: &str) -> Option<u64> {
    setting(name).map(|value| value.parse().unwrap())
}

/// Environment variables: `CRYSTALQORE_TEST_OPERATIONS` is the number of operations per seed,
/// `CRYSTALQORE_TEST_SEEDS` the number of seeds, and `CRYSTALQORE_TEST_SEED` selects a single seed.
#[test]
fn two_installations_answer_alike() {
    let other = match setting("CRYSTALQORE_TEST_POSTGRES") {
        Some(_) => Engine::Postgres,
        None => Engine::Sqlite,
    };
    let operations = number("CRYSTALQORE_TEST_OPERATIONS").unwrap_or(OPERATIONS);
    let seeds = match number("CRYSTALQORE_TEST_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("CRYSTALQORE_TEST_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        println!(
            "{:?} and {other:?}, {operations} operations, CRYSTALQORE_TEST_SEED={seed}",
            Engine::Sqlite
        );
        let both = [Installation::open(Engine::Sqlite), Installation::open(other)];
        run(seed, operations, &both);
    }
}

fn run(seed: u64, operations: u64, both: &[Installation; 2]) {
    let mut random = Random::new(seed);
    let mut known = Known::new();
    let mut time = BEGINNING;
    for count in 1..=operations {
        time += passed(&mut random);
        both.iter().for_each(|installation| installation.set_time(time));
        let operation = Operation::random(&mut random, &known, &both[0]);
        println!("{count}: {operation:?}");
        let [one, other] = [0, 1].map(|place| both[place].answer(&operation, place));
        assert_eq!(one, other, "seed {seed}, operation {count}: {operation:?}");
        if operation.changes_directory() {
            // In both, because an export is recorded in the audit log, which uses an id.
            both.iter().rev().for_each(|installation| known.refresh(installation));
        }
        if count % COMPARED_EVERY == 0 || count == operations {
            assert_eq!(
                both[0].everything(),
                both[1].everything(),
                "seed {seed}, after operation {count}"
            );
        }
    }
    texts_tell_the_truth(&both[0]);
}

/// Asserts that search texts find the same contacts as reading every contact, which the order by name does.
fn texts_tell_the_truth(installation: &Installation) {
    assert!(
        installation
            .app
            .index_texts(installation.actor, 1_000_000)
            .unwrap()
            .complete
    );
    for word in values::WORDS {
        let [by_text, by_name] = [Order::Created, Order::Name].map(|order| {
            let mut lines: Vec<String> = installation.found(word, order).lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        });
        assert_eq!(by_text, by_name, "{word}");
    }
}

/// The time between two operations; sometimes the clock is set back, or a month passes.
fn passed(random: &mut Random) -> i64 {
    match random.below(40) {
        0 => -90 * MINUTE,
        1 => 31 * DAY,
        _ => MINUTE,
    }
}
