//! Registers of six bits, packed from the lowest bit up: four of them in three bytes.

use super::REGISTERS;

/// The bytes of all registers.
pub(super) const LEN: usize = REGISTERS / 4 * 3;
/// The largest value of a register.
pub(super) const REGISTER_MAX: u8 = 63;

/// Four registers.
#[inline]
fn unpack([a, b, c]: [u8; 3]) -> [u8; 4] {
    [a, a >> 6 | b << 2, b >> 4 | c << 4, c >> 2].map(|register| register & REGISTER_MAX)
}

#[inline]
fn pack([a, b, c, d]: [u8; 4]) -> [u8; 3] {
    [a | b << 6, b >> 2 | c << 4, c >> 4 | d << 2]
}

/// Counts how many registers have each value.
pub(super) fn count_registers(body: &[u8], histogram: &mut [u32; 64]) {
    // Neighbours are often equal: with a table for each the counts do not wait for each other.
    let mut tables = [[0u32; 64]; 4];
    for &group in body.as_chunks::<3>().0 {
        for (table, register) in tables.iter_mut().zip(unpack(group)) {
            table[usize::from(register)] += 1;
        }
    }
    for table in tables {
        for (sum, count) in histogram.iter_mut().zip(table) {
            *sum += count;
        }
    }
}

/// Raises registers of one byte each to those that are packed here.
pub(super) fn merge_into(body: &[u8], registers: &mut [u8; REGISTERS]) {
    let groups = body.as_chunks::<3>().0;
    for (four, &group) in registers.as_chunks_mut::<4>().0.iter_mut().zip(groups) {
        for (register, other) in four.iter_mut().zip(unpack(group)) {
            *register = other.max(*register);
        }
    }
}

/// Packs registers of one byte each.
pub(super) fn write(body: &mut [u8], registers: &[u8; REGISTERS]) {
    let groups = body.as_chunks_mut::<3>().0;
    for (group, &four) in groups.iter_mut().zip(registers.as_chunks::<4>().0) {
        *group = pack(four);
    }
}

/// Raises one register. Returns whether it was lower.
pub(super) fn raise(body: &mut [u8], index: usize, value: u8) -> bool {
    let Some(group) = body.as_chunks_mut::<3>().0.get_mut(index / 4) else {
        return false;
    };
    let mut four = unpack(*group);
    let register = &mut four[index % 4];
    let lower = *register < value;
    if lower {
        *register = value;
        *group = pack(four);
    }
    lower
}
