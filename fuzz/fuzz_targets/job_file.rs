//! Any bytes as a CSV file of jobs, and any text as the choice of its columns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sortie::api::job_file::sheet::Sheet;

fuzz_target!(|input: (&[u8], &str)| {
    let (bytes, columns) = input;
    if let Ok(sheet) = Sheet::read(bytes, None) {
        let _ = sheet.customer_keys();
    }
    let _ = Sheet::read(bytes, Some(columns));
});
