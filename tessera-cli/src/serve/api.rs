//! The STAC API: answers from the index of the catalogue, without a file of an item.

mod bbox;
mod body;
mod cells;
mod collections;
mod geometry;
mod interval;
mod landing;
mod page;
mod parameters;
mod places;
mod problem;
mod search;
mod token;

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::{Map, Value, json};
use tessera_stac::{CatalogIndex, YearIndex};
use tokio::task::spawn_blocking;

use super::answer::document;
use super::item_name::item_name;
use super::media::{GEOJSON, JSON};
use super::served::Served;
use landing::OPENAPI;
use page::Page;
use places::Places;
use problem::Problem;
use search::Search;

/// What the API can be asked, for programs.
const DESCRIPTION: &[u8] = include_bytes!("api/openapi.json");

type Answer = std::result::Result<Response, Problem>;

/// The addresses of the API.
pub(super) fn routes() -> Router<Arc<Served>> {
    Router::new()
        .route("/api", get(landing))
        .route("/api/", get(landing))
        .route("/api/conformance", get(conformance))
        .route("/api/openapi.json", get(description))
        .route("/api/collections", get(collections))
        .route("/api/collections/{collection}", get(collection))
        .route("/api/collections/{collection}/items", get(items))
        .route("/api/collections/{collection}/items/{item}", get(item))
        .route("/api/search", get(search).post(search_body))
        .route("/api/{*rest}", any(nothing))
        .method_not_allowed_fallback(wrong_method)
}

/// What is needed to answer.
struct Api {
    index: Arc<CatalogIndex>,
    places: Places,
}

/// Runs what reads files, or goes through many tiles, where nobody else has to wait for it. An error that is no [`Problem`]
/// is one of the server.
async fn work<T, F>(served: Arc<Served>, headers: HeaderMap, job: F) -> std::result::Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce(&Api) -> Result<T> + Send + 'static,
{
    let job = move || {
        let no_index =
            || Problem::not_found("the catalogue has no index: tessera catalog build makes one that has");
        let index = served.index().ok_or_else(no_index)?;
        let done = Places::new(&served, &headers).and_then(|places| job(&Api { index, places }));
        done.map_err(|cause| {
            cause.downcast().unwrap_or_else(|cause| {
                let elsewhere = served.blames_store(&cause);
                served.complain(&cause.context("cannot answer"));
                if elsewhere { Problem::elsewhere() } else { Problem::internal() }
            })
        })
    };
    spawn_blocking(job).await.unwrap_or_else(|_| Err(Problem::internal()))
}

fn bytes(media_type: &'static str, bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, media_type)], bytes).into_response()
}

async fn landing(State(served): State<Arc<Served>>, headers: HeaderMap) -> Answer {
    let said = work(served, headers, |api| Ok(landing::landing(&api.index, &api.places))).await?;
    Ok(bytes(JSON, said.to_string().into()))
}

async fn conformance() -> Response {
    bytes(JSON, landing::conformance().to_string().into())
}

async fn description(headers: HeaderMap) -> Response {
    document(&headers, OPENAPI, Bytes::from_static(DESCRIPTION))
}

async fn collections(State(served): State<Arc<Served>>, headers: HeaderMap) -> Answer {
    let all = work(served, headers, |api| collections::collections(&api.index, &api.places)).await?;
    Ok(bytes(JSON, all.to_string().into()))
}

async fn collection(State(served): State<Arc<Served>>, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let job = move |api: &Api| collections::collection(&api.index, find(&api.index, &id)?, &api.places);
    let found = work(served, headers, job).await?;
    Ok(bytes(JSON, found.to_string().into()))
}

