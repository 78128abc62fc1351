//! Commands on strings as rows of bits.

use crate::command::docs::{ArgKind as Kind, ArgSpec as Arg, Group};
use crate::command::flags::{AclCategories as A, CommandFlags as F, KeyFlags as K};
use crate::command::handler::Handler;
use crate::command::key_spec::KeySpec;
use crate::command::spec::CommandSpec as Spec;
use crate::commands::bits;

const UNIT: Arg = Arg::one_of(
    "unit",
    &[Arg::word("byte", "BYTE"), Arg::word("bit", "BIT")],
)
.optional()
.since("7.0.0");

const ENCODING: Arg = Arg::new("encoding", Kind::String);
const OFFSET: Arg = Arg::new("offset", Kind::Integer);
const GET: Arg = Arg::block("get-block", &[ENCODING, OFFSET]).token("GET");
const OVERFLOW: Arg = Arg::one_of(
    "overflow-block",
    &[
        Arg::word("wrap", "WRAP"),
        Arg::word("sat", "SAT"),
        Arg::word("fail", "FAIL"),
    ],
)
.token("OVERFLOW")
.optional();
const SET: Arg = Arg::block(
    "set-block",
    &[ENCODING, OFFSET, Arg::new("value", Kind::Integer)],
)
.token("SET");
const INCRBY: Arg = Arg::block(
    "incrby-block",
    &[ENCODING, OFFSET, Arg::new("increment", Kind::Integer)],
)
.token("INCRBY");

pub(crate) static COMMANDS: &[Spec] = &[
    Spec::new(
        "bitcount",
        -2,
        Group::Bitmap,
        "2.6.0",
        Handler::Keyspace(bits::bitcount),
    )
    .flags(F::READONLY)
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Counts the bits of a string that are set.", "O(N)")
    .history(&[("7.0.0", "Added the `BYTE|BIT` option.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::block(
            "range",
            &[
                Arg::new("start", Kind::Integer),
                Arg::new("end", Kind::Integer),
                UNIT,
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "bitfield",
        -2,
        Group::Bitmap,
        "3.2.0",
        Handler::Keyspace(bits::bitfield),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(
        1,
        K::RW
            .union(K::ACCESS)
            .union(K::UPDATE)
            .union(K::VARIABLE_FLAGS),
    )
    .noting("This command allows both access and modification of the key")])
    .doc(
        "Reads, sets and adds to integers of any width inside a string.",
        "O(1) for each subcommand specified",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::one_of(
            "operation",
            &[
                GET,
                Arg::block(
                    "write",
                    &[OVERFLOW, Arg::one_of("write-operation", &[SET, INCRBY])],
                ),
            ],
        )
        .optional()
        .multiple(),
    ]),
    Spec::new(
        "bitfield_ro",
        -2,
        Group::Bitmap,
        "6.0.0",
        Handler::Keyspace(bits::bitfield_ro),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc(
        "Reads integers of any width inside a string.",
        "O(1) for each subcommand specified",
    )
    .arguments(&[Arg::key("key", 0), GET.optional().multiple_token()]),
    Spec::new(
        "bitop",
        -4,
        Group::Bitmap,
        "2.6.0",
        Handler::Keyspace(bits::bitop),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::BITMAP)
    .keys_at(&[
        KeySpec::one(2, K::OW.union(K::UPDATE)),
        KeySpec::range(3, -1, 1, K::RO.union(K::ACCESS)),
    ])
    .doc("Combines strings bit by bit and stores the result.", "O(N)")
    .arguments(&[
        Arg::one_of(
            "operation",
            &[
                Arg::word("and", "AND"),
                Arg::word("or", "OR"),
                Arg::word("xor", "XOR"),
                Arg::word("not", "NOT"),
            ],
        ),
        Arg::key("destkey", 0),
        Arg::key("key", 1).multiple(),
    ]),
    Spec::new(
        "bitpos",
        -3,
        Group::Bitmap,
        "2.8.7",
        Handler::Keyspace(bits::bitpos),
    )
    .flags(F::READONLY)
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Finds the first bit that is set, or that is clear.", "O(N)")
    .history(&[("7.0.0", "Added the `BYTE|BIT` option.")])
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("bit", Kind::Integer),
        Arg::block(
            "range",
            &[
                Arg::new("start", Kind::Integer),
                Arg::block("end-unit-block", &[Arg::new("end", Kind::Integer), UNIT]).optional(),
            ],
        )
        .optional(),
    ]),
    Spec::new(
        "getbit",
        3,
        Group::Bitmap,
        "2.2.0",
        Handler::Keyspace(bits::getbit),
    )
    .flags(F::READONLY.union(F::FAST))
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(1, K::RO.union(K::ACCESS))])
    .doc("Returns a bit of a string.", "O(1)")
    .arguments(&[Arg::key("key", 0), Arg::new("offset", Kind::Integer)]),
    Spec::new(
        "setbit",
        4,
        Group::Bitmap,
        "2.2.0",
        Handler::Keyspace(bits::setbit),
    )
    .flags(F::WRITE.union(F::DENYOOM))
    .acl(A::BITMAP)
    .keys_at(&[KeySpec::one(1, K::RW.union(K::ACCESS).union(K::UPDATE))])
    .doc(
        "Sets or clears a bit of a string, creating the key if needed.",
        "O(1)",
    )
    .arguments(&[
        Arg::key("key", 0),
        Arg::new("offset", Kind::Integer),
        Arg::new("value", Kind::Integer),
    ]),
];
