//! Geohashes: a position as one number, whose bits tell by turns in which half of the rest of the world it lies.
//! Near positions mostly have near numbers.
//!
//! Every step of the arithmetic is done as the reference server does it, in the same order, so that all bits agree.

/// The longitudes there are.
const LONGITUDES: Span = Span {
    min: -180.0,
    max: 180.0,
};
/// The latitudes that a map in Mercator's projection shows as a square.
const LATITUDES: Span = Span {
    min: -85.051_128_78,
    max: 85.051_128_78,
};
/// The latitudes of standard geohashes.
const ALL_LATITUDES: Span = Span {
    min: -90.0,
    max: 90.0,
};
/// Halvings of each coordinate in a score: 52 bits are exact in a double.
pub(super) const STEPS_MAX: u32 = 26;
/// The digits of standard geohashes.
const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// Every second bit, from the lowest on: those of the latitude.
const LATITUDE_BITS: u64 = 0x5555_5555_5555_5555;
/// The bits of the longitude.
const LONGITUDE_BITS: u64 = !LATITUDE_BITS;

/// From here to there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Span {
    const fn contains(self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }

    /// How far into the span a value lies, in units of which it has 2^steps.
    fn units(self, value: f64, steps: u32) -> u32 {
        let offset = (value - self.min) / (self.max - self.min);
        (offset * (1u64 << steps) as f64) as u64 as u32
    }

    /// The part of the span that begins so many units into it.
    fn part(self, units: u32, steps: u32) -> Self {
        let scale = self.max - self.min;
        let edge = |units: f64| self.min + (units / (1u64 << steps) as f64) * scale;
        Self {
            min: edge(f64::from(units)),
            max: edge(f64::from(units.wrapping_add(1))),
        }
    }

    /// The middle, inside of `all`.
    fn middle(self, all: Self) -> f64 {
        let middle = (self.min + self.max) / 2.0;
        middle.min(all.max).max(all.min)
    }
}

/// A position on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
}

impl Point {
    /// A position, if it is on the map.
    pub(super) const fn new(longitude: f64, latitude: f64) -> Option<Self> {
        if LONGITUDES.contains(longitude) && LATITUDES.contains(latitude) {
            Some(Self {
                longitude,
                latitude,
            })
        } else {
            None
        }
    }

    /// The position that a score stands for: the middle of its cell.
    pub(super) fn of_score(score: f64) -> Self {
        let cell = Cell {
            bits: bits_of(score),
            steps: STEPS_MAX,
        };
        let area = cell.area();
        Self {
            longitude: area.longitudes.middle(LONGITUDES),
            latitude: area.latitudes.middle(LATITUDES),
        }
    }

    /// The cell in which it lies.
    pub(super) fn cell(self, steps: u32) -> Cell {
        let latitude = LATITUDES.units(self.latitude, steps);
        let longitude = LONGITUDES.units(self.longitude, steps);
        Cell {
            bits: interleave(latitude, longitude),
            steps,
        }
    }

    /// Its geohash as a whole number: the score.
    pub(super) fn score(self) -> f64 {
        self.cell(STEPS_MAX).first_score()
    }

    /// The standard geohash, which divides the globe from pole to pole.
    pub(super) fn standard_geohash(self) -> [u8; 11] {
        let latitude = ALL_LATITUDES.units(self.latitude, STEPS_MAX);
        let longitude = LONGITUDES.units(self.longitude, STEPS_MAX);
        let bits = interleave(latitude, longitude);
        // Eleven digits have 55 bits; the last digit is always zero.
        let digit = |at: usize| {
            let shift = 52 - 5 * (at + 1).min(10);
            let index = if at == 10 { 0 } else { bits >> shift & 0x1f };
            ALPHABET.get(index as usize).copied().unwrap_or(b'0')
        };
        core::array::from_fn(digit)
    }
}

/// A part of the map: all positions whose geohashes begin alike.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Cell {
    pub(super) bits: u64,
    /// How often each coordinate was halved.
    pub(super) steps: u32,
}

/// What a cell covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) longitudes: Span,
    pub(super) latitudes: Span,
}

impl Cell {
    /// What it covers.
    pub(super) fn area(self) -> Area {
        let (latitude, longitude) = separate(self.bits);
        Area {
            longitudes: LONGITUDES.part(longitude, self.steps),
            latitudes: LATITUDES.part(latitude, self.steps),
        }
    }

    /// The score of its first position, as a number of 52 bits.
    fn first(self) -> u64 {
        self.bits << (52 - self.steps * 2)
    }

    fn first_score(self) -> f64 {
        self.first() as f64
    }

    /// The scores of its positions, the last one excluded.
    pub(super) fn scores(self) -> (f64, f64) {
        let next = Self {
            bits: self.bits.wrapping_add(1),
            ..self
        };
        (self.first_score(), next.first_score())
    }

