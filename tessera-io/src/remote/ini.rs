//! The profile files of AWS.

use std::collections::HashMap;

/// The sections of a profile file
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>): names with their settings. A setting below
/// another one is called by both, as `s3.addressing_style`. Names are in small letters.
pub(super) type Sections = HashMap<String, HashMap<String, String>>;

/// Reads one; the number of a line, and what was expected there, where it is none.
pub(super) fn parse(text: &str) -> Result<Sections, (usize, &'static str)> {
    let mut sections = Sections::new();
    let mut section: Option<&mut HashMap<String, String>> = None;
    let mut above: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let wrong = |expected| Err((at + 1, expected));
        let below = line.starts_with([' ', '\t']);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let Some((name, after)) = rest.split_once(']') else {
                return wrong("] after the name of the section");
            };
            if !after.trim().is_empty() && !after.trim_start().starts_with(['#', ';']) {
                return wrong("nothing after the name of the section");
            }
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            section = Some(sections.entry(name).or_default());
            above = None;
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { return wrong("name = value") };
        let Some(section) = section.as_deref_mut() else { return wrong("[the name of a section] first") };
        let (name, value) = (name.trim().to_ascii_lowercase(), without_comment(value).trim());
        if name.is_empty() {
            return wrong("a name before =");
        }
        match &above {
            Some(above) if below => section.insert(format!("{above}.{name}"), value.to_owned()),
            _ => {
                above = value.is_empty().then(|| name.clone());
                section.insert(name, value.to_owned())
            }
        };
    }
    Ok(sections)
}

/// A comment begins after a blank: a secret may well have `#` in it.
fn without_comment(value: &str) -> &str {
    let starts = [" #", " ;", "\t#", "\t;"].iter().filter_map(|start| value.find(start)).min();
    &value[..starts.unwrap_or(value.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read() {
        let text = "# mine\n[default]\naws_access_key_id = A#B\nAWS_SECRET_ACCESS_KEY=x/y=z ; not this\n\n\
                    [profile  two ] # second\ns3 =\n  addressing_style = path\n\tmax_queue = 9\nregion = eu-west-2\r\n\
                    [services mine]\ns3 =\n endpoint_url = http://127.0.0.1:9000\n";
        let sections = parse(text).unwrap();
        assert_eq!(sections["default"]["aws_access_key_id"], "A#B");
        assert_eq!(sections["default"]["aws_secret_access_key"], "x/y=z");
        assert_eq!(sections["profile two"]["s3.addressing_style"], "path");
        assert_eq!(sections["profile two"]["region"], "eu-west-2");
        assert_eq!(sections["services mine"]["s3.endpoint_url"], "http://127.0.0.1:9000");
    }

    #[test]
    fn what_is_none_is_told_with_its_line() {
        for (text, line) in [("a = b", 1), ("[x]\nab", 2), ("[x\n", 1), ("\n\n[x] y", 3), ("[x]\n = y", 2)] {
            assert_eq!(parse(text).unwrap_err().0, line, "{text:?}");
        }
    }
}
