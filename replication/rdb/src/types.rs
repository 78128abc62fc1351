//! The numbers of the format: value types and opcodes, by name.

use core::fmt;

/// The first version with a checksum.
pub(crate) const VERSION_WITH_CHECKSUM: u16 = 5;
/// The newest version that is read (Redis 7.2, Valkey 8).
pub const VERSION_MAX: u16 = 11;

pub(crate) mod opcode {
    //! Bytes that stand where a value type could.
    pub(crate) const EOF: u8 = 0xff;
    pub(crate) const SELECT_DB: u8 = 0xfe;
    pub(crate) const EXPIRE_SECS: u8 = 0xfd;
    pub(crate) const EXPIRE_MS: u8 = 0xfc;
    pub(crate) const RESIZE_DB: u8 = 0xfb;
    pub(crate) const AUX: u8 = 0xfa;
    pub(crate) const FREQ: u8 = 0xf9;
    pub(crate) const IDLE: u8 = 0xf8;
    pub(crate) const MODULE_AUX: u8 = 0xf7;
    pub(crate) const FUNCTION_PRE_RELEASE: u8 = 0xf6;
    pub(crate) const FUNCTION: u8 = 0xf5;
}

macro_rules! value_types {
    ($($name:ident = $id:literal, $text:literal;)*) => {
        /// How a value is written: its type and the layout of its content.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[allow(missing_docs)] // The texts below say what each is.
        #[non_exhaustive]
        pub enum ValueType {
            $($name,)*
        }

        impl ValueType {
            /// The type with this number, if it exists in the versions that are read.
            #[must_use]
            pub const fn from_id(id: u8) -> Option<Self> {
                match id {
                    $($id => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The number in the file.
            #[must_use]
            pub const fn id(self) -> u8 {
                match self {
                    $(Self::$name => $id,)*
                }
            }
        }

        impl fmt::Display for ValueType {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

value_types! {
    String = 0, "string";
    List = 1, "list";
    Set = 2, "set";
    ZsetText = 3, "sorted set with text scores";
    Hash = 4, "hash";
    Zset = 5, "sorted set";
    ModuleOld = 6, "module value without opcodes";
    Module = 7, "module value";
    HashZipmap = 9, "hash zipmap";
    ListZiplist = 10, "list ziplist";
    SetIntset = 11, "set intset";
    ZsetZiplist = 12, "sorted set ziplist";
    HashZiplist = 13, "hash ziplist";
    ListQuicklist = 14, "list quicklist";
    Stream = 15, "stream";
    HashListpack = 16, "hash listpack";
    ZsetListpack = 17, "sorted set listpack";
    ListQuicklist2 = 18, "list quicklist 2";
    Stream2 = 19, "stream 2";
    SetListpack = 20, "set listpack";
    Stream3 = 21, "stream 3";
}
