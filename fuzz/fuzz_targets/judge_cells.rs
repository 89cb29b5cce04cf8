//! Treats any bytes as the rows of a table whose columns are known. `read_and_judge` spends most of its time on
//! detecting unknown columns; here all of it goes to splitting records and validating cells. It is run in the same way.

#![no_main]

mod every_row;

use libfuzzer_sys::fuzz_target;

const HEADER: &[u8] = b"Prefix,First Name,Last Name,Email,Email 2,Phone,Mobile,Fax,Company,Website,Address,Zip Code,\
    Country,Birthday,Tag,Notes\n";

fuzz_target!(|bytes: &[u8]| every_row::check([HEADER, bytes].concat()));
