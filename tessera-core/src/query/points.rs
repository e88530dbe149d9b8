//! The pixels of single points.

use ndarray::{Array2, Axis};

use super::QueryError;
use super::opened::{Opened, check_year};
use crate::area::longitude::{normal, strip, zone_of};
use crate::{
    Area, Channels, PixelStatus, Quantized, Region, ScaleLimit, ScalesView, UtmProjection, UtmZone, Year,
    Zones,
};

/// What there is at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PointStatus {
    /// An embedding.
    Valid,
    /// Water, which has no embedding.
    Water,
    /// No data where there could be some.
    NoData,
    /// Outside of all that there is of the year: of its zones, of its boxes ([`Zones::boxes`]), of the grid of its
    /// zone.
    Outside,
}

impl PointStatus {
    /// As it is written in tables: `valid`, `water`, `nodata` or `outside`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Water => "water",
            Self::NoData => "nodata",
            Self::Outside => "outside",
        }
    }
}

/// The pixels of single points, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct PointValues {
    pixels: Quantized,
    status: Vec<PointStatus>,
    limit: ScaleLimit,
}

impl PointValues {
    /// What there is at each point.
    #[must_use]
    pub fn status(&self) -> &[PointStatus] {
        &self.status
    }

    /// The pixels as they are, (points, 1, channels) with their scales; values of 0 and a scale of +inf where there is
    /// none.
    #[must_use]
    pub fn quantized(&self) -> &Quantized {
        &self.pixels
    }

    /// The vectors, (points, channels); NaN where they are not valid.
    #[must_use]
    pub fn values(&self) -> Array2<f32> {
        self.pixels.view().dequantize(self.limit).index_axis_move(Axis(1), 0)
    }
}

/// The pixels that contain some points, given as longitude and latitude in degrees.
///
/// Points are read together that lie together, whatever their order. Longitude 180 is −180.
///
/// # Errors
/// A year or channels that are not there, a point that is not on Earth (the error tells which), or whatever reading
/// meets.
///
/// ```
/// use ndarray::{Array2, Array3};
/// use tessera_core::{
///     Channels, DatasetVersion, MemoryZones, PixelGrid, PointStatus, Quantized, ScaleLimit, Scales, Year, points,
/// };
///
/// let (grid, year) = (PixelGrid::of_tile("grid_0.15_52.05".parse()?)?, Year::new(2024)?);
/// let shape = (grid.rows(), grid.cols());
/// let pixels = Array3::from_elem((shape.0, shape.1, 4), 50);
/// let pixels = Quantized::new(pixels, Scales::Pixel(Array2::from_elem(shape, 0.5)))?;
/// let zones = MemoryZones::new(DatasetVersion::Unknown).with(year, grid, pixels)?;
///
/// let at = [(0.15, 52.05), (100.0, 0.0)];
/// let found = points(&zones, year, &at, &Channels::from(0..2), ScaleLimit::default())?;
/// assert_eq!(found.status(), [PointStatus::Valid, PointStatus::Outside]);
/// assert_eq!(found.values().row(0).to_vec(), [25.0, 25.0]);
/// assert!(found.values()[(1, 0)].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn points(
    zones: &dyn Zones,
    year: Year,
    at: &[(f64, f64)],
    channels: &Channels,
    limit: ScaleLimit,
) -> Result<PointValues, QueryError> {
    let on_earth = |lon: f64, lat: f64| (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
    if let Some(index) = at.iter().position(|&(lon, lat)| !on_earth(lon, lat)) {
        let (lon, lat) = at[index];
        return Err(QueryError::Point { index, lon, lat });
    }
    check_year(zones, year)?;
    let mut by_zone = vec![Vec::new(); 60];
    for (index, &(lon, _)) in at.iter().enumerate() {
        by_zone[usize::from(zone_of(lon)) - 1].push(index);
    }
    let mut open = Vec::new();
    for (number, group) in (1..).zip(by_zone).filter(|(_, group)| !group.is_empty()) {
        // The whole zone is asked for, so that what is said of a point does not depend on the others.
        open.extend(
            Opened::open(zones, number, year, &strip_of(number), channels)?.map(|zone| (zone, group)),
        );
    }
    let depth = match open.first() {
        Some((zone, _)) => zone.depth,
        None => {
            let years = zones.years();
            if !years.contains(&year) {
                return Err(QueryError::Year { name: zones.name(), year, years });
            }
            depth_of(zones, year, channels)?
        }
    };
    if let Some((zone, _)) = open.iter().find(|(zone, _)| zone.depth != depth) {
        let name = zone.source.name();
        return Err(QueryError::Depth { name, zone: zone.number, got: zone.depth, expected: depth });
    }
    if at.len().checked_mul(depth).is_none_or(|values| isize::try_from(values).is_err()) {
        return Err(QueryError::Unaddressable { rows: at.len(), cols: 1, channels: depth });
    }
    let (mut pixels, mut status) = (Quantized::empty(), vec![PointStatus::Outside; at.len()]);
    let (mut data, scales) = pixels.reset(at.len(), 1, depth);
    data.fill(0);
    scales.fill(f32::INFINITY);
    if let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) {
        for (zone, group) in open {
            let utm = UtmProjection::new(zone.grid.zone())?;
            let (places, wanted) = pixels_at(&zone, &utm, at, group);
            read(&zone, &places, &wanted, limit, (data, scales, &mut status))?;
        }
    }
    if status.contains(&PointStatus::NoData) {
        let boxes = zones.boxes(year);
        for (&(lon, lat), status) in at.iter().zip(&mut status) {
            if *status == PointStatus::NoData && !boxes.iter().any(|own| own.contains(lon, lat)) {
                *status = PointStatus::Outside;
            }
        }
    }
    Ok(PointValues { pixels, status, limit })
}

