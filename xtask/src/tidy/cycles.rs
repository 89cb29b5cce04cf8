//! Rule for the files of a crate: their imports have no cycles.
//!
//! An import of a re-exported name counts as an import of the file that defines it. The root of a crate is left out: it
//! declares the modules and holds what all of them share.

use super::Finding;
use super::imports::{Import, imports};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The files that each file imports, by path.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// Finds import cycles in every crate.
pub fn check(root: &Path, paths: &[String]) -> Vec<Finding> {
    let crates: BTreeSet<&str> = paths.iter().filter_map(|path| source_of(path)).collect();
    let mut findings = Vec::new();
    for source in crates {
        let graph = Files::read(root, paths, source).graph();
        findings.extend(circles(&graph).iter().map(|circle| {
            let what = format!(
                "is in a circle of {} files that import each other: {}",
                circle.len(),
                circle.join(", ")
            );
            Finding::new(&circle[0], 1, what)
        }));
    }
    findings
}

/// Returns the source folder of the crate that contains a file, such as `crates/app/src/`.
fn source_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix("crates/")?.split('/').next()?;
    let source = &path[..("crates/".len() + name.len() + "/src/".len()).min(path.len())];
    source.ends_with("/src/").then_some(source)
}

/// The files of a crate by module, and the imports of each.
struct Files {
    by_module: BTreeMap<Vec<String>, String>,
    imports: BTreeMap<String, Vec<Import>>,
}

impl Files {
    fn read(root: &Path, paths: &[String], source: &str) -> Self {
        let is_of_crate =
            |path: &&String| path.starts_with(source) && path.ends_with(".rs") && !path.ends_with("tests.rs");
        let files = paths
            .iter()
            .filter(is_of_crate)
            .map(|path| (module_of(path, source), path.clone()));
        let by_module: BTreeMap<Vec<String>, String> = files.filter(|(module, _)| !module.is_empty()).collect();
        let imports = by_module.iter().map(|(module, path)| {
            let here: Vec<&str> = module.iter().map(String::as_str).collect();
            let text = fs::read_to_string(root.join(path)).unwrap_or_default();
            (path.clone(), imports(&here, &text))
        });
        Self {
            imports: imports.collect(),
            by_module,
        }
    }

    /// Returns the file that defines the name at the end of a path: the file of the longest prefix that is a module, or
    /// the file from which that one re-exports the name.
    fn file_of(&self, path: &[String]) -> Option<&String> {
        let lengths = (1..=path.len()).rev();
        let (file, rest) = lengths
            .map(|length| path.split_at(length))
            .find_map(|(module, rest)| Some((self.by_module.get(module)?, rest)))?;
        let from =
            self.imports.get(file)?.iter().find(|import| {
                import.is_reexport && import.path.last() == rest.first() && import.path.as_slice() != path
            });
        match from {
            Some(from) => self.file_of(&from.path).or(Some(file)),
            None => Some(file),
        }
    }

    fn graph(&self) -> Graph {
        let others = |(path, imports): (&String, &Vec<Import>)| {
            let own = imports.iter().filter(|import| !import.is_reexport);
            let files = own.filter_map(|import| self.file_of(&import.path));
            (path.clone(), files.filter(|file| *file != path).cloned().collect())
        };
        self.imports.iter().map(others).collect()
    }
}

/// Returns the module of a file, as a path from the root of its crate.
fn module_of(path: &str, source: &str) -> Vec<String> {
    let inside = path[source.len()..].trim_end_matches(".rs");
    let words = inside.split('/').filter(|word| *word != "mod");
    words
        .filter(|word| *word != "lib" && *word != "main")
        .map(str::to_owned)
        .collect()
}

/// Returns groups of two or more files that import each other, directly or through others (Kosaraju's algorithm).
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for file in graph.keys() {
        visit(graph, file, &mut seen, &mut order);
    }
    let mut back = Graph::new();
    for (from, to) in graph
        .iter()
        .flat_map(|(from, all)| all.iter().map(move |to| (from, to)))
    {
        back.entry(to.clone()).or_default().insert(from.clone());
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for file in order.iter().rev() {
        let mut group = Vec::new();
        visit(&back, file, &mut seen, &mut group);
        if group.len() > 1 {
            group.sort_unstable();
            found.push(group);
        }
    }
    found
}

/// Adds the files that can be reached from a file to `order`, each after the files that it reaches.
fn visit(graph: &Graph, file: &str, seen: &mut BTreeSet<String>, order: &mut Vec<String>) {
    if seen.insert(file.to_owned()) {
        for next in graph.get(file).into_iter().flatten() {
            visit(graph, next, seen, order);
        }
        order.push(file.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph_of(arrows: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::new();
        for (from, to) in arrows {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    }

    #[test]
    fn circles_are_found_and_chains_are_none() {
        let graph = graph_of(&[
            ("a", "b"),
            ("b", "c"),
            ("c", "a"),
            ("c", "d"),
            ("e", "d"),
            ("d", "f"),
            ("f", "d"),
        ]);
        let mut found = circles(&graph);
        found.sort();
        assert_eq!(found, [vec!["a", "b", "c"], vec!["d", "f"]]);
        assert!(circles(&graph_of(&[("a", "b"), ("a", "c"), ("b", "c")])).is_empty());
    }

    fn files(texts: &[(&str, &str)]) -> Files {
        let by_module = texts.iter().map(|(path, _)| (module_of(path, ""), (*path).to_owned()));
        let imports = texts.iter().map(|(path, text)| {
            let module = module_of(path, "");
            let here: Vec<&str> = module.iter().map(String::as_str).collect();
            ((*path).to_owned(), imports(&here, text))
        });
        Files {
            by_module: by_module.collect(),
            imports: imports.collect(),
        }
    }

    #[test]
    fn a_path_leads_to_the_file_that_defines_it_also_through_a_reexport() {
        let files = files(&[("x/mod.rs", "mod y;\npub use y::Z;\n"), ("x/y.rs", "")]);
        let file = |path: &str| files.file_of(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(file("x::y::Z").map(String::as_str), Some("x/y.rs"));
        assert_eq!(file("x::Z").map(String::as_str), Some("x/y.rs"));
        assert_eq!(file("x::Other").map(String::as_str), Some("x/mod.rs"));
        assert_eq!(file("z::Z"), None);
    }

    #[test]
    fn a_folder_that_hands_on_what_its_files_define_makes_no_circle() {
        let hands_on = files(&[
            ("x/mod.rs", "mod y;\npub use y::Z;\npub struct W;\n"),
            ("x/y.rs", "use super::W;\n"),
        ]);
        assert!(circles(&hands_on.graph()).is_empty());
        let needs = files(&[
            ("x/mod.rs", "mod y;\nuse y::Z;\npub struct W;\n"),
            ("x/y.rs", "use super::W;\n"),
        ]);
        assert_eq!(circles(&needs.graph()).len(), 1);
    }
}
