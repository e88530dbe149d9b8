//! Our item of the example's tile says what the example says.

use serde_json::Value;
use tessera_stac::Site;

use crate::support;

fn example() -> Option<Value> {
    let path = support::shared("stac-examples")?.join("item.json");
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

/// Numbers as JSON Schema sees them: 10 and 10.0 are the same.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[test]
fn the_item_is_the_example() {
    let Some(expected) = example() else { return };
    let site = Site::folder("/data/catalogue").unwrap().storage(support::bucket());
    let item = serde_json::to_value(support::example().item_in(&site).unwrap()).unwrap();
    for (key, expected) in expected.as_object().unwrap() {
        assert!(same(&item[key], expected), "{key}:\n{:#}\nexpected\n{expected:#}", item[key]);
    }
    assert_eq!(item.as_object().unwrap().len(), expected.as_object().unwrap().len());
}
