//! SORT and SORT_RO.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::{BeginSearch, FindKeys, KeySpec};
use crate::command::spec::CommandSpec as Spec;
use crate::commands::sorting;

const CATEGORIES: A = A::SET
    .union(A::SORTEDSET)
    .union(A::LIST)
    .union(A::DANGEROUS);
const COMPLEXITY: &str = "O(N+M*log(M)) where N is the number of elements and M the number of those returned, O(N) \
                          if they are not sorted";

const SORTED: KeySpec = KeySpec::one(1, K::RO.union(K::ACCESS));
const LED_TO: KeySpec = KeySpec {
    notes: Some(
        "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of \
         the key we sort",
    ),
    flags: K::RO.union(K::ACCESS),
    begin: BeginSearch::Unknown,
    find: FindKeys::Unknown,
};
const STORED: KeySpec = KeySpec {
    notes: Some(
        "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the \
         argument array",
    ),
    flags: K::OW.union(K::UPDATE),
    begin: BeginSearch::Option {
        word: "STORE",
        others: &[("LIMIT", 2), ("GET", 1), ("BY", 1)],
    },
    find: FindKeys::Range {
        last: 0,
        step: 1,
        limit: 0,
    },
};

const KEY: Arg = Arg::key("key", 0);
const BY: Arg = Arg::new("by-pattern", Kind::Pattern)
    .token("BY")
    .shown_as("pattern")
    .led_by(1)
    .optional();
const LIMIT: Arg = Arg::block(
    "limit",
    &[
        Arg::new("offset", Kind::Integer),
        Arg::new("count", Kind::Integer),
    ],
)
.token("LIMIT")
.optional();
const GET: Arg = Arg::new("get-pattern", Kind::Pattern)
    .token("GET")
    .shown_as("pattern")
    .led_by(1)
    .optional()
    .multiple_token();
const ORDER: Arg = Arg::one_of(
    "order",
    &[Arg::word("asc", "ASC"), Arg::word("desc", "DESC")],
)
.optional();
const ALPHA: Arg = Arg::word("sorting", "ALPHA").optional();

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "sort",
        -2,
        Group::Generic,
        "1.0.0",
        Handler::Keyspace(sorting::sort),
    )
    .flags(F::WRITE.union(F::DENYOOM).union(F::MOVABLEKEYS))
    .acl(CATEGORIES)
    .keys_at(&[SORTED, LED_TO, STORED])
    .doc(
        "Sorts the elements of a list, a set or a sorted set; may store them.",
        COMPLEXITY,
    )
    .arguments(&[
        KEY,
        BY,
        LIMIT,
        GET,
        ORDER,
        ALPHA,
        Arg::key("destination", 2).token("STORE").optional(),
    ]),
    Spec::new(
        "sort_ro",
        -2,
        Group::Generic,
        "7.0.0",
        Handler::Keyspace(sorting::sort_ro),
    )
    .flags(F::READONLY.union(F::MOVABLEKEYS))
    .acl(CATEGORIES)
    .keys_at(&[SORTED, LED_TO])
    .doc(
        "Sorts the elements of a list, a set or a sorted set.",
        COMPLEXITY,
    )
    .arguments(&[KEY, BY, LIMIT, GET, ORDER, ALPHA]),
];
