//! Doubles as text: what C's `strtod` and `printf` make of them, as far as commands let it through. (The spelling
//! in replies is the business of `shoal_resp`.)

mod print;
mod read;

pub(crate) use print::{four_places, plain, seventeen_digits};
pub(crate) use read::{parse, parse_limit, parse_weight};
