//! Items, collections and catalogues, through the public API.

#[cfg(test)]
mod catalog;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod example;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod index;
#[cfg(test)]
mod item_places;
#[cfg(test)]
mod items;
#[cfg(test)]
mod listed;
#[cfg(test)]
mod map_grid;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod pictured;
#[cfg(test)]
mod published;
#[cfg(test)]
mod pyramids;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod support;
#[cfg(test)]
mod update;
#[cfg(test)]
mod validate;
