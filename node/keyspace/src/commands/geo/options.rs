//! What a search is asked for: GEOSEARCH, GEORADIUS and their relatives take the same options in different places.

use super::distance::Shape;
use super::geohash::Point;
use super::reader::Reader;
use crate::ctx::Ctx;
use crate::keyspace::Place;
use crate::refusal::Refusal;

/// Where a command has its arguments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// GEORADIUS: key, longitude, latitude, radius, unit.
    Around { may_store: bool },
    /// GEORADIUSBYMEMBER: key, member, radius, unit.
    AroundMember { may_store: bool },
    /// GEOSEARCH: key, all else as options.
    Search,
    /// GEOSEARCHSTORE: destination, key, all else as options.
    SearchStore,
}

impl Form {
    /// Where the key is.
    pub(super) const fn key_at(self) -> usize {
        match self {
            Self::SearchStore => 2,
            _ => 1,
        }
    }

    /// Where the options begin.
    const fn options_at(self) -> usize {
        match self {
            Self::Around { .. } => 6,
            Self::AroundMember { .. } => 5,
            Self::Search => 2,
            Self::SearchStore => 3,
        }
    }

    pub(super) const fn is_search(self) -> bool {
        matches!(self, Self::Search | Self::SearchStore)
    }

    pub(super) const fn may_store(self) -> bool {
        matches!(
            self,
            Self::Around { may_store: true } | Self::AroundMember { may_store: true }
        )
    }
}

/// In which order members are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    Any,
    NearestFirst,
    FarthestFirst,
}

/// Where the result goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target<'a> {
    pub(super) key: &'a [u8],
    /// The scores are the distances, not the positions.
    pub(super) distances: bool,
}

/// An area around a centre.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought {
    /// Missing only if the key is.
    pub(super) centre: Option<Point>,
    pub(super) shape: Option<Shape>,
    /// How many metres the unit of distances has.
    pub(super) unit: f64,
}

/// A search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options<'a> {
    pub(super) sought: Sought,
    pub(super) order: Order,
    /// How many members at most; zero: all.
    pub(super) count: usize,
    /// Whether any so many members will do, not only the nearest.
    pub(super) any: bool,
    pub(super) with_distance: bool,
    pub(super) with_hash: bool,
    pub(super) with_point: bool,
    pub(super) target: Option<Target<'a>>,
    pub(super) from_member: bool,
    pub(super) from_point: bool,
}

impl<'a> Options<'a> {
    /// Reads the arguments. The key was looked up before, as a wrong type comes before a wrong argument.
    pub(super) fn parse(ctx: &Ctx<'a>, form: Form, place: Place) -> Result<Self, Refusal> {
        let reader = Reader {
            ctx,
            form,
            place,
            at: form.options_at(),
        };
        let mut options = Self {
            sought: reader.sought()?,
            order: Order::Any,
            count: 0,
            any: false,
            with_distance: false,
            with_hash: false,
            with_point: false,
            target: reader.target(),
            from_member: false,
            from_point: false,
        };
        reader.read(&mut options)?;
        options.check(ctx, form)?;
        if options.count > 0 && options.order == Order::Any && !options.any {
            options.order = Order::NearestFirst;
        }
        Ok(options)
    }

    fn check(&self, ctx: &Ctx<'_>, form: Form) -> Result<(), Refusal> {
        let quoting = |text: &str, name: &[u8]| Refusal::Quoting([text.as_bytes(), name].concat());
        if self.target.is_some() && (self.with_distance || self.with_hash || self.with_point) {
            return Err(Refusal::Text(if form == Form::SearchStore {
                "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            } else {
                "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            }));
        }
        if form.is_search() && !self.from_member && !self.from_point {
            let text = "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
            return Err(quoting(text, ctx.arg(0)));
        }
        if form.is_search() && self.sought.shape.is_none() {
            let text = "ERR exactly one of BYRADIUS and BYBOX can be specified for ";
            return Err(quoting(text, ctx.arg(0)));
        }
        if self.any && self.count == 0 {
            let text = "ERR the ANY argument requires COUNT argument";
            return Err(Refusal::Text(text));
        }
        Ok(())
    }
}
