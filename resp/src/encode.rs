//! Writing frames. Whatever frame exists can be written in either version; a loop, however deep it nests.

use alloc::vec::Vec;

use crate::{Frame, ReplyWriter, Version};

/// Appends `frame` to `out` in the words of `version`. In RESP2 attributes are left out, and the types that it lacks
/// become what the reference server sends instead.
pub fn encode(frame: &Frame, version: Version, out: &mut Vec<u8>) {
    let mut writer = ReplyWriter::new(out, version);
    let mut current = core::slice::from_ref(frame).iter();
    let mut outer = Vec::new();
    loop {
        let Some(frame) = current.next() else {
            match outer.pop() {
                Some(level) => current = level,
                None => return,
            }
            continue;
        };
        write_head(frame, &mut writer);
        if let Some(items) = frame.children() {
            let mut children = items.iter();
            if version == Version::Resp2 && matches!(frame, Frame::Attributed(_)) {
                children = children
                    .as_slice()
                    .last()
                    .map(core::slice::from_ref)
                    .unwrap_or_default()
                    .iter();
            }
            outer.push(core::mem::replace(&mut current, children));
        }
    }
}

/// Writes a leaf, or the header of an aggregate.
fn write_head(frame: &Frame, writer: &mut ReplyWriter<'_>) {
    match frame {
        Frame::Simple(text) => writer.simple_str(text),
        Frame::Error(text) => writer.error_bytes(text.as_bytes()),
        Frame::Integer(value) => writer.integer(*value),
        Frame::Bulk(payload) => writer.bulk(payload),
        Frame::Null => writer.null(),
        Frame::NullArray => writer.null_array(),
        Frame::Array(items) => writer.array(items.len()),
        Frame::Boolean(value) => writer.boolean(*value),
        Frame::Double(value) => writer.double(*value),
        Frame::BigNumber(digits) => writer.big_number(digits.as_str()),
        Frame::BulkError(text) => writer.bulk_error(text),
        Frame::Verbatim { format, text } => writer.verbatim(format, text),
        Frame::Map(pairs) => writer.map(pairs.len()),
        Frame::Set(items) => writer.set(items.len()),
        Frame::Push(items) => writer.push(items.len()),
        Frame::Attributed(attributed) => {
            let _written = writer.attribute(attributed.attributes().len());
        }
    }
}
