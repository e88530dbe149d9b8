//! What a picture was made with, stored and read back.

use crate::tiles::tile;
use tessera_core::{DatasetVersion, ScaleLimit};
use tessera_pca::{
    Basis, BasisParts, Mapping, Moments, Pca, PictureBasis, PictureBasisError, Provenance, Stretch,
    StretchMethod,
};

const GOLDEN: &str = concat!(
    r#"{"tessera_basis":2,"dataset":"v1.1-cam","channels":2,"scale_limit":0.5,"basis":{"mean":[0.1,-2.5],"#,
    r#""components":[[0.6,0.8],[0.8,-0.6]],"explained_variance":[4.0,1.0],"explained_variance_ratio":[0.8,0.2],"#,
    r#""deviations":[1.5,0.25]},"shown":[2,1],"stretch":[{"linear":{"low":-1.5,"high":2.25}},{"knots":[-1.0,0.1,3.0]}],"#,
    r#""gamma":1.5,"saturation":1.0,"zones":{"31":[{"knots":[0.0,1.0]},{"knots":[0.0,2.0]}]},"#,
    r#""provenance":{"software":"a test","years":[2024],"pixels":12}}"#,
    "\n"
);

/// The form as it was before: components are shown in their order.
const VERSION_1: &str = concat!(
    r#"{"tessera_basis":1,"dataset":"v1.1-cam","scale_limit":0.5,"basis":{"mean":[0.1,-2.5],"#,
    r#""components":[[0.6,0.8],[0.8,-0.6]],"explained_variance":[4.0,1.0],"explained_variance_ratio":[0.8,0.2],"#,
    r#""deviations":[1.5,0.25]},"stretch":[{"linear":{"low":-1.5,"high":2.25}},{"knots":[-1.0,0.1,3.0]}]}"#,
    "\n"
);

fn sample() -> PictureBasis {
    let basis = Basis::from_parts(BasisParts {
        mean: vec![0.1, -2.5],
        components: vec![vec![0.6, 0.8], vec![0.8, -0.6]],
        explained_variance: vec![4.0, 1.0],
        explained_variance_ratio: vec![0.8, 0.2],
        deviations: Some(vec![1.5, 0.25]),
    });
    let mappings = vec![Mapping::Linear { low: -1.5, high: 2.25 }, Mapping::Knots(vec![-1.0, 0.1, 3.0])];
    let stretch = Stretch::new(mappings).unwrap().gamma(1.5).unwrap();
    let zone = Stretch::new(vec![Mapping::Knots(vec![0.0, 1.0]), Mapping::Knots(vec![0.0, 2.0])]).unwrap();
    let mut provenance = Provenance::default();
    provenance.software = Some("a test".into());
    (provenance.years, provenance.pixels) = (vec![2024], Some(12));
    let (limit, dataset) = (ScaleLimit::new(0.5).unwrap(), DatasetVersion::named("v1.1-cam"));
    let kept = PictureBasis::showing(dataset, limit, basis.unwrap(), vec![1, 0], stretch).unwrap();
    kept.zones([(31, zone)].into()).unwrap().provenance(provenance)
}

fn written(kept: &PictureBasis) -> String {
    let mut json = Vec::new();
    kept.write_json(&mut json).unwrap();
    String::from_utf8(json).unwrap()
}

fn read(text: &str) -> Result<PictureBasis, PictureBasisError> {
    PictureBasis::read_json(text.as_bytes())
}

#[test]
fn the_form_is_as_it_was_described() {
    assert_eq!(written(&sample()), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), sample());
    let unknown = GOLDEN.replace("\"v1.1-cam\"", "null");
    assert_eq!(read(&unknown).unwrap().dataset(), &DatasetVersion::Unknown);
    assert_eq!(written(&read(&unknown).unwrap()), unknown);
}

#[test]
fn the_form_before_is_read() {
    let (old, new) = (read(VERSION_1).unwrap(), sample());
    assert_eq!(
        (old.basis(), old.dataset(), old.scale_limit()),
        (new.basis(), new.dataset(), new.scale_limit())
    );
    assert_eq!(old.stretch().mappings(), new.stretch().mappings());
    assert_eq!((old.shown(), old.stretch().gamma_and_saturation()), (&[0, 1][..], (1.0, 1.0)));
    assert!(read(&VERSION_1.replace("{\"tess", "{\"shown\":[1],\"tess")).is_err());
}

