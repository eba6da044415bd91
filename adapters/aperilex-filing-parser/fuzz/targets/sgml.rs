//! SGML full submissions.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    aperilex_fuzz::lawful::check("sgml", bytes);
});
