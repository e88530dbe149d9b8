//! GDAL's metadata: an XML text in the tag 42112, as GDAL writes it.

use std::fmt::Write;

use super::GeoTiffSpec;

/// Names of bands, and metadata of the file. Texts are those that [`GeoTiffSpec::check`] lets pass.
pub(super) fn gdal_metadata(spec: &GeoTiffSpec) -> String {
    let mut xml = "<GDALMetadata>\n".to_owned();
    for (name, value) in &spec.metadata {
        // Writing into a String does not fail.
        let _ = writeln!(xml, "  <Item name=\"{}\">{}</Item>", escaped(name), escaped_twice(value));
    }
    for (band, name) in spec.bands.iter().enumerate() {
        let name = escaped_twice(name);
        let _ = writeln!(
            xml,
            "  <Item name=\"DESCRIPTION\" sample=\"{band}\" role=\"description\">{name}</Item>"
        );
    }
    xml + "</GDALMetadata>\n"
}

/// A value: GDAL escapes it before the XML writer does so again, and expects that when it reads.
fn escaped_twice(text: &str) -> String {
    escaped(&escaped(text))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_escaped_as_gdal_does() {
        let spec = GeoTiffSpec {
            epsg: 4326,
            transform: [1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
            rows: 1,
            cols: 1,
            bands: vec!["band_0".to_owned(), "é <&> \"q\" 's'".to_owned()],
            metadata: vec![("a<b&\"c".to_owned(), "c & \"d\" é".to_owned())],
        };
        // What GDAL 3.10 writes for the same texts.
        assert_eq!(
            gdal_metadata(&spec),
            "<GDALMetadata>\n  <Item name=\"a&lt;b&amp;&quot;c\">c &amp;amp; &amp;quot;d&amp;quot; é</Item>\n  \
             <Item name=\"DESCRIPTION\" sample=\"0\" role=\"description\">band_0</Item>\n  \
             <Item name=\"DESCRIPTION\" sample=\"1\" role=\"description\">\
             é &amp;lt;&amp;amp;&amp;gt; &amp;quot;q&amp;quot; 's'</Item>\n</GDALMetadata>\n"
        );
    }
}