#[test]
fn a_zone_has_its_own_stretch_and_the_gamma_of_all() {
    let kept = sample();
    assert_eq!(kept.stretch_of(Some(30)), kept.stretch());
    let zone = kept.stretch_of(Some(31));
    assert_eq!(zone.mappings()[1], Mapping::Knots(vec![0.0, 2.0]));
    assert_eq!(zone.gamma_and_saturation(), (1.5, 1.0));
    assert_eq!(kept.colours().explained_variance().to_vec(), [1.0, 4.0]);
}

#[test]
fn a_picture_is_made_again_to_the_last_bit() {
    let (tile, limit) = (tile(60, 70, 128, 5), ScaleLimit::default());
    for (method, standardize) in [(StretchMethod::default(), false), (StretchMethod::Equalize, true)] {
        let moments = Moments::of_view(&tile.view(), limit).unwrap();
        let basis = Pca::params(3).standardize(standardize).fit(&moments).unwrap();
        let projected = basis.transform(&tile.view(), limit).unwrap();
        let stretch = Stretch::fit(projected.view(), method).unwrap();
        let picture = stretch.apply(projected.view()).unwrap();
        let kept = PictureBasis::new(DatasetVersion::Unknown, limit, basis, stretch).unwrap();
        let again = read(&written(&kept)).unwrap();
        assert_eq!(again, kept);
        let projected = again.basis().transform(&tile.view(), again.scale_limit()).unwrap();
        assert_eq!(again.stretch().apply(projected.view()).unwrap(), picture);
    }
}

