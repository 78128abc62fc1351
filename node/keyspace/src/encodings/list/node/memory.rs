//! Where the elements of a node lie in its memory: who is moved when something grows or shrinks.

use super::Node;
use crate::encodings::list::End;

/// The smallest piece of memory that is worth having free room in.
const ROOM_MIN: usize = 64;

impl Node {
    /// Gives all free room back, unless there is little.
    pub(in crate::encodings::list) fn fit(&mut self) {
        let len = self.row().len();
        if self.memory.len() - len > len / 8 {
            *self = Self::whole(self.row().into(), self.count, self.plain);
        }
    }

    /// Gives room back where most of it is free.
    #[inline]
    pub(super) fn give_back(&mut self) {
        let (len, capacity) = (self.end - self.start, self.memory.len());
        if capacity > ROOM_MIN && len < capacity / 4 {
            self.settle(capacity / 2, (capacity / 2 - len) / 2);
        }
    }

    /// Makes `new` bytes out of the `old` ones at an offset, and returns them to be written.
    #[inline]
    pub(super) fn reshape(&mut self, at: usize, old: usize, new: usize) -> &mut [u8] {
        let (before, behind) = (at, self.end - self.start - at - old);
        match self.side_for(before, behind, new.saturating_sub(old)) {
            End::Left => {
                let start = self.start + old - new;
                let moving = self.start..self.start + before;
                self.memory.copy_within(moving, start);
                self.start = start;
            }
            End::Right => {
                let moving = self.end - behind..self.end;
                let to = self.start + at + new;
                self.memory.copy_within(moving, to);
                self.end = to + behind;
            }
        }
        let from = self.start + at;
        self.memory.get_mut(from..from + new).unwrap_or_default()
    }

    /// The side that is to be moved outwards by `more` bytes, with room for it.
    #[inline]
    fn side_for(&mut self, before: usize, behind: usize, more: usize) -> End {
        let (left, right) = (self.start, self.memory.len() - self.end);
        let in_the_middle = before.min(behind) > 0;
        let (side, room, other, other_room) = if before <= behind {
            (End::Left, left, End::Right, right)
        } else {
            (End::Right, right, End::Left, left)
        };
        if room >= more {
            side
        } else if in_the_middle && other_room >= more {
            other
        } else {
            self.make_room(side, more, other_room > 0);
            side
        }
    }

    /// Moves to where `more` bytes are free on a side; on both, if both are used.
    fn make_room(&mut self, side: End, more: usize, both: bool) {
        /// Nodes of the usual limit fill their memory, all others keep some of it free.
        const USUAL: usize = 8192;
        let len = self.end - self.start;
        let needed = len + more;
        let ample = (needed + needed / 8).next_power_of_two();
        let capacity = if needed <= USUAL {
            ample.clamp(ROOM_MIN, USUAL)
        } else {
            ample
        };
        let free = capacity - len;
        let on_side = if both { more.max(free / 2) } else { free };
        let in_front = match side {
            End::Left => on_side,
            End::Right => free - on_side,
        };
        self.settle(capacity, in_front);
    }

    /// Moves to new memory with so much room in front.
    fn settle(&mut self, capacity: usize, in_front: usize) {
        let len = self.end - self.start;
        let mut memory = vec![0; capacity].into_boxed_slice();
        if let Some(place) = memory.get_mut(in_front..in_front + len) {
            place.copy_from_slice(self.row());
        }
        self.memory = memory;
        self.start = in_front;
        self.end = in_front + len;
    }
}
