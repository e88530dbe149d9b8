//! What is known of the objects that are there.

use std::collections::HashMap;
use std::io;

use tessera_core::{ByteRanges, Stamp};

/// What is known of the objects that are there before others are put in their place.
pub(super) enum Known {
    /// None is there.
    Nothing,
    /// These are.
    These(HashMap<String, Stamp>),
    /// The store is asked for each.
    Ask,
}

impl Known {
    /// The objects of a folder, listed.
    pub(super) fn listed(store: &dyn ByteRanges, folder: &str) -> io::Result<Self> {
        Ok(Self::These(store.walk(folder)?.into_iter().collect()))
    }

    /// What is known of one of them.
    pub(super) fn of(&self, object: &str) -> There {
        match self {
            Self::Nothing => There::Nothing,
            Self::These(all) => all.get(object).cloned().map_or(There::Nothing, There::This),
            Self::Ask => There::Ask,
        }
    }

    /// The names of the objects, where they were listed.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        let all = if let Self::These(all) = self { Some(all) } else { None };
        all.into_iter().flat_map(HashMap::keys)
    }
}

/// What is known of an object that may be there.
pub(super) enum There {
    /// None is there.
    Nothing,
    /// This is what the store says of it.
    This(Stamp),
    /// The store is asked.
    Ask,
}

impl There {
    /// What the store says of the object, as far as it can say anything.
    pub(super) fn stamp(&self, store: &dyn ByteRanges, object: &str) -> io::Result<Option<Stamp>> {
        match self {
            Self::Nothing => Ok(None),
            Self::This(stamp) => Ok(Some(stamp.clone())),
            Self::Ask => match store.stamp(object) {
                Err(cause) if cause.kind() == io::ErrorKind::Unsupported => Ok(None),
                found => found,
            },
        }
    }
}

/// The names in a folder of a store; `None` where it does not let anybody list them.
pub(super) fn names_in(store: &dyn ByteRanges, folder: &str) -> io::Result<Option<Vec<String>>> {
    match store.list(folder) {
        Ok(mut names) => {
            // Consoles make an empty object for a folder, whose name ends with a slash.
            names.iter_mut().for_each(|name| name.truncate(name.trim_end_matches('/').len()));
            names.retain(|name| !name.is_empty());
            names.dedup();
            Ok(Some(names))
        }
        Err(cause)
            if matches!(cause.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) =>
        {
            Ok(None)
        }
        Err(cause) => Err(cause),
    }
}
