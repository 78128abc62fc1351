//! Reading the options of a search.

use super::distance::Shape;
use super::geohash::Point;
use super::options::{Form, Options, Order, Sought, Target};
use super::{point_arg, unit_arg};
use crate::commands::zsets::zset_at;
use crate::commands::{int_of, is_word};
use crate::ctx::Ctx;
use crate::double;
use crate::encodings::zset::ZsetRef;
use crate::keyspace::Place;
use crate::refusal::Refusal;

/// Reads the arguments one after the other.
pub(super) struct Reader<'c, 'a> {
    pub(super) ctx: &'c Ctx<'a>,
    pub(super) form: Form,
    pub(super) place: Place,
    /// The next argument.
    pub(super) at: usize,
}

impl<'a> Reader<'_, 'a> {
    fn zset(&self) -> Option<ZsetRef<'_>> {
        zset_at(self.ctx.keyspace, self.place)
    }

    /// The area, as far as it stands in front of the options.
    pub(super) fn sought(&self) -> Result<Sought, Refusal> {
        let nothing = Sought {
            centre: None,
            shape: None,
            unit: 1.0,
        };
        let around = |centre, at| {
            let (shape, unit) = self.circle(at)?;
            Ok(Sought {
                centre: Some(centre),
                shape: Some(shape),
                unit,
            })
        };
        match self.form {
            Form::Search | Form::SearchStore => Ok(nothing),
            Form::Around { .. } => around(point_arg(self.ctx, 2)?, 4),
            // Without a key nothing is looked at but the options.
            Form::AroundMember { .. } => match self.member(2)? {
                Some(centre) => around(centre, 3),
                None => Ok(nothing),
            },
        }
    }

    pub(super) fn target(&self) -> Option<Target<'a>> {
        (self.form == Form::SearchStore).then(|| Target {
            key: self.ctx.arg(1),
            distances: false,
        })
    }

    /// The position of a member; `None` if there is no key.
    fn member(&self, at: usize) -> Result<Option<Point>, Refusal> {
        let Some(zset) = self.zset() else {
            return Ok(None);
        };
        let score = zset.score(self.ctx.arg(at), &self.ctx.keyspace.hasher);
        let text = "ERR could not decode requested zset member";
        let score = score.ok_or(Refusal::Text(text))?;
        Ok(Some(Point::of_score(score)))
    }

    fn number(&self, at: usize, refusal: &'static str) -> Result<f64, Refusal> {
        double::parse(self.ctx.arg(at)).ok_or(Refusal::Text(refusal))
    }

    /// Radius and unit.
    fn circle(&self, at: usize) -> Result<(Shape, f64), Refusal> {
        let radius = self.number(at, "ERR need numeric radius")?;
        if radius < 0.0 {
            return Err(Refusal::Text("ERR radius cannot be negative"));
        }
        let unit = unit_arg(self.ctx, at + 1)?;
        let radius = radius * unit;
        Ok((Shape::Circle { radius }, unit))
    }

    /// Width, height and unit.
    fn rectangle(&self, at: usize) -> Result<(Shape, f64), Refusal> {
        let width = self.number(at, "ERR need numeric width")?;
        let height = self.number(at + 1, "ERR need numeric height")?;
        if width < 0.0 || height < 0.0 {
            return Err(Refusal::Text("ERR height or width cannot be negative"));
        }
        let unit = unit_arg(self.ctx, at + 2)?;
        let shape = Shape::Box {
            width: width * unit,
            height: height * unit,
        };
        Ok((shape, unit))
    }

    pub(super) fn read(mut self, options: &mut Options<'a>) -> Result<(), Refusal> {
        while self.at < self.ctx.args.len() {
            let word = self.ctx.arg(self.at);
            self.at += 1;
            let known = Self::flag(options, word)
                || self.limit(options, word)?
                || self.destination(options, word)
                || (self.form.is_search() && self.area(options, word)?);
            if !known {
                return Err(Refusal::Syntax);
            }
        }
        Ok(())
    }

    /// Whether so many arguments follow.
    fn has(&self, count: usize) -> bool {
        self.at + count <= self.ctx.args.len()
    }

    fn flag(options: &mut Options<'_>, word: &[u8]) -> bool {
        if is_word(word, "WITHDIST") {
            options.with_distance = true;
        } else if is_word(word, "WITHHASH") {
            options.with_hash = true;
        } else if is_word(word, "WITHCOORD") {
            options.with_point = true;
        } else if is_word(word, "ANY") {
            options.any = true;
        } else if is_word(word, "ASC") {
            options.order = Order::NearestFirst;
        } else if is_word(word, "DESC") {
            options.order = Order::FarthestFirst;
        } else {
            return false;
        }
        true
    }

    fn limit(&mut self, options: &mut Options<'_>, word: &[u8]) -> Result<bool, Refusal> {
        if !is_word(word, "COUNT") || !self.has(1) {
            return Ok(false);
        }
        let count = int_of(self.ctx.arg(self.at))?;
        if count <= 0 {
            return Err(Refusal::Text("ERR COUNT must be > 0"));
        }
        options.count = usize::try_from(count).unwrap_or(usize::MAX);
        self.at += 1;
        Ok(true)
    }

    fn destination(&mut self, options: &mut Options<'a>, word: &[u8]) -> bool {
        let distances = is_word(word, "STOREDIST");
        if let Some(target) = &mut options.target
            && self.form == Form::SearchStore
        {
            target.distances |= distances;
            return distances;
        }
        let stores = (distances || is_word(word, "STORE")) && self.form.may_store() && self.has(1);
        if stores {
            options.target = Some(Target {
                key: self.ctx.arg(self.at),
                distances,
            });
            self.at += 1;
        }
        stores
    }

    /// The centre or the shape of a search.
    fn area(&mut self, options: &mut Options<'_>, word: &[u8]) -> Result<bool, Refusal> {
        let sought = &mut options.sought;
        let is_box = matches!(sought.shape, Some(Shape::Box { .. }));
        let is_circle = matches!(sought.shape, Some(Shape::Circle { .. }));
        if is_word(word, "FROMMEMBER") && self.has(1) && !options.from_point {
            sought.centre = self.member(self.at)?;
            options.from_member = true;
            self.at += 1;
        } else if is_word(word, "FROMLONLAT") && self.has(2) && !options.from_member {
            sought.centre = Some(point_arg(self.ctx, self.at)?);
            options.from_point = true;
            self.at += 2;
        } else if is_word(word, "BYRADIUS") && self.has(2) && !is_box {
            let (shape, unit) = self.circle(self.at)?;
            (sought.shape, sought.unit) = (Some(shape), unit);
            self.at += 2;
        } else if is_word(word, "BYBOX") && self.has(3) && !is_circle {
            let (shape, unit) = self.rectangle(self.at)?;
            (sought.shape, sought.unit) = (Some(shape), unit);
            self.at += 3;
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}
