//! `tessera zone extend`.

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::Year;
use tessera_io::Location;

use super::{create, lists};
use crate::report::Report;

/// Add zones and years to a store; what is there stays as it is.
#[derive(Debug, Args)]
pub(super) struct ExtendArgs {
    /// The store
    store: Location,

    /// UTM zones to add, as in 30,31
    #[arg(long, value_name = "N,M", value_parser = lists::zones)]
    zones: Option<std::vec::Vec<u8>>,

    /// Years to add, as in 2025 or 2025-2026; they come last on the time axis
    #[arg(long, value_name = "A-B", value_parser = lists::years)]
    years: Option<std::vec::Vec<Year>>,
}

pub(super) fn run(args: &ExtendArgs, report: &Report) -> Result<()> {
    if args.zones.is_none() && args.years.is_none() {
        bail!("nothing to add: say --zones, --years or both");
    }
    let mut store = super::writer(&args.store)?;
    let (zones, years) = (args.zones.iter().flatten().copied(), args.years.iter().flatten().copied());
    store.extend(zones, years)?;
    create::tell(&store, report);
    Ok(())
}
