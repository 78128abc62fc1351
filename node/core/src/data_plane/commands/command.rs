//! `COMMAND …`: the static table, shown.

use shoal_keyspace::command::CommandCommand;

use crate::data_plane::DataPlane;
use crate::data_plane::call::{Call, Flow};

pub(crate) fn run(plane: &mut DataPlane, call: &Call<'_>, _sub: CommandCommand) -> Flow {
    plane.error(call.client, "ERR not built")
}
