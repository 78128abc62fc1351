//! Commands on positions.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::geo;

/// The units of distances.
const UNIT: Arg = Arg::one_of(
    "unit",
    &[
        Arg::word("m", "m"),
        Arg::word("km", "km"),
        Arg::word("ft", "ft"),
        Arg::word("mi", "mi"),
    ],
);

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "geoadd",
        -5,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::geoadd),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::UPDATE))])
    .doc(
        "Adds positions to a geospatial index, creating it if needed.",
        "O(log(N)) for each member, where N is the number of members",
    )
    .history(&[("6.2.0", "Added `CH`, `NX` and `XX`.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of("condition", &[Arg::word("nx", "NX"), Arg::word("xx", "XX")])
            .since("6.2.0")
            .optional(),
        Arg::word("change", "CH").since("6.2.0").optional(),
        Arg::block(
            "data",
            &[
                Arg::new("longitude", Kind::Double),
                Arg::new("latitude", Kind::Double),
                Arg::new("member", Kind::String),
            ],
        )
        .multiple(),
    ]),
    Spec::new(
        "geodist",
        -4,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::geodist),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the distance between two members.", "O(1)")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member1", Kind::String),
        Arg::new("member2", Kind::String),
        UNIT.optional(),
    ]),
    Spec::new(
        "geohash",
        -2,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::geohash),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the standard geohashes of members.",
        "O(1) for each member",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple().optional(),
    ]),
    Spec::new(
        "geopos",
        -2,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::geopos),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns the positions of members.", "O(1) for each member")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String).multiple().optional(),
    ]),
    Spec::new(
        "georadius",
        -6,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::georadius),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(A::GEO)
    .keys_at(&[
        KeySpec::one(1, K::RO.union(K::ACCESS)),
        KeySpec::behind("STORE", 6, K::OW.union(K::UPDATE)),
        KeySpec::behind("STOREDIST", 6, K::OW.union(K::UPDATE)),
    ])
    .doc(
        "Returns or stores the members around a position.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .history(&[
        ("6.2.0", "Added `ANY` to `COUNT`."),
        ("7.0.0", "Units may be in capitals."),
    ])
    .deprecated(
        "6.2.0",
        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("longitude", Kind::Double),
        Arg::new("latitude", Kind::Double),
        Arg::new("radius", Kind::Double),
        UNIT,
        Arg::word("withcoord", "WITHCOORD").optional(),
        Arg::word("withdist", "WITHDIST").optional(),
        Arg::word("withhash", "WITHHASH").optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").since("6.2.0").optional(),
            ],
        )
        .optional(),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
        Arg::one_of(
            "store",
            &[
                Arg::key("storekey", 1).token("STORE").shown_as("key"),
                Arg::key("storedistkey", 2)
                    .token("STOREDIST")
                    .shown_as("key"),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "georadius_ro",
        -6,
        Group::Geo,
        "3.2.10",
        Handler::Keyspace(geo::georadius_ro),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members around a position.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .history(&[("6.2.0", "Added `ANY` to `COUNT`.")])
    .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument")
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("longitude", Kind::Double),
        Arg::new("latitude", Kind::Double),
        Arg::new("radius", Kind::Double),
        UNIT,
        Arg::word("withcoord", "WITHCOORD").optional(),
        Arg::word("withdist", "WITHDIST").optional(),
        Arg::word("withhash", "WITHHASH").optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").since("6.2.0").optional(),
            ],
        )
        .optional(),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
    ]),
    Spec::new(
        "georadiusbymember",
        -5,
        Group::Geo,
        "3.2.0",
        Handler::Keyspace(geo::georadiusbymember),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(A::GEO)
    .keys_at(&[
        KeySpec::one(1, K::RO.union(K::ACCESS)),
        KeySpec::behind("STORE", 5, K::OW.union(K::UPDATE)),
        KeySpec::behind("STOREDIST", 5, K::OW.union(K::UPDATE)),
    ])
    .doc(
        "Returns or stores the members around a member.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .history(&[("7.0.0", "Units may be in capitals.")])
    .deprecated(
        "6.2.0",
        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String),
        Arg::new("radius", Kind::Double),
        UNIT,
        Arg::word("withcoord", "WITHCOORD").optional(),
        Arg::word("withdist", "WITHDIST").optional(),
        Arg::word("withhash", "WITHHASH").optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").optional(),
            ],
        )
        .optional(),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
        Arg::one_of(
            "store",
            &[
                Arg::key("storekey", 1).token("STORE").shown_as("key"),
                Arg::key("storedistkey", 2)
                    .token("STOREDIST")
                    .shown_as("key"),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "georadiusbymember_ro",
        -5,
        Group::Geo,
        "3.2.10",
        Handler::Keyspace(geo::georadiusbymember_ro),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members around a member.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .deprecated(
        "6.2.0",
        "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("member", Kind::String),
        Arg::new("radius", Kind::Double),
        UNIT,
        Arg::word("withcoord", "WITHCOORD").optional(),
        Arg::word("withdist", "WITHDIST").optional(),
        Arg::word("withhash", "WITHHASH").optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").optional(),
            ],
        )
        .optional(),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
    ]),
    Spec::new(
        "geosearch",
        -7,
        Group::Geo,
        "6.2.0",
        Handler::Keyspace(geo::geosearch),
    )
    .flags(F::READONLY)
    .acl(A::GEO)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Returns the members in a circle or box.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .history(&[("7.0.0", "Units may be in capitals.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of(
            "from",
            &[
                Arg::new("member", Kind::String).token("FROMMEMBER"),
                Arg::block(
                    "fromlonlat",
                    &[
                        Arg::new("longitude", Kind::Double),
                        Arg::new("latitude", Kind::Double),
                    ],
                )
                .token("FROMLONLAT"),
            ],
        ),
        Arg::one_of(
            "by",
            &[
                Arg::block(
                    "circle",
                    &[Arg::new("radius", Kind::Double).token("BYRADIUS"), UNIT],
                ),
                Arg::block(
                    "box",
                    &[
                        Arg::new("width", Kind::Double).token("BYBOX"),
                        Arg::new("height", Kind::Double),
                        UNIT,
                    ],
                ),
            ],
        ),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").optional(),
            ],
        )
        .optional(),
        Arg::word("withcoord", "WITHCOORD").optional(),
        Arg::word("withdist", "WITHDIST").optional(),
        Arg::word("withhash", "WITHHASH").optional(),
    ]),
    Spec::new(
        "geosearchstore",
        -8,
        Group::Geo,
        "6.2.0",
        Handler::Keyspace(geo::geosearchstore),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::GEO)
    .keys_at(&[
        KeySpec::one(1, K::OW.union(K::UPDATE)),
        KeySpec::one(2, K::RO.union(K::ACCESS)),
    ])
    .doc(
        "Stores the members in a circle or box.",
        "O(N+log(M)) for M members, N of them in the cells that cover the area",
    )
    .history(&[("7.0.0", "Units may be in capitals.")])
    .arguments(&[
        Arg::key("destination", 0),
        Arg::key("source", 1),
        Arg::one_of(
            "from",
            &[
                Arg::new("member", Kind::String).token("FROMMEMBER"),
                Arg::block(
                    "fromlonlat",
                    &[
                        Arg::new("longitude", Kind::Double),
                        Arg::new("latitude", Kind::Double),
                    ],
                )
                .token("FROMLONLAT"),
            ],
        ),
        Arg::one_of(
            "by",
            &[
                Arg::block(
                    "circle",
                    &[Arg::new("radius", Kind::Double).token("BYRADIUS"), UNIT],
                ),
                Arg::block(
                    "box",
                    &[
                        Arg::new("width", Kind::Double).token("BYBOX"),
                        Arg::new("height", Kind::Double),
                        UNIT,
                    ],
                ),
            ],
        ),
        Arg::one_of(
            "order",
            &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
        )
        .optional(),
        Arg::block(
            "count-block",
            &[
                Arg::new("count", Kind::Integer).token("COUNT"),
                Arg::word("any", "ANY").optional(),
            ],
        )
        .optional(),
        Arg::word("storedist", "STOREDIST").optional(),
    ]),
];
