use super::encoded::{DEPTH, Encoded, year};
use crate::{
    Answer, Channels, Crs, MemoryBudget, Quantized, Query, QueryError, RasterGrid, Region, ScaleLimit, patch,
    points,
};

fn query(text: &str) -> Query {
    Query::new(text.parse::<Region>().unwrap(), year(2024))
}

#[test]
fn an_unknown_year_tells_the_years() {
    let zones = Encoded::all();
    let of = |year| Query::new("0,50,0.001,50.001".parse::<Region>().unwrap(), year);
    let grid = RasterGrid::new(Crs::LonLat, (0.0, 50.0), (0.001, 0.001), 1, 1).unwrap();
    for error in [
        of(year(2019)).native(&zones).unwrap_err(),
        of(year(2019)).nearest(&zones, grid).unwrap_err(),
        of(year(2019)).mean(&zones, grid).unwrap_err(),
        points(&zones, year(2019), &[(0.0, 0.0)], &Channels::All, ScaleLimit::default()).unwrap_err(),
        patch(&zones, year(2019), (0.0, 0.0), 3, &Channels::All, MemoryBudget::default()).unwrap_err(),
    ] {
        assert_eq!(error.to_string(), "encoded has nothing of 2019: it has 2023–2024");
    }
}

#[test]
fn an_empty_area_tells_the_boxes() {
    let zones = Encoded::all().without(31);
    let error = query("1,50,1.001,50.001").native(&zones).unwrap_err();
    assert_eq!(
        error.to_string(),
        "encoded has nothing of 2024 in 1,50,1.001,50.001: it has the box -180,-90,180,89.5 of that year; its years \
         are 2023–2024"
    );
    let grid = RasterGrid::new(Crs::LonLat, (1.0, 50.0), (0.001, 0.001), 1, 1).unwrap();
    assert!(matches!(query("1,50,1,50").nearest(&zones, grid), Err(QueryError::Nothing { .. })));
    assert!(matches!(query("1,50,1,50").mean(&zones, grid), Err(QueryError::Nothing { .. })));
    let square = patch(&zones, year(2024), (1.0, 50.0), 3, &Channels::All, MemoryBudget::default());
    assert!(matches!(square, Err(QueryError::Nothing { .. })));
    // Across the antimeridian the message says where.
    let zones = zones.without(60).without(1);
    let grid = RasterGrid::new(Crs::LonLat, (179.0, 0.0), (1.0, 1.0), 1, 2).unwrap();
    let error = query("179,-1,-179,0").nearest(&zones, grid).unwrap_err();
    assert!(error.to_string().contains("in 179,-1,-179,0:"), "{error}");
}

#[test]
fn missing_channels_tell_what_there_is() {
    let zones = Encoded::all();
    let error = query("1,50,1.001,50.001").channels((2..DEPTH + 1).into()).native(&zones).unwrap_err();
    assert_eq!(error.to_string(), "encoded zone 31: channel 4 does not exist: the source has channels 0..4");
    assert!(
        points(&zones, year(2024), &[(0.0, 0.0)], &Channels::from(9..10), ScaleLimit::default()).is_err()
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let zones = Encoded::all();
    let part = &query("0,40,6,60").native(&zones).unwrap()[0];
    let error = part.read(MemoryBudget::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the answer takes 85 GiB of memory, and 512 MiB are allowed: read it by strips"),
        "{error}"
    );
    let error = part.strips(MemoryBudget::from_bytes(1000).unwrap()).unwrap_err();
    assert!(matches!(error, QueryError::RowTooLarge { .. }), "{error}");
    let rows = part.grid().rows();
    for range in [0..rows + 1, rows + 1..rows + 2, std::ops::Range { start: 5, end: 4 }] {
        assert!(matches!(part.read_rows_into(range, &mut Quantized::empty()), Err(QueryError::Rows { .. })));
    }
    let huge = RasterGrid::new(Crs::LonLat, (0.0, 50.0), (1e-9, 1e-9), 1 << 26, 1 << 26).unwrap();
    let query = query("0,49,1,50").channels((0..1).into());
    let nearest = query.nearest(&zones, huge).unwrap();
    assert!(matches!(nearest.read(MemoryBudget::default()), Err(QueryError::TooLarge { .. })));
    let mean = query.mean(&zones, huge).unwrap();
    assert!(matches!(
        mean.strip_rows(MemoryBudget::from_mib(16).unwrap()),
        Err(QueryError::RowTooLarge { .. })
    ));
    for size in [0, usize::MAX] {
        let error =
            patch(&zones, year(2024), (0.0, 0.0), size, &Channels::All, MemoryBudget::default()).unwrap_err();
        assert!(matches!(error, QueryError::Grid(_)), "{error}");
    }
    let error =
        patch(&zones, year(2024), (0.0, 0.0), 1 << 20, &Channels::All, MemoryBudget::default()).unwrap_err();
    assert!(matches!(error, QueryError::TooLarge { .. }), "{error}");
    assert!(matches!(
        patch(&zones, year(2024), (0.0, 91.0), 3, &Channels::All, MemoryBudget::default()),
        Err(QueryError::Point { .. })
    ));
}
