//! Tests of the pages and the API in-process: the real router with a real installation, without a network.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests too")]

mod accounts;
mod api;
mod contacts;
mod doors;
mod duplicates;
mod fields;
mod import;
mod managing;
mod members;
mod page_sizes;
mod second_factor;
mod site;
mod walk;
mod workbooks;
