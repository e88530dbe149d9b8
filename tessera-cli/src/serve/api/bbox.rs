//! The parameter `bbox`.

use serde_json::Value;
use tessera_core::Region;

use super::problem::Problem;

const EXPECTED: &str =
    "[west, south, east, north] or [west, south, low, east, north, high], in degrees and metres";

/// The box of a list of four numbers, or of six with heights, which tiles do not have.
pub(super) fn bbox(value: &Value) -> Result<Region, Problem> {
    let wrong = || Problem::parameter("bbox", value, EXPECTED);
    let numbers: Option<Vec<f64>> = value.as_array().and_then(|all| all.iter().map(Value::as_f64).collect());
    let [west, south, east, north] = match *numbers.ok_or_else(wrong)? {
        [west, south, east, north] => [west, south, east, north],
        [west, south, low, east, north, high] if low <= high => [west, south, east, north],
        _ => return Err(wrong()),
    };
    Region::new(west, south, east, north)
        .map_err(|cause| Problem::parameter("bbox", value, &cause.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn boxes() {
        let region = |w, s, e, n| Region::new(w, s, e, n).unwrap();
        assert_eq!(bbox(&json!([0, 50.5, 1, 51])), Ok(region(0.0, 50.5, 1.0, 51.0)));
        assert_eq!(bbox(&json!([0, 50, -10, 1, 51, 100])), Ok(region(0.0, 50.0, 1.0, 51.0)));
        assert!(bbox(&json!([179, -20, -179, -10])).unwrap().crosses_antimeridian());
        assert!(bbox(&json!([-180, -90, 180, 90])).is_ok());
    }

    #[test]
    fn what_is_no_box() {
        for value in [
            json!([]),
            json!([1, 2, 3]),
            json!([1, 2, 3, 4, 5]),
            json!([0, 50, 100, 1, 51, 10]),
            json!(["0", "50", "1", "51"]),
            json!([0, 51, 1, 50]),
            json!([10, 50, 9, 51]),
            json!([-181, 50, 1, 51]),
            json!([0, 50, 1, 91]),
            json!("0,50,1,51"),
            json!({}),
        ] {
            let problem = bbox(&value).unwrap_err();
            assert!(problem.to_string().starts_with("bbox is "), "{value}");
        }
    }

    proptest! {
        #[test]
        fn numbers_never_panic(numbers in prop::collection::vec(any::<f64>(), 0..8)) {
            let _ = bbox(&json!(numbers));
        }
    }
}
