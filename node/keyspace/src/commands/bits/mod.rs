//! Commands on strings as rows of bits. Bit 0 is the highest bit of the first byte.

mod count;
mod field;
mod field_ops;
mod operate;
mod position;
mod range;
mod single;
mod words;

pub(crate) use count::bitcount;
pub(crate) use field::{bitfield, bitfield_ro};
pub(crate) use operate::bitop;
pub(crate) use position::bitpos;
pub(crate) use single::{getbit, setbit};

use crate::ctx::Ctx;
use crate::numbers::parse_int;
use crate::refusal::Refusal;

/// The number of a bit, from an argument. With a width, `#3` is the fourth field of that width.
fn bit_offset(ctx: &Ctx<'_>, text: &[u8], width: Option<u32>) -> Result<u64, Refusal> {
    let offset = match (text, width) {
        ([b'#', number @ ..], Some(width)) => {
            parse_int(number).and_then(|number| number.checked_mul(width.into()))
        }
        _ => parse_int(text),
    };
    let offset = offset.and_then(|offset| u64::try_from(offset).ok());
    offset
        .filter(|offset| offset / 8 < ctx.string_len_max() as u64)
        .ok_or(Refusal::Text(
            "ERR bit offset is not an integer or out of range",
        ))
}
