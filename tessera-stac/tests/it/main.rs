//! Items, collections and catalogues, through the public API.

#[cfg(test)]
mod catalog;
#[cfg(test)]
mod example;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod items;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod support;
