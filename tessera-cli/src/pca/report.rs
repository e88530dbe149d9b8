//! What is told of pictures.

use serde_json::{Value, json};

use super::PcaArgs;
use super::asked::Shown;
use crate::colouring::percentages;
use crate::raster::{self, Painted};
use crate::report::Report;

pub(super) fn tell(args: &PcaArgs, shown: &Shown, painted: &Painted, report: &Report) {
    let (kept, basis) = (&painted.basis, painted.basis.basis());
    let files = painted.json();
    let mut text = String::new();
    if files.len() > 1 {
        text += &raster::several(files.len());
    }
    text += &painted.text();
    text += &match &args.with_basis {
        Some(path) => format!("\nin the colours of {}", path.display()),
        None => format!("\nexplained variance: {}", percentages(kept.colours())),
    };
    let mut json = json!({
        "output": args.output, "files": files, "counts": painted.counts(),
        "basis": args.basis, "with_basis": args.with_basis,
        "shown": kept.shown().iter().map(|at| at + 1).collect::<Vec<_>>(),
        "mean": basis.mean().to_vec(),
        "components": basis.components().outer_iter().map(|row| row.to_vec()).collect::<Vec<_>>(),
        "explained_variance": basis.explained_variance().to_vec(),
        "explained_variance_ratio": basis.explained_variance_ratio().to_vec(),
    });
    if let Some((rows, cols)) = painted.shape() {
        json["rows"] = json!(rows);
        json["cols"] = json!(cols);
    }
    if let (Value::Object(all), Value::Object(own)) = (&mut json, shown.json()) {
        all.extend(own);
    }
    report.result(&text, &json);
}
