//! GeoTIFFs and tables, through the public API and read back from the file system.

#[cfg(test)]
mod bad_geotiff;
#[cfg(test)]
mod geotiff;
#[cfg(test)]
mod layout;
#[cfg(feature = "parquet")]
#[cfg(test)]
mod parquet;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod support;
#[cfg(test)]
mod table;
