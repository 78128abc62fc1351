//! Files that must survive a power cut: written aside, synced, renamed, and the directory synced.
//!
//! nodes.conf is also locked, because two nodes on one file would share an identity. Redis' lock stays on the
//! inode that the first save replaces, and protects nothing after it; ours moves to each new file before that
//! file becomes visible.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// nodes.conf, locked for as long as this lives.
#[derive(Debug)]
pub(crate) struct NodesFile {
    path: PathBuf,
    /// Holds the lock.
    locked: File,
}

/// Why nodes.conf cannot be used. `Display` is what Redis logs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NodesFileError {
    /// Another process has it.
    #[error(
        "Sorry, the cluster configuration file {0} is already used by a different Redis Cluster node. \
         Please make sure that different nodes use different cluster configuration files."
    )]
    InUse(String),
    /// It cannot be locked.
    #[error("Impossible to lock {0}: {1}")]
    Lock(String, io::Error),
    /// It cannot be opened.
    #[error("Can't open {0} in order to acquire a lock: {1}")]
    Open(String, io::Error),
    /// It cannot be read.
    #[error("Loading the cluster node config from {0}: {1}")]
    Read(String, io::Error),
}

impl NodesFile {
    /// Opens (or makes) and locks the file; answers its text, `None` if it is empty.
    pub(crate) fn open(path: &str) -> Result<(Self, Option<String>), NodesFileError> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let mut file = opened.map_err(|error| NodesFileError::Open(path.into(), error))?;
        lock(&file).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => NodesFileError::InUse(path.into()),
            _ => NodesFileError::Lock(path.into(), error),
        })?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| NodesFileError::Read(path.into(), error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok((
            Self {
                path: path.into(),
                locked: file,
            },
            (!text.is_empty()).then_some(text),
        ))
    }

    /// Replaces the content.
    pub(crate) fn save(&mut self, text: &str, sync: bool) -> io::Result<()> {
        self.locked = replace(&self.path, text.as_bytes(), sync, true)?;
        Ok(())
    }
}

fn lock(file: &File) -> io::Result<()> {
    flock(file, FlockOperation::NonBlockingLockExclusive).map_err(io::Error::from)
}

/// Replaces a file's content: either the old or the new one is there, whatever happens in between.
pub(crate) fn replace(path: &Path, content: &[u8], sync: bool, locked: bool) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(
        ".tmp-{}-{}",
        std::process::id(),
        crate::clock::unix_micros() / 1000
    ));
    let aside = PathBuf::from(name);
    let written = write_aside(&aside, path, content, sync, locked);
    if written.is_err() {
        // What is left of a failed attempt is of no use to anybody.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

fn write_aside(
    aside: &Path,
    path: &Path,
    content: &[u8],
    sync: bool,
    locked: bool,
) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(aside)?;
    file.set_permissions(Permissions::from_mode(0o644))?;
    if locked {
        lock(&file)?;
    }
    file.write_all(content)?;
    if sync {
        file.sync_all()?;
    }
    std::fs::rename(aside, path)?;
    if sync {
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_outlives_a_save() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory
            .path()
            .join("nodes.conf")
            .to_string_lossy()
            .into_owned();
        let (mut file, text) = NodesFile::open(&path).unwrap();
        assert_eq!(text, None);
        file.save("vars currentEpoch 0 lastVoteEpoch 0\n", true)
            .unwrap();
        assert!(matches!(
            NodesFile::open(&path),
            Err(NodesFileError::InUse(_))
        ));
        drop(file);
        let (_file, text) = NodesFile::open(&path).unwrap();
        assert_eq!(
            text.as_deref(),
            Some("vars currentEpoch 0 lastVoteEpoch 0\n")
        );
        assert_eq!(
            std::fs::read_dir(directory.path()).unwrap().count(),
            1,
            "nothing is left beside the file"
        );
    }

    #[test]
    fn a_failed_save_leaves_the_old_file() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("gone/nodes.conf");
        assert!(replace(&missing, b"x", true, false).is_err());
    }
}
