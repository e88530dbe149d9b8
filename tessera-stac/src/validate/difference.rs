//! Where two JSON values differ.

use serde_json::Value;

/// Characters of a value that are shown.
const SHOWN: usize = 120;

/// The first place where two values differ, with both values there: `links[2].href is "a": expected "b"`. `None` where
/// they are the same.
pub(super) fn difference(got: &Value, expected: &Value) -> Option<String> {
    let mut place = String::new();
    let (got, expected) = first(got, expected, &mut place)?;
    let place = if place.is_empty() { "it" } else { place.trim_start_matches('.') };
    Some(match (got, expected) {
        (Some(got), Some(expected)) => format!("{place} is {}: expected {}", shown(got), shown(expected)),
        (Some(got), None) => format!("{place} is {}: expected none", shown(got)),
        (None, expected) => format!("has no {place}: expected {}", shown(expected.unwrap_or(&Value::Null))),
    })
}

type Both<'a> = (Option<&'a Value>, Option<&'a Value>);

fn first<'a>(got: &'a Value, expected: &'a Value, place: &mut String) -> Option<Both<'a>> {
    let start = place.len();
    match (got, expected) {
        (Value::Object(got), Value::Object(expected)) => {
            let keys = expected.keys().chain(got.keys().filter(|key| !expected.contains_key(*key)));
            for key in keys {
                place.push('.');
                place.push_str(key);
                if let Some(both) = either(got.get(key), expected.get(key), place) {
                    return Some(both);
                }
                place.truncate(start);
            }
            None
        }
        (Value::Array(got), Value::Array(expected)) => {
            for index in 0..got.len().max(expected.len()) {
                place.push_str(&format!("[{index}]"));
                if let Some(both) = either(got.get(index), expected.get(index), place) {
                    return Some(both);
                }
                place.truncate(start);
            }
            None
        }
        _ => (got != expected).then_some((Some(got), Some(expected))),
    }
}

fn either<'a>(got: Option<&'a Value>, expected: Option<&'a Value>, place: &mut String) -> Option<Both<'a>> {
    match (got, expected) {
        (Some(got), Some(expected)) => first(got, expected, place),
        both => Some(both),
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_place_is_named() {
        let one = json!({"a": [1, {"b": "x"}], "c": null});
        assert_eq!(difference(&one, &one), None);
        for (other, text) in [
            (json!({"a": [1, {"b": "y"}], "c": null}), "a[1].b is \"y\": expected \"x\""),
            (json!({"a": [1], "c": null}), "has no a[1]: expected {\"b\":\"x\"}"),
            (json!({"a": [1, {"b": "x"}, 2], "c": null}), "a[2] is 2: expected none"),
            (json!({"a": [1, {"b": "x"}]}), "has no c: expected null"),
            (json!({"a": [1, {"b": "x"}], "c": null, "d": 0}), "d is 0: expected none"),
            (json!([]), "it is []: expected {\"a\":[1,{\"b\":\"x\"}],\"c\":null}"),
        ] {
            assert_eq!(difference(&other, &one).as_deref(), Some(text));
        }
        let long = "é".repeat(300);
        let text = difference(&json!(long), &json!(1)).unwrap();
        assert!(text.contains('…') && text.chars().count() < 160);
    }
}