    /// The cell so many columns to the east and rows to the north, -1 to 1 each, around the edges of the map.
    pub(super) fn neighbour(self, east: i8, north: i8) -> Self {
        let unused = 64 - self.steps * 2;
        let moved = |own: u64, other: u64, by: i8| {
            // The bits of the other coordinate are set so that a carry runs through them.
            let ones = other >> unused;
            let bits = self.bits & own;
            let sum = match by {
                0 => return bits,
                1 => bits.wrapping_add(ones.wrapping_add(1)),
                _ => (bits | ones).wrapping_sub(ones.wrapping_add(1)),
            };
            sum & (own >> unused)
        };
        Self {
            bits: moved(LONGITUDE_BITS, LATITUDE_BITS, east)
                | moved(LATITUDE_BITS, LONGITUDE_BITS, north),
            ..self
        }
    }
}

/// A score as bits. What is no geohash (anybody may add any score) becomes what x86-64 makes of it.
fn bits_of(score: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if score < HALF {
        score as i64 as u64
    } else if score < 2.0 * HALF {
        score as u64
    } else {
        0
    }
}

/// Puts the bits of the latitude in the even places and those of the longitude in the odd ones.
fn interleave(latitude: u32, longitude: u32) -> u64 {
    spread(latitude) | spread(longitude) << 1
}

/// Latitude and longitude out of a geohash.
fn separate(bits: u64) -> (u32, u32) {
    (gather(bits), gather(bits >> 1))
}

/// The widths of the groups of bits that are kept together, and the places where they are.
const GROUPS: [(u32, u64); 5] = [
    (16, 0x0000_ffff_0000_ffff),
    (8, 0x00ff_00ff_00ff_00ff),
    (4, 0x0f0f_0f0f_0f0f_0f0f),
    (2, 0x3333_3333_3333_3333),
    (1, LATITUDE_BITS),
];

/// Puts 32 bits in the even places.
fn spread(value: u32) -> u64 {
    let apart = |bits: u64, (width, places): &(u32, u64)| (bits | bits << width) & places;
    GROUPS.iter().fold(u64::from(value), apart)
}

/// Takes the bits in the even places.
fn gather(bits: u64) -> u32 {
    let together = |bits: u64, (width, places): &(u32, u64)| {
        let bits = bits & places;
        bits | bits >> width
    };
    GROUPS.iter().rev().fold(bits, together) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As redis-server 7.0.15 answers: GEOADD, ZSCORE, GEOHASH.
    #[test]
    fn known_positions_have_known_geohashes() {
        for (longitude, latitude, score, standard) in [
            (
                13.361_389,
                38.115_556,
                3_479_099_956_230_698.0,
                b"sqc8b49rny0",
            ),
            (
                15.087_269,
                37.502_669,
                3_479_447_370_796_909.0,
                b"sqdtr74hyu0",
            ),
            (-122.41, 37.77, 1_367_859_875_783_965.0, b"9q8yy7zf0q0"),
        ] {
            let point = Point::new(longitude, latitude).unwrap();
            assert_eq!(point.score(), score);
            let decoded = Point::of_score(score);
            assert_eq!(&decoded.standard_geohash(), standard);
        }
        assert_eq!(Point::new(180.1, 0.0), None);
        assert_eq!(Point::new(0.0, 85.06), None);
        assert_eq!(Point::new(f64::NAN, 0.0), None);
    }

    fn point() -> impl Strategy<Value = Point> {
        (-180.0..=180.0, -85.0..=85.0).prop_map(|(longitude, latitude)| Point {
            longitude,
            latitude,
        })
    }

    proptest! {
        #[test]
        fn bits_come_back_from_their_places(latitude: u32, longitude: u32) {
            prop_assert_eq!(separate(interleave(latitude, longitude)), (latitude, longitude));
        }

        #[test]
        fn a_cell_covers_its_position(point in point(), steps in 1u32..=26) {
            let cell = point.cell(steps);
            let area = cell.area();
            prop_assert!(area.longitudes.contains(point.longitude));
            prop_assert!(area.latitudes.contains(point.latitude));
            let (first, end) = cell.scores();
            prop_assert!((first..end).contains(&point.score()));
        }

        #[test]
        fn neighbours_share_an_edge(point in point(), steps in 2u32..=26, east in -1i8..=1, north in -1i8..=1) {
            let cell = point.cell(steps);
            let other = cell.neighbour(east, north);
            prop_assert_eq!(other.neighbour(-east, -north), cell);
            let ((row, column), (other_row, other_column)) = (separate(cell.bits), separate(other.bits));
            let mask = (1u32 << steps) - 1;
            prop_assert_eq!(other_row, row.wrapping_add_signed(north.into()) & mask);
            prop_assert_eq!(other_column, column.wrapping_add_signed(east.into()) & mask);
        }
    }
}
