//! The whole file, and what must hold between its lines.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use shoal_slots::{Epoch, NodeId, SlotSet};

use super::error::{NodesConfError, NodesConfErrorKind as Kind};
use super::tokens::{Token, tokens};
use super::{NodeLine, NodesConf};
use crate::wire::NodeFlags;

impl NodesConf {
    /// Reads a nodes.conf.
    ///
    /// # Errors
    /// [`NodesConfError`] tells the first line that is wrong. An empty file is an error too
    /// ([`Kind::Empty`]): only the caller knows whether this node has lived before.
    pub fn parse(text: &str) -> Result<Self, NodesConfError> {
        let last_line = text.lines().count().max(1);
        let whole_file = |kind| NodesConfError {
            line: last_line,
            column: None,
            kind,
        };
        if text.trim_ascii().is_empty() {
            return Err(whole_file(Kind::Empty));
        }
        let reader = Reader::read(text)?;
        if !text.ends_with('\n') {
            return Err(whole_file(Kind::Unfinished));
        }
        let Some((_, current_epoch, last_vote_epoch)) = reader.vars else {
            return Err(whole_file(Kind::NoVars));
        };
        if reader.myself.is_none() {
            return Err(whole_file(Kind::NoMyself));
        }
        Ok(Self {
            nodes: reader.nodes,
            current_epoch,
            last_vote_epoch,
        })
    }
}

/// Reads the answer to CLUSTER NODES.
///
/// # Errors
/// As [`NodesConf::parse`], but nothing is missed at the end.
pub fn parse_nodes(text: &str) -> Result<Vec<NodeLine>, NodesConfError> {
    Reader::read(text).map(|reader| reader.nodes)
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    nodes: Vec<NodeLine>,
    /// In which line each node stands.
    lines: BTreeMap<NodeId, usize>,
    /// In which line `myself` stands.
    myself: Option<usize>,
    /// Line, current epoch, epoch of the last vote.
    vars: Option<(usize, Epoch, Epoch)>,
    /// Slots that have an owner.
    taken: SlotSet,
}

impl Reader {
    fn read(text: &str) -> Result<Self, NodesConfError> {
        let mut reader = Self::default();
        for (index, line) in text.lines().enumerate() {
            reader.read_line(line, index + 1)?;
        }
        Ok(reader)
    }

    fn read_line(&mut self, text: &str, number: usize) -> Result<(), NodesConfError> {
        let mut pieces = tokens(text, number);
        match pieces.next() {
            None => Ok(()),
            Some(first) if first.text == "vars" => self.read_vars(first, pieces, number),
            Some(id) => self.read_node(text, id, number),
        }
    }

    /// Pairs of names and numbers; names that we do not know are skipped.
    fn read_vars<'a>(
        &mut self,
        word: Token<'a>,
        mut pieces: impl Iterator<Item = Token<'a>>,
        number: usize,
    ) -> Result<(), NodesConfError> {
        if let Some((first, ..)) = self.vars {
            return Err(word.error(Kind::SecondVars { first }));
        }
        let (mut current, mut last_vote) = (None, None);
        while let Some(name) = pieces.next() {
            let value = pieces
                .next()
                .ok_or_else(|| name.error(Kind::VarWithoutValue))?;
            match name.text {
                "currentEpoch" => current = Some(Epoch(value.number()?)),
                "lastVoteEpoch" => last_vote = Some(Epoch(value.number()?)),
                _ => {}
            }
        }
        let (Some(current), Some(last_vote)) = (current, last_vote) else {
            return Err(word.error(Kind::NoVars));
        };
        self.vars = Some((number, current, last_vote));
        Ok(())
    }

    fn read_node(
        &mut self,
        text: &str,
        id: Token<'_>,
        number: usize,
    ) -> Result<(), NodesConfError> {
        let node = NodeLine::parse(text, number)?;
        if let Some(first) = self.lines.insert(node.id, number) {
            return Err(id.error(Kind::SecondLine { first }));
        }
        if node.flags.contains(NodeFlags::MYSELF)
            && let Some(first) = self.myself.replace(number)
        {
            return Err(id.error(Kind::SecondMyself { first }));
        }
        if let Some(slot) = self.taken.intersection(&node.slots).first() {
            let kind = Kind::SlotTaken { slot: slot.get() };
            return Err(NodesConfError {
                line: number,
                column: None,
                kind,
            });
        }
        self.taken.union_with(&node.slots);
        self.nodes.push(node);
        Ok(())
    }
}
