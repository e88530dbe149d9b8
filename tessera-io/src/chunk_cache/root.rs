//! The folder of a cache.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Its lock, and how much is used.
pub(super) const LEDGER: &str = "ledger";
/// The ranges of objects.
pub(super) const OBJECTS: &str = "objects";
/// What is known of objects.
pub(super) const VERSIONS: &str = "versions";
/// Files that are being written.
pub(super) const PARTIAL: &str = "partial";
/// Tells programs that make backups to leave it out: <https://bford.info/cachedir/>.
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # Ranges of TESSERA stores that were read before. All of it may be deleted at any time.\n\
    # See https://bford.info/cachedir/\n";
/// Says that the folder is a cache of ours, and of which format.
const FORMAT: &str = "format";
const FORMAT_TEXT: &str = "tessera chunk cache 1\n";

/// How many files it has itself, in which nothing is kept.
pub(super) const OWN_FILES: u64 = 3;

/// Makes the folder where there is none, and refuses one that is something else.
pub(super) fn prepare(root: &Path) -> io::Result<()> {
    if let Some(above) = root.parent() {
        std::fs::create_dir_all(above)?;
    }
    make_folder(root)?;
    if is_ours(root)? {
        return Ok(());
    }
    // Another process may be at it just now, or one was killed at it.
    let own = [LEDGER, OBJECTS, VERSIONS, PARTIAL, TAG, FORMAT];
    for entry in root.read_dir()? {
        let name = entry?.file_name();
        if !own.iter().any(|own| name == *own) {
            let why = format!(
                "{} has other files in it ({}): expected a folder that is empty, or a cache",
                root.display(),
                name.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
    }
    Ok(())
}

/// Makes what a cache has; what says that it is one comes last. The ledger must be held.
pub(super) fn mark(root: &Path) -> io::Result<()> {
    for folder in [OBJECTS, VERSIONS, PARTIAL] {
        make_folder(&root.join(folder))?;
    }
    if is_ours(root)? {
        return Ok(());
    }
    for (name, text) in [(TAG, TAG_TEXT), (FORMAT, FORMAT_TEXT)] {
        let mut options = OpenOptions::new();
        let mut file = private(options.write(true).create(true).truncate(true)).open(root.join(name))?;
        file.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Whether the folder is a cache already.
fn is_ours(root: &Path) -> io::Result<bool> {
    match std::fs::read(root.join(FORMAT)) {
        Ok(text) if text == FORMAT_TEXT.as_bytes() => Ok(true),
        // Killed while it was written.
        Ok(text) if FORMAT_TEXT.as_bytes().starts_with(&text) => Ok(false),
        Ok(_) => {
            let why =
                format!("{} is a cache of another format: expected {:?}", root.display(), FORMAT_TEXT.trim());
            Err(io::Error::new(io::ErrorKind::Unsupported, why))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a folder, and those above it, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Of files for their owner alone.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
