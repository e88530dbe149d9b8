//! The parameters of a request, of either method, as the members of one object.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::problem::Problem;

/// What a search can be asked for.
const SEARCH: &[&str] = &["limit", "bbox", "datetime", "intersects", "ids", "collections", "token"];
/// What can stand in a query as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b':')
    .remove(b'/');

/// The parameters of a query, in the types that they have in a body.
pub(super) fn of_query(query: &str) -> Result<Map<String, Value>, Problem> {
    let mut asked = Map::new();
    for (name, text) in pairs(query)? {
        let value = match name.as_str() {
            "limit" => text.parse::<i64>().map_or_else(|_| text.clone().into(), Value::from),
            "bbox" => text
                .split(',')
                .map(|number| number.trim().parse::<f64>().map_or_else(|_| number.into(), Value::from))
                .collect(),
            "ids" | "collections" => text.split(',').map(Value::from).collect(),
            "intersects" => serde_json::from_str(&text).unwrap_or_else(|_| text.clone().into()),
            _ => text.clone().into(),
        };
        if asked.insert(name.clone(), value).is_some() {
            return Err(Problem::parameter(&name, "there more than once", "one of it"));
        }
    }
    check(&asked)?;
    Ok(asked)
}

/// The members of the body of a search.
pub(super) fn of_body(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let wrong =
        |got: &str| Problem::parameter("the body", got, "a JSON object, as {\"bbox\": [0, 50, 1, 51]}");
    match serde_json::from_slice(body) {
        Ok(Value::Object(asked)) => {
            check(&asked)?;
            Ok(asked)
        }
        Ok(_) => Err(wrong("JSON, but no object")),
        Err(cause) => Err(wrong(&format!("not JSON ({cause})"))),
    }
}

/// The query again, with another token.
pub(super) fn with_token(query: &str, token: &str) -> Result<String, Problem> {
    let kept = pairs(query)?
        .into_iter()
        .filter(|(name, _)| name != "token")
        .chain([("token".to_owned(), token.to_owned())]);
    let encoded = kept.map(|(name, text)| {
        format!("{}={}", utf8_percent_encode(&name, PLAIN), utf8_percent_encode(&text, PLAIN))
    });
    Ok(encoded.collect::<Vec<_>>().join("&"))
}

/// A filter that is passed over would find what was not asked for.
fn check(asked: &Map<String, Value>) -> Result<(), Problem> {
    match asked.keys().find(|name| !SEARCH.contains(&name.as_str())) {
        Some(name) => Err(Problem::parameter("a parameter", format!("{name:?}"), &SEARCH.join(", "))),
        None => Ok(()),
    }
}

/// The names and values of a query, decoded as those of a form.
fn pairs(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let text = percent_decode_str(&spaced).decode_utf8();
        text.map(String::from).map_err(|_| Problem::parameter("the query", format!("{part:?}"), "UTF-8"))
    };
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, text) = part.split_once('=').unwrap_or((part, ""));
            Ok((decode(name)?, decode(text)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_says_what_a_body_says() {
        let query = "limit=5&bbox=0,50.5,+1,51&ids=a,b&collections=c&datetime=2024-01-01T00%3A00%3A00Z%2F..\
                     &intersects=%7B%22type%22%3A%22Point%22%7D&token=t&";
        let body = json!({
            "limit": 5, "bbox": [0.0, 50.5, 1.0, 51.0], "ids": ["a", "b"], "collections": ["c"],
            "datetime": "2024-01-01T00:00:00Z/..", "intersects": {"type": "Point"}, "token": "t",
        });
        assert_eq!(Value::from(of_query(query).unwrap()), body);
        assert_eq!(Value::from(of_body(body.to_string().as_bytes()).unwrap()), body);
    }

    #[test]
    fn what_is_not_known_is_not_passed_over() {
        for query in ["filter=x", "bbox=0,0,1,1&bbox=0,0,1,1", "limit=%ff"] {
            assert!(of_query(query).is_err(), "{query}");
        }
        for body in ["", "[]", "{", "{\"query\": {}}", "\u{fffd}"] {
            assert!(of_body(body.as_bytes()).is_err(), "{body}");
        }
    }

    proptest! {
        #[test]
        fn the_next_page_is_of_the_same_search(ids in "[a-zé &=%+/#]{0,12}", token in "[a-z_0-9.-]{1,20}") {
            let encoded = utf8_percent_encode(&ids, NON_ALPHANUMERIC);
            let next = with_token(&format!("ids={encoded}&token=old&limit=3"), &token).unwrap();
            let asked = of_query(&next).unwrap();
            prop_assert_eq!(&asked["token"], &json!(token));
            prop_assert_eq!(&asked["ids"], &json!([ids]));
            prop_assert_eq!(asked.len(), 3);
        }

        #[test]
        fn queries_never_panic(query in "\\PC*|[a-z=&%,+0-9]{0,40}") {
            let _ = of_query(&query).map(|_| with_token(&query, "t"));
        }
    }
}
