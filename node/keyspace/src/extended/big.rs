//! Natural numbers of any size, as much of them as reading and printing numbers needs. Sizes are bounded by
//! the callers: no more than some 35000 bits.

use core::cmp::Ordering;

/// A natural number: digits of 32 bits, the lowest first, no zeros on top.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Big(Vec<u32>);

impl From<u128> for Big {
    fn from(value: u128) -> Self {
        let mut big = Self((0..4).map(|i| (value >> (32 * i)) as u32).collect());
        big.trim();
        big
    }
}

impl Big {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// `self * factor + addend`
    pub(super) fn mul_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for digit in &mut self.0 {
            let product = u64::from(*digit) * u64::from(factor) + carry;
            *digit = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    pub(super) fn mul_power_of_ten(&mut self, exponent: u32) {
        for _ in 0..exponent / 9 {
            self.mul_add(1_000_000_000, 0);
        }
        self.mul_add(10u32.pow(exponent % 9), 0);
    }

    /// How many bits the number has.
    pub(super) fn bits(&self) -> u32 {
        self.0
            .last()
            .map_or(0, |top| self.0.len() as u32 * 32 - top.leading_zeros())
    }

    pub(super) fn shifted_left(&self, by: u32) -> Self {
        let (words, bits) = (by as usize / 32, by % 32);
        let mut digits = vec![0; words];
        let mut carry = 0u64;
        for &digit in &self.0 {
            let shifted = (u64::from(digit) << bits) | carry;
            digits.push(shifted as u32);
            carry = shifted >> 32;
        }
        digits.push(carry as u32);
        let mut big = Self(digits);
        big.trim();
        big
    }

    /// The lowest 128 bits after moving down, and whether something was cut off.
    pub(super) fn shifted_right(&self, by: u32) -> (u128, bool) {
        let digit = |i: usize| u128::from(self.0.get(i).copied().unwrap_or(0));
        let (words, bits) = (by as usize / 32, by % 32);
        let low = (0..4)
            .map(|i| digit(words + i) << (32 * i))
            .fold(0, |a, b| a | b);
        let high = if bits == 0 {
            0
        } else {
            digit(words + 4) << (128 - bits)
        };
        let lost =
            self.0.iter().take(words).any(|&d| d != 0) || (digit(words) & ((1 << bits) - 1)) != 0;
        ((low >> bits) | high, lost)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.0
            .len()
            .cmp(&other.0.len())
            .then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Subtracts a number that is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0i64;
        for (i, digit) in self.0.iter_mut().enumerate() {
            let difference =
                i64::from(*digit) - i64::from(other.0.get(i).copied().unwrap_or(0)) + borrow;
            *digit = difference as u32;
            borrow = difference >> 32;
        }
        self.trim();
    }

    /// The quotient, which must have fewer than 128 bits, and whether there is a remainder. One bit at a time:
    /// the quotient is short however long the numbers are.
    pub(super) fn divide(&self, divisor: &Self) -> (u128, bool) {
        let mut rest = self.clone();
        let mut quotient = 0;
        for shift in (0..=self.bits().saturating_sub(divisor.bits())).rev() {
            let candidate = divisor.shifted_left(shift);
            quotient <<= 1;
            if rest.cmp(&candidate).is_ge() {
                rest.subtract(&candidate);
                quotient |= 1;
            }
        }
        (quotient, !rest.0.is_empty())
    }

    /// The decimal digits.
    pub(super) fn to_decimal(&self) -> Vec<u8> {
        let mut number = self.0.clone();
        let mut groups = Vec::new();
        while number.iter().any(|&digit| digit != 0) {
            let mut rest = 0u64;
            for digit in number.iter_mut().rev() {
                let value = (rest << 32) | u64::from(*digit);
                *digit = (value / 1_000_000_000) as u32;
                rest = value % 1_000_000_000;
            }
            groups.push(rest);
        }
        let mut text = String::new();
        match groups.pop() {
            None => text.push('0'),
            Some(first) => text.push_str(&first.to_string()),
        }
        for group in groups.iter().rev() {
            text.push_str(&format!("{group:09}"));
        }
        text.into_bytes()
    }
}
