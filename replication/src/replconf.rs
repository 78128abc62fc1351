//! `REPLCONF`, the replica's side talk: who it is, what it can read, how far it has come.

use alloc::string::String;
use alloc::vec::Vec;

use shoal_resp::write_command;
use shoal_slots::ReplOffset;

use crate::error::PsyncRefusal;
use crate::psync::signed;

/// What a snapshot for this receiver leaves out (`REPLCONF rdb-filter-only`).
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum SnapshotFilter {
    /// Nothing.
    #[default]
    Everything,
    /// All but function libraries.
    FunctionsOnly,
    /// All.
    Nothing,
}

/// One option of a `REPLCONF` command.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ReplconfOption {
    /// `listening-port`
    ListeningPort(u16),
    /// `ip-address`
    IpAddress(String),
    /// `capa eof`: payloads of unknown length are understood.
    CapaEof,
    /// `capa psync2`: `+CONTINUE` may carry an id.
    CapaPsync2,
    /// `capa` with something else: ignored.
    CapaOther,
    /// `ack`: the processed offset.
    Ack(ReplOffset),
    /// `fack`: the offset that is on the replica's disk.
    FsyncedAck(ReplOffset),
    /// `getack`: meant for replicas.
    GetAck,
    /// `rdb-only`: close after the snapshot.
    SnapshotOnly(bool),
    /// `rdb-filter-only`
    Filter(SnapshotFilter),
    /// `version` of the replica.
    Version(String),
}

impl ReplconfOption {
    /// Reads one pair of arguments.
    ///
    /// # Errors
    /// The [`PsyncRefusal`] to answer with.
    pub fn parse(name: &[u8], value: &[u8]) -> Result<Self, PsyncRefusal> {
        let mut lower = [0u8; 16];
        let name_text = match lower.get_mut(..name.len()) {
            Some(room) => {
                room.copy_from_slice(name);
                room.make_ascii_lowercase();
                &*room
            }
            None => name,
        };
        match name_text {
            b"listening-port" => number(value)
                .and_then(|port| u16::try_from(port).map_err(|_| PsyncRefusal::NotANumber))
                .map(Self::ListeningPort),
            b"ip-address" if value.len() < 256 => Ok(Self::IpAddress(lossy(value))),
            b"ip-address" => Err(PsyncRefusal::AddressTooLong(value.len())),
            b"capa" if value.eq_ignore_ascii_case(b"eof") => Ok(Self::CapaEof),
            b"capa" if value.eq_ignore_ascii_case(b"psync2") => Ok(Self::CapaPsync2),
            b"capa" => Ok(Self::CapaOther),
            b"ack" => number(value).map(position).map(Self::Ack),
            b"fack" => number(value).map(position).map(Self::FsyncedAck),
            b"getack" => Ok(Self::GetAck),
            b"rdb-only" => match number(value)? {
                0 => Ok(Self::SnapshotOnly(false)),
                1 => Ok(Self::SnapshotOnly(true)),
                _ => Err(PsyncRefusal::NotABoolean),
            },
            b"rdb-filter-only" => filter(value).map(Self::Filter),
            b"version" => Ok(Self::Version(lossy(value))),
            _ => Err(PsyncRefusal::UnknownOption(lossy(name))),
        }
    }
}

/// Writes `REPLCONF ACK <offset> [FACK <offset>]`.
pub(crate) fn write_ack(out: &mut Vec<u8>, offset: ReplOffset, fsynced: Option<ReplOffset>) {
    let (mut number, mut fsynced_number) = (itoa::Buffer::new(), itoa::Buffer::new());
    let offset = number.format(offset.0).as_bytes();
    match fsynced {
        Some(fsynced) => {
            let fsynced = fsynced_number.format(fsynced.0).as_bytes();
            write_command(out, &[b"REPLCONF", b"ACK", offset, b"FACK", fsynced]);
        }
        None => write_command(out, &[b"REPLCONF", b"ACK", offset]),
    }
}

/// Words separated by blanks; only `functions` is known, and no word at all means "nothing".
fn filter(value: &[u8]) -> Result<SnapshotFilter, PsyncRefusal> {
    let mut filter = SnapshotFilter::Nothing;
    for word in value
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
    {
        if !word.eq_ignore_ascii_case(b"functions") {
            return Err(PsyncRefusal::UnknownFilter(lossy(word)));
        }
        filter = SnapshotFilter::FunctionsOnly;
    }
    Ok(filter)
}

fn number(value: &[u8]) -> Result<i64, PsyncRefusal> {
    signed(value).ok_or(PsyncRefusal::NotANumber)
}

/// A replica that knows no offset acknowledges −1, which counts as nothing.
fn position(number: i64) -> ReplOffset {
    ReplOffset(u64::try_from(number).unwrap_or(0))
}

fn lossy(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}
