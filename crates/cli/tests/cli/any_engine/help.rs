//! `--help`: everything that the design promises is documented there.

use crate::scratch::Scratch;

#[test]
fn the_program_lists_its_commands() {
    let scratch = Scratch::new();
    let commands = [
        "serve", "inspect", "import", "imports", "resume", "rejected", "undo", "export", "sample", "member", "token",
    ];
    let run = scratch.run(&["--help"]);
    run.expect(0).says(&commands).says(&[
        "--data",
        "--objects",
        "--version",
        "CRYSTALQORE_DATA",
        "CRYSTALQORE_OBJECTS",
    ]);
    assert_eq!(run.err, "");
    scratch.run(&["--version"]).expect(0).says(&["crystalqore "]);
}

#[test]
fn every_command_lists_its_options() {
    let scratch = Scratch::new();
    let opening = [
        "--region",
        "--map",
        "--mapping",
        "--unmapped",
        "--encoding",
        "--delimiter",
        "--bad-values",
    ];
    let inspect = [&opening[..], &["<FILE>", "--json", "--raw", "--limit"]].concat();
    let import = [
        &opening[..],
        &[
            "<FILE>",
            "--duplicates",
            "skip, update, fill, create",
            "--match",
            "email-or-phone-and-name",
        ],
        &[
            "--conflicts",
            "--empty-cells",
            "--replace-lists",
            "--dry-run",
            "--rejected",
            "--json",
            "CRYSTALQORE_REGION",
        ],
    ]
    .concat();
    let export = [
        &[
            "--scope",
            "mine, shared, all",
            "--filter",
            "--format",
            "xlsx: Excel workbook",
            "--columns",
        ][..],
        &["--order", "--delimiter", "--no-bom", "-o, --output <FILE>"],
    ]
    .concat();
    let commands: [(&str, &[&str]); 8] = [
        ("inspect", &inspect),
        ("import", &import),
        ("imports", &["--json"]),
        ("resume", &["[IMPORT]", "--json"]),
        ("rejected", &["<IMPORT>", "-o, --output <FILE>"]),
        ("undo", &["<IMPORT>", "--dry-run", "--json"]),
        ("export", &export),
        ("sample", &[]),
    ];
    for (command, words) in commands {
        let run = scratch.run(&[command, "--help"]);
        // Blanks are normalised, so that the width of the terminal does not matter.
        let joined = run.expect(0).out.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words.iter().chain(&["--data", "--objects"]) {
            assert!(
                joined.contains(word),
                "{command} --help does not mention {word}:\n{joined}"
            );
        }
    }
    assert!(!scratch.path("data").exists());
}
