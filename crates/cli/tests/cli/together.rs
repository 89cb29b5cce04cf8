//! Two processes that import at the same time see the contacts written by each other.

use crate::resume::many_rows;
use crate::scratch::{Run, Scratch};

/// On a database server this file takes two batches, so that the two processes alternate.
#[test]
fn two_imports_of_one_file_create_no_contact_twice() {
    let many = many_rows();
    let alone = Scratch::new();
    alone.write("many.csv", &many);
    let expected = alone.run(&["import", "many.csv", "--json"]).expect(4).json();

    let scratch = Scratch::new();
    scratch.write("many.csv", &many);
    // Creates the database beforehand, so that neither process waits for the other to create it.
    assert!(scratch.imports().is_empty());
    let options = ["import", "many.csv", "--json"];
    let both = [0, 1].map(|_| scratch.command(&options).spawn().unwrap());
    let ended = both.map(|child| {
        let run = Run::new(&options, &child.wait_with_output().unwrap());
        run.expect(4).json()
    });
    let new = ended.map(|document| document["counts"]["new"].as_u64().unwrap());
    assert_eq!(new[0] + new[1], expected["counts"]["new"].as_u64().unwrap(), "{new:?}");
    assert_eq!(scratch.imports().len(), 2);
}
