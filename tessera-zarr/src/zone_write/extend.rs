//! Zones and years added to a store.

use serde_json::to_string_pretty;
use tessera_core::{ByteStore, Year};

use crate::puts::{place, with_puts};
use crate::target::is_root;
use crate::zone_write::lock::Lock;
use crate::zone_write::metadata::{documents, group_name};
use crate::zone_write::skeleton::{check, write_array, write_zone};
use crate::zone_write::{arrays, parsed};
use crate::{ZoneSpec, ZoneStoreError, ZoneWriter};

impl ZoneWriter {
    /// Adds zones and years; what is there already stays as it is. A new year comes last on the time axis, whichever it
    /// is, so that no shard changes its address.
    ///
    /// In a folder a lock lets one process at a time do so. Elsewhere there is none: extend a store from one place at a
    /// time. Two who do so at once are told, unless they come within a moment of each other.
    ///
    /// # Errors
    /// A zone that does not exist, or where the system refuses. Then readers see the store as it was.
    pub fn extend(
        &mut self,
        zones: impl IntoIterator<Item = u8>,
        years: impl IntoIterator<Item = Year>,
    ) -> Result<(), ZoneStoreError> {
        let _one = match self.build.lock() {
            Some(path) => Some(Lock::wait(&path).map_err(ZoneStoreError::io(path.display().to_string()))?),
            None => None,
        };
        // Another process may have extended it since it was opened.
        (self.spec, self.attributes) = parsed::spec_of(&self.store)?;
        let old = self.spec.clone();
        let mut spec = old.clone().zones(zones);
        for year in years {
            if !spec.years.contains(&year) {
                spec.years.push(year);
            }
        }
        check(&spec)?;
        let writing = self.writing(true).map_err(ZoneStoreError::io(self.build.store().name()))?;
        let store = &*writing.store;
        for &zone in spec.zones.iter().filter(|zone| !old.zones.contains(zone)) {
            remove_all(store, &group_name(zone))?;
        }
        let mut root = None;
        with_puts(store, |puts| {
            let time = arrays::time(spec.years.len())?;
            for &zone in &spec.zones {
                if old.zones.contains(&zone) {
                    write_array(puts, &spec, zone, &time)?;
                } else {
                    write_zone(puts, &spec, zone)?;
                }
            }
            for (name, document) in documents(&spec, Some(&self.attributes))? {
                let text = to_string_pretty(&document)
                    .map_err(|error| ZoneStoreError::Metadata { why: error.to_string() })?;
                if is_root(&name) {
                    root = Some((name, text));
                } else {
                    puts.put(name, text.as_bytes())?;
                }
            }
            Ok::<_, ZoneStoreError>(())
        })?;
        // The document of the root comes last: until then it tells what is there.
        if let Some((name, text)) = root {
            self.check_is(&old)?;
            store.put(&name, text.as_bytes()).map_err(ZoneStoreError::io(place(store, &name)))?;
        }
        self.check_is(&spec)?;
        self.spec = spec;
        Ok(())
    }

    /// Whether the store, as it is now, has these zones and years and no others.
    fn check_is(&self, spec: &ZoneSpec) -> Result<(), ZoneStoreError> {
        let (now, _) = parsed::spec_of(&self.store)?;
        if (&now.zones, &now.years) == (&spec.zones, &spec.years) {
            Ok(())
        } else {
            Err(ZoneStoreError::Disturbed { name: self.name() })
        }
    }
}

/// Removes what an extension that was killed left of a zone: no document of the root tells of it.
fn remove_all(store: &dyn ByteStore, group: &str) -> Result<(), ZoneStoreError> {
    let left = match store.walk(group) {
        Ok(left) => left,
        // Where nothing can be listed, what is written anew takes its place all the same.
        Err(error) if error.kind() == std::io::ErrorKind::Unsupported => return Ok(()),
        Err(cause) => return Err(ZoneStoreError::Io { object: place(store, group), cause }),
    };
    for (name, _) in left {
        store.remove(&name).map_err(ZoneStoreError::io(place(store, &name)))?;
    }
    Ok(())
}