/// Reads the pixels of a zone and tells their status.
fn read(
    zone: &Opened<'_>,
    places: &[usize],
    wanted: &[(usize, usize)],
    limit: ScaleLimit,
    (data, scales, status): (&mut [i8], &mut [f32], &mut [PointStatus]),
) -> Result<(), QueryError> {
    /// Pixels that are fetched at a time: what they take does not matter beside the answer.
    const AT_ONCE: usize = 1 << 17;
    let mut part = Quantized::empty();
    for (places, wanted) in places.chunks(AT_ONCE).zip(wanted.chunks(AT_ONCE)) {
        zone.read_pixels_into(wanted, &mut part)?;
        scatter(&part, places, zone.depth, data, scales);
        if let ScalesView::Pixel(own) = part.view().scales() {
            for (&place, &scale) in places.iter().zip(own) {
                status[place] = match PixelStatus::of(scale, limit) {
                    PixelStatus::Valid => PointStatus::Valid,
                    PixelStatus::Water => PointStatus::Water,
                    PixelStatus::NoData => PointStatus::NoData,
                };
            }
        }
    }
    Ok(())
}

/// The pixels of those points that lie on the grid of their zone, in the order of the grid's squares, so that pieces of
/// the list are pieces of the Earth.
fn pixels_at(
    zone: &Opened<'_>,
    utm: &UtmProjection,
    at: &[(f64, f64)],
    group: Vec<usize>,
) -> (Vec<usize>, Vec<(usize, usize)>) {
    let find = |index: usize| {
        let (lon, lat) = at[index];
        Some((index, zone.grid.pixel_at_lon_lat(utm, normal(lon), lat)?))
    };
    #[cfg(feature = "rayon")]
    let mut found: Vec<_> = {
        use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
        group.into_par_iter().with_min_len(256).filter_map(find).collect()
    };
    #[cfg(not(feature = "rayon"))]
    let mut found: Vec<_> = group.into_iter().filter_map(find).collect();
    found.sort_unstable_by_key(|&(index, (row, col))| (row / 256, col / 256, index));
    found.into_iter().unzip()
}

/// How many channels are asked for, where none of the points has a zone: as any other zone says.
fn depth_of(zones: &dyn Zones, year: Year, channels: &Channels) -> Result<usize, QueryError> {
    for number in zones.boxes(year).into_iter().flat_map(|own| Area::from(own).zones()) {
        if let Some(zone) = Opened::open(zones, number, year, &strip_of(number), channels)? {
            return Ok(zone.depth);
        }
    }
    Ok(channels.resolve(crate::CHANNELS).map_or(crate::CHANNELS, |list| list.len()))
}

fn strip_of(number: u8) -> Region {
    let (west, east) = strip(number);
    Region::new(west, -90.0, east, 90.0).unwrap_or(Region::WORLD)
}

/// The zone of a point, with its hemisphere.
pub(super) fn utm_zone_of(lon: f64, lat: f64) -> UtmZone {
    UtmZone::containing(normal(lon), lat)
}

/// Puts single pixels where they belong.
fn scatter(part: &Quantized, places: &[usize], depth: usize, data: &mut [i8], scales: &mut [f32]) {
    let view = part.view();
    let ScalesView::Pixel(own) = view.scales() else { return };
    for ((&place, pixel), &scale) in places.iter().zip(view.data().outer_iter()).zip(own) {
        let to = &mut data[place * depth..(place + 1) * depth];
        to.iter_mut().zip(&pixel).for_each(|(to, from)| *to = *from);
        scales[place] = scale;
    }
}
