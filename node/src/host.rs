//! What reading redis.conf asks of the world: included files, the working directory, known commands.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use shoal_config::Host;

use crate::listen::system_text;

/// The real world.
pub(crate) struct World;

impl Host for World {
    fn read(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| system_text(&error));
        if !path.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
            return read(Path::new(std::ffi::OsStr::from_bytes(path)));
        }
        // No match is no error, so that an empty conf.d directory can be included.
        let pattern = String::from_utf8_lossy(path);
        let mut text = Vec::new();
        for path in glob::glob(&pattern)
            .map_err(|error| error.to_string())?
            .flatten()
        {
            text.extend(read(&path)?);
            text.push(b'\n');
        }
        Ok(text)
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<Vec<u8>, String> {
        std::env::set_current_dir(Path::new(std::ffi::OsStr::from_bytes(path)))
            .map_err(|error| system_text(&error))?;
        Ok(working_dir())
    }

    fn knows_command(&self, name: &[u8]) -> bool {
        shoal_keyspace::command::lookup(name).is_some()
    }
}

/// The directory we are in.
pub(crate) fn working_dir() -> Vec<u8> {
    std::env::current_dir()
        .unwrap_or_default()
        .into_os_string()
        .into_vec()
}
