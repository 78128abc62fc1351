//! Distances on the globe, by the haversine formula.

use core::f64::consts::PI;

use super::geohash::Point;

/// The earth's radius, in metres, as the reference server has it.
pub(super) const EARTH_RADIUS: f64 = 6_372_797.560_856;
const RADIANS_PER_DEGREE: f64 = PI / 180.0;

pub(super) fn radians(degrees: f64) -> f64 {
    degrees * RADIANS_PER_DEGREE
}

pub(super) fn degrees(radians: f64) -> f64 {
    radians / RADIANS_PER_DEGREE
}

/// The distance between two latitudes on one meridian, in metres.
fn along_meridian(from: f64, to: f64) -> f64 {
    EARTH_RADIUS * (radians(to) - radians(from)).abs()
}

/// The distance between two positions, in metres.
pub(super) fn between(from: Point, to: Point) -> f64 {
    let v = ((radians(to.longitude) - radians(from.longitude)) / 2.0).sin();
    if v == 0.0 {
        return along_meridian(from.latitude, to.latitude);
    }
    let (from_latitude, to_latitude) = (radians(from.latitude), radians(to.latitude));
    let u = ((to_latitude - from_latitude) / 2.0).sin();
    let a = u * u + from_latitude.cos() * to_latitude.cos() * v * v;
    2.0 * EARTH_RADIUS * a.sqrt().asin()
}

/// What is searched, its measures in metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}

impl Shape {
    /// How far a position is from the centre, if it lies inside.
    pub(super) fn distance(self, centre: Point, point: Point) -> Option<f64> {
        match self {
            Self::Circle { radius } => Some(between(centre, point)).filter(|&far| far <= radius),
            Self::Box { width, height } => {
                if along_meridian(point.latitude, centre.latitude) > height / 2.0 {
                    return None;
                }
                // Along the position's own parallel: the sides of the box are bent.
                let same_row = Point {
                    longitude: centre.longitude,
                    latitude: point.latitude,
                };
                (between(point, same_row) <= width / 2.0).then(|| between(centre, point))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_reference_server() {
        let palermo = Point::of_score(3_479_099_956_230_698.0);
        let catania = Point::of_score(3_479_447_370_796_909.0);
        assert_eq!(
            crate::double::four_places(between(palermo, catania)),
            b"166274.1516"
        );
        assert_eq!(between(palermo, palermo), 0.0);
        let north = Point {
            latitude: palermo.latitude + 1.0,
            ..palermo
        };
        assert!((between(palermo, north) - 111_226.3).abs() < 0.1);
    }

    #[test]
    fn a_box_is_bounded_on_each_side() {
        let centre = Point::new(10.0, 50.0).unwrap();
        let shape = Shape::Box {
            width: 20_000.0,
            height: 2000.0,
        };
        let inside = |longitude, latitude| {
            shape
                .distance(centre, Point::new(longitude, latitude).unwrap())
                .is_some()
        };
        assert!(inside(10.1, 50.0) && inside(10.0, 50.005));
        assert!(!inside(10.2, 50.0) && !inside(10.0, 50.02));
    }
}
