//! Moments as serde data, checked on the way in.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Moments;

#[derive(Serialize)]
#[serde(rename = "Moments")]
struct Written<'a> {
    count: u64,
    sum: &'a [f64],
    products: &'a [f64],
}

#[derive(Deserialize)]
#[serde(rename = "Moments", deny_unknown_fields)]
struct Read {
    count: u64,
    sum: Vec<f64>,
    products: Vec<f64>,
}

/// `count`, `sum` and `products`, the lower triangle row by row.
impl Serialize for Moments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (count, sum, products) = (self.count(), self.sum(), self.triangle().entries());
        Written { count, sum, products }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Moments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { count, sum, products } = Read::deserialize(deserializer)?;
        Self::checked(count, sum, products).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn moments_round_trip_as_json_and_are_checked() {
        let moments = Moments::of_rows(array![[1.0, 2.0], [3.0, -7.5]].view()).unwrap();
        let text = serde_json::to_string(&moments).unwrap();
        assert_eq!(text, r#"{"count":2,"sum":[4.0,-5.5],"products":[10.0,-20.5,60.25]}"#);
        assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), moments);
        for (good, bad) in
            [("60.25", "0.25"), (",60.25", ""), ("\"count\":2", "\"count\":0"), ("[4.0,-5.5]", "[]")]
        {
            assert!(serde_json::from_str::<Moments>(&text.replace(good, bad)).is_err(), "{bad}");
        }
    }
}
