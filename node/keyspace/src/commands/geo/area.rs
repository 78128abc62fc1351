//! Which cells of the map a search has to look at: the one around its centre and those of its eight neighbours that
//! the area reaches into. Chosen as the reference server chooses them, which decides about the order of replies.

use super::distance::{EARTH_RADIUS, Shape, degrees, radians};
use super::geohash::{Area, Cell, Point, STEPS_MAX, Span};

/// Half the length of the equator, in metres, on the map.
const MERCATOR_MAX: f64 = 20_037_726.37;

/// The centre's cell and its neighbours, as (columns east, rows north), in the order in which they are searched.
const ORDER: [(i8, i8); 9] = [
    (0, 0),
    (0, 1),
    (0, -1),
    (1, 0),
    (-1, 0),
    (1, 1),
    (-1, 1),
    (1, -1),
    (-1, -1),
];

/// The cells that together cover the area, in the order in which they are searched.
pub(super) fn cells(centre: Point, shape: Shape) -> Vec<Cell> {
    let bounds = bounds(centre, shape);
    let mut steps = steps_for(shape, centre.latitude);
    let mut cell = centre.cell(steps);
    if steps > 1 && reaches_beyond_neighbours(cell, bounds) {
        steps -= 1;
        cell = centre.cell(steps);
    }
    let own = cell.area();
    let needed = |&(east, north): &(i8, i8)| {
        let reaches = |by: i8, below: bool, above: bool| match by {
            -1 => !below,
            1 => !above,
            _ => true,
        };
        // With cells as large as this nothing is left out.
        steps < 2
            || (reaches(
                east,
                own.longitudes.min < bounds.longitudes.min,
                own.longitudes.max > bounds.longitudes.max,
            ) && reaches(
                north,
                own.latitudes.min < bounds.latitudes.min,
                own.latitudes.max > bounds.latitudes.max,
            ))
    };
    let mut cells: Vec<Cell> = Vec::with_capacity(ORDER.len());
    for (east, north) in ORDER.into_iter().filter(needed) {
        // On a map of few cells neighbours can be the same one.
        let next = cell.neighbour(east, north);
        if cells.len() < 2 || cells.last() != Some(&next) {
            cells.push(next);
        }
    }
    cells
}

/// The coordinates between which the area lies.
fn bounds(centre: Point, shape: Shape) -> Area {
    let (width, height) = match shape {
        Shape::Circle { radius } => (radius, radius),
        Shape::Box { width, height } => (width / 2.0, height / 2.0),
    };
    let latitude_reach = degrees(height / EARTH_RADIUS);
    // Towards the pole the same width takes more degrees.
    let edge = if centre.latitude < 0.0 {
        centre.latitude - latitude_reach
    } else {
        centre.latitude + latitude_reach
    };
    let longitude_reach = degrees(width / EARTH_RADIUS / radians(edge).cos());
    let around = |middle: f64, reach: f64| Span {
        min: middle - reach,
        max: middle + reach,
    };
    Area {
        longitudes: around(centre.longitude, longitude_reach),
        latitudes: around(centre.latitude, latitude_reach),
    }
}

/// How often to halve the map so that the area mostly fits a cell and its neighbours.
fn steps_for(shape: Shape, latitude: f64) -> u32 {
    let mut reach = match shape {
        Shape::Circle { radius } => radius,
        Shape::Box { width, height } => {
            ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
        }
    };
    if reach == 0.0 {
        return STEPS_MAX;
    }
    let mut steps: u32 = 1;
    while reach < MERCATOR_MAX {
        reach *= 2.0;
        steps += 1;
    }
    // Cells are narrower towards the poles.
    let nearer = u32::from(latitude.abs() > 66.0) + u32::from(latitude.abs() > 80.0);
    steps.saturating_sub(2 + nearer).clamp(1, STEPS_MAX)
}

/// Whether the area goes on behind a neighbour of the cell.
fn reaches_beyond_neighbours(cell: Cell, bounds: Area) -> bool {
    let area = |east, north| cell.neighbour(east, north).area();
    area(0, 1).latitudes.max < bounds.latitudes.max
        || area(0, -1).latitudes.min > bounds.latitudes.min
        || area(1, 0).longitudes.max < bounds.longitudes.max
        || area(-1, 0).longitudes.min > bounds.longitudes.min
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_cells_cover_a_small_circle(
            longitude in -170.0..170.0,
            latitude in -80.0..80.0,
            radius in 0.1..200_000.0,
            (x, y) in (-1.0..1.0, -1.0..1.0),
        ) {
            let centre = Point::new(longitude, latitude).unwrap();
            let shape = Shape::Circle { radius };
            let reach = degrees(radius / EARTH_RADIUS);
            let Some(point) = Point::new(longitude + x * reach, latitude + y * reach) else {
                return Ok(());
            };
            if shape.distance(centre, point).is_some() {
                let score = point.score();
                let found = cells(centre, shape).iter().any(|cell| {
                    let (first, end) = cell.scores();
                    (first..end).contains(&score)
                });
                prop_assert!(found);
            }
        }
    }

    #[test]
    fn the_whole_map_is_nine_cells_or_fewer() {
        let centre = Point::new(0.0, 0.0).unwrap();
        let all = cells(centre, Shape::Circle { radius: 3e7 });
        assert!(
            all.len() <= 9 && all.iter().all(|cell| cell.steps == 1),
            "{all:?}"
        );
    }
}