async fn items(
    State(served): State<Arc<Served>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = query.unwrap_or_default();
    let mut asked = parameters::of_query(&query)?;
    // Some clients ask for the collection once more.
    let others =
        asked.get("collections").and_then(Value::as_array).is_some_and(|all| !all.contains(&json!(id)));
    asked.insert("collections".to_owned(), if others { json!([]) } else { json!([id]) });
    let job = move |api: &Api| {
        find(&api.index, &id)?;
        let collection = format!("{}/collections/{id}", api.places.api);
        let itself = format!("{collection}/items");
        let parent = json!({"rel": "collection", "type": JSON, "href": collection});
        page(api, &asked, &query, &itself, Some(parent))
    };
    Ok(bytes(GEOJSON, work(served, headers, job).await?))
}

async fn item(
    State(served): State<Arc<Served>>,
    headers: HeaderMap,
    Path((collection, id)): Path<(String, String)>,
) -> Answer {
    let asked = headers.clone();
    let job = move |api: &Api| {
        let year = find(&api.index, &collection)?;
        let tile = item_name(&id).filter(|(_, of)| *of == year.year()).map(|(tile, _)| tile);
        let record = tile.map(|tile| year.record(tile, &api.places.site)).transpose()?.flatten();
        let none = || Problem::not_found(format!("there is no item {id:?} in {collection}"));
        let mut out = Vec::new();
        record.ok_or_else(none)?.write_item_in_api(&api.places.site, &api.places.api, &mut out)?;
        Ok(out)
    };
    let found = work(served, headers, job).await?;
    Ok(document(&asked, GEOJSON, found.into()))
}

async fn search(State(served): State<Arc<Served>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let asked = parameters::of_query(&query)?;
    let job = move |api: &Api| page(api, &asked, &query, &format!("{}/search", api.places.api), None);
    Ok(bytes(GEOJSON, work(served, headers, job).await?))
}

async fn search_body(State(served): State<Arc<Served>>, headers: HeaderMap, body: Body) -> Answer {
    let mut asked = parameters::of_body(&body::read(body).await?)?;
    let job = move |api: &Api| {
        let search = Search::new(&asked)?;
        let page = Page::find(&api.index, &search);
        let mut links = vec![json!({"rel": "root", "type": JSON, "href": api.places.api})];
        if let Some(token) = page.next() {
            asked.insert("token".to_owned(), token.text().into());
            let href = format!("{}/search", api.places.api);
            links
                .push(json!({"rel": "next", "type": GEOJSON, "method": "POST", "href": href, "body": asked}));
        }
        page.write(&api.places, &links)
    };
    Ok(bytes(GEOJSON, work(served, headers, job).await?))
}

/// A page of what a query at an address asks for.
fn page(
    api: &Api,
    asked: &Map<String, Value>,
    query: &str,
    itself: &str,
    parent: Option<Value>,
) -> Result<Vec<u8>> {
    let search = Search::new(asked)?;
    let page = Page::find(&api.index, &search);
    let with = |query: &str| if query.is_empty() { itself.to_owned() } else { format!("{itself}?{query}") };
    let mut links = vec![json!({"rel": "root", "type": JSON, "href": api.places.api})];
    links.extend(parent);
    links.push(json!({"rel": "self", "type": GEOJSON, "href": with(query)}));
    if let Some(token) = page.next() {
        let query = parameters::with_token(query, &token.text())?;
        links.push(json!({"rel": "next", "type": GEOJSON, "method": "GET", "href": with(&query)}));
    }
    page.write(&api.places, &links)
}

fn find<'a>(index: &'a CatalogIndex, id: &str) -> std::result::Result<&'a YearIndex, Problem> {
    let year = index.years().iter().find(|year| year.collection_id() == id);
    year.ok_or_else(|| {
        let known: Vec<_> = index.years().iter().map(YearIndex::collection_id).collect();
        Problem::not_found(format!("there is no collection {id:?}: expected one of {}", known.join(", ")))
    })
}

async fn nothing() -> Problem {
    Problem::not_found("the API has nothing here: its landing page is at /api")
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "expected GET, or POST for a search")
}