#[test]
fn another_version_is_refused_whatever_else_it_holds() {
    for (version, got) in [("3", "3"), ("0", "0"), ("1.5", "1.5"), ("\"1\"", "\"1\""), ("-1", "-1")] {
        for text in [
            GOLDEN.replace("basis\":2", &format!("basis\":{version}")),
            format!("{{\"colours\":[],\"tessera_basis\":{version}}}"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(matches!(&error, PictureBasisError::Version { got: told } if told == got), "{error}");
        }
    }
    for text in ["{}", "{\"tessera_basis\":null}", "{\"mean\":[]}"] {
        let error = read(text).unwrap_err();
        assert!(error.to_string().contains("is missing: expected 1"), "{error}");
    }
}

#[test]
fn what_is_no_basis_is_refused() {
    let spoilt = [
        // Members that are unknown, missing, or there twice.
        ("\"scale_limit\":0.5", "\"scale_limit\":0.5,\"comment\":\"mine\"", "unknown field `comment`"),
        ("\"mean\":", "\"median\":[],\"mean\":", "unknown field `median`"),
        ("\"low\":-1.5", "\"low\":-1.5,\"mid\":0.0", "unknown field `mid`"),
        ("{\"knots\":", "{\"steps\":", "unknown variant `steps`"),
        ("\"dataset\":\"v1.1-cam\",", "", "missing field `dataset`"),
        ("\"scale_limit\":0.5,", "", "missing field `scale_limit`"),
        ("\"dataset\"", "\"dataset\":null,\"dataset\"", "duplicate field `dataset`"),
        // Lists of another length.
        ("\"mean\":[0.1,-2.5]", "\"mean\":[0.1]", "expected 1"),
        ("[0.8,-0.6]", "[0.8]", "component: 1 numbers, expected 2"),
        (",[0.8,-0.6]", "", "explained variance: 2 numbers, expected 1"),
        ("[1.5,0.25]", "[1.5]", "deviations: 1 numbers, expected 2"),
        (",{\"knots\":[-1.0,0.1,3.0]}", "", "a stretch of 1 mappings for 2 components"),
        ("[-1.0,0.1,3.0]", "[-1.0]", "fewer than two knots"),
        // Numbers that are none, not finite, or in the wrong order.
        ("[0.6,0.8]", "[0.6,1e400]", "number out of range"),
        ("[0.6,0.8]", "[0.6,NaN]", "expected value"),
        ("[0.6,0.8]", "[0.6,null]", "invalid type: null"),
        ("[1.5,0.25]", "[1.5,0.0]", "deviations: a number"),
        ("\"high\":2.25", "\"high\":-2.25", "not finite and ascending"),
        ("\"high\":2.25", "\"high\":1e300", "number out of range"),
        ("[-1.0,0.1,3.0]", "[3.0,0.1,-1.0]", "not finite and ascending"),
        ("\"scale_limit\":0.5", "\"scale_limit\":0.0", "a scale limit of 0"),
        ("\"scale_limit\":0.5", "\"scale_limit\":-1", "a scale limit of -1"),
        ("\"scale_limit\":0.5", "\"scale_limit\":1e300", "number out of range"),
        ("\"dataset\":\"v1.1-cam\"", "\"dataset\":1", "invalid type: integer"),
        // Not JSON.
        ("{\"tessera", "[\"tessera", "not the basis"),
        ("}}\n", "}", "EOF"),
        ("}}\n", "}}\n{}", "trailing characters"),
        // What is new in version 2.
        ("\"channels\":2", "\"channels\":3", "3 channels beside a mean of 2"),
        ("\"shown\":[2,1]", "\"shown\":[2,3]", "component 3 of a basis of 2"),
        ("\"shown\":[2,1]", "\"shown\":[2,0]", "component 0 of a basis of 2"),
        ("\"shown\":[2,1]", "\"shown\":[]", "no component was chosen"),
        ("\"shown\":[2,1]", "\"shown\":[1]", "a stretch of 2 mappings for 1 components"),
        ("\"gamma\":1.5", "\"gamma\":0", "a gamma of 0"),
        ("\"saturation\":1.0", "\"saturation\":-1", "a saturation of -1"),
        ("\"31\":[{\"knots\":[0.0,1.0]},", "\"31\":[", "a stretch of 1 mappings"),
        ("\"31\":", "\"61\":", "a stretch of UTM zone 61"),
        ("\"31\":", "\"x\":", "invalid"),
        ("\"pixels\":12", "\"pixels\":-12", "invalid value"),
    ];
    for (good, bad, says) in spoilt {
        let text = GOLDEN.replacen(good, bad, 1);
        assert_ne!(text, GOLDEN, "{good}");
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{bad}: {error}");
    }
    for text in
        ["", "null", "1", "\"tessera_basis\"", "[1]", "{\"tessera_basis\":1}", "{\"tessera_basis\":2}"]
    {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn an_endless_or_broken_input_ends() {
    let endless = std::io::repeat(b' ');
    assert!(matches!(PictureBasis::read_json(endless), Err(PictureBasisError::TooLong)));
    let padded = format!("{}{GOLDEN}", " ".repeat((4 << 20) - GOLDEN.len()));
    assert_eq!(read(&padded).unwrap(), sample());
    assert!(matches!(read(&format!(" {padded}")), Err(PictureBasisError::TooLong)));
    let deep = format!("{{\"tessera_basis\":{}", "[".repeat(500_000));
    assert!(matches!(read(&deep), Err(PictureBasisError::Json { .. })));
    let folder = std::fs::File::open(std::env::temp_dir());
    if let Ok(folder) = folder {
        assert!(matches!(PictureBasis::read_json(folder), Err(PictureBasisError::Read { .. })));
    }
    assert!(sample().write_json(&mut [0_u8; 10][..]).is_err());
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let (basis, limit) = (sample().basis().clone(), sample().scale_limit());
    let three = Stretch::new(vec![Mapping::Linear { low: 0.0, high: 1.0 }; 3]).unwrap();
    let error = PictureBasis::new(DatasetVersion::Unknown, limit, basis.clone(), three).unwrap_err();
    assert!(matches!(error, PictureBasisError::Mappings { got: 3, expected: 2 }));
    let all = ScaleLimit::new(f32::INFINITY).unwrap();
    let error = PictureBasis::new(DatasetVersion::Unknown, all, basis, sample().stretch().clone());
    assert!(matches!(error, Err(PictureBasisError::ScaleLimit { .. })));
}
