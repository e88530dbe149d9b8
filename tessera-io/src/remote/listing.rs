//! Names of objects.

use std::collections::BTreeSet;
use std::io;

use http::Method;
use http::response::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use tessera_core::Stamp;

use super::RemoteTrouble;
use super::call::Call;
use super::failure::Failure;
use super::objects::Objects;
use super::put::done;
use super::versions::unquoted;
use crate::remote_url::is_plain;

/// A page of a listing (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>).
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Page {
    contents: Vec<Entry>,
    common_prefixes: Vec<Prefix>,
    next_continuation_token: Option<String>,
    is_truncated: bool,
    encoding_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    key: String,
    #[serde(default)]
    size: u64,
    #[serde(rename = "ETag", default)]
    tag: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Prefix {
    prefix: String,
}

impl Page {
    fn of(parts: &Parts, body: &[u8]) -> Result<Self, Failure> {
        done(parts, body)?;
        let wrong = |what: String| Failure::answer(what, parts.status);
        let mut page: Self = quick_xml::de::from_reader(body).map_err(|error| wrong(error.to_string()))?;
        if page.is_truncated && page.next_continuation_token.is_none() {
            return Err(wrong("a page that is not the last, without a way to the next".into()));
        }
        // Names may have letters that XML has not; not all servers know to encode them.
        if page.encoding_type.take().is_some_and(|encoding| encoding == "url") {
            let names = page.contents.iter_mut().map(|entry| &mut entry.key);
            for name in names.chain(page.common_prefixes.iter_mut().map(|prefix| &mut prefix.prefix)) {
                // As of a form, says the protocol.
                let spaced = name.replace('+', " ");
                *name = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
            }
        }
        Ok(page)
    }
}

impl Objects {
    /// What lies directly in a folder.
    pub(super) async fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = BTreeSet::new();
        self.pages(folder, true, |_, rest, _| {
            let name = rest.strip_suffix('/').unwrap_or(rest);
            if is_plain(name) && !name.contains('/') {
                names.insert(name.to_owned());
            }
        })
        .await?;
        Ok(names.into_iter().collect())
    }

    /// All objects in a folder and below it.
    pub(super) async fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        let mut found = Vec::new();
        self.pages(folder, false, |folder, rest, entry| {
            // What ends with a slash stands for a folder, in the eyes of those who put it there.
            if let Some(entry) = entry.filter(|_| is_plain(rest)) {
                let stamp = Stamp { bytes: entry.size, version: unquoted(&entry.tag).to_owned() };
                found.push((format!("{folder}{rest}"), stamp));
            }
        })
        .await?;
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    /// Goes through the pages of a listing: `take` gets the folder with a slash, what follows it in a name, and the entry,
    /// where the name is an object's.
    async fn pages(
        &self,
        folder: &str,
        only_directly: bool,
        mut take: impl FnMut(&str, &str, Option<&Entry>),
    ) -> io::Result<()> {
        if !folder.is_empty() {
            self.check(folder)?;
        }
        let target = &self.line.target;
        let about = target.about(folder);
        let with_slash = |name: &str| if name.is_empty() { String::new() } else { format!("{name}/") };
        let (folder, prefix) = (with_slash(folder), with_slash(target.url.join(folder).path()));
        let mut token: Option<String> = None;
        loop {
            let mut query = vec![("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix.as_str())];
            if only_directly {
                query.push(("delimiter", "/"));
            }
            if let Some(token) = &token {
                query.push(("continuation-token", token));
            }
            let Some(url) = target.bucket_url(&query) else {
                let what = "a web server does not tell the names of what it has".to_owned();
                return Err(Failure::of(RemoteTrouble::Unsupported(what)).error(&about, "list", 0));
            };
            let call = Call::new(Method::GET, url, "list", about.clone());
            let (page, _) = self.line.ask(&call, Page::of).await?;
            for entry in &page.contents {
                if let Some(rest) = entry.key.strip_prefix(&prefix) {
                    take(&folder, rest, Some(entry));
                }
            }
            for below in &page.common_prefixes {
                if let Some(rest) = below.prefix.strip_prefix(&prefix) {
                    take(&folder, rest, None);
                }
            }
            if !page.is_truncated {
                return Ok(());
            }
            // The same way twice leads nowhere.
            if page.next_continuation_token == token {
                let failure = Failure::of(RemoteTrouble::Answer("the same page again".into()));
                return Err(failure.error(&about, "list", 1));
            }
            token = page.next_continuation_token;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Result<Page, Failure> {
        Page::of(&http::Response::new(()).into_parts().0, body.as_bytes())
    }

    #[test]
    fn pages_are_read() {
        let page = page(
            r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
            <Contents><Key>a%20b+c%2Bd</Key><Size>12</Size><ETag>&quot;t&quot;</ETag></Contents>
            <CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes>
            <Contents><Key>e</Key><LastModified>x</LastModified></Contents><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><NextContinuationToken>n</NextContinuationToken></ListBucketResult>"#,
        )
        .unwrap();
        assert_eq!((page.contents[0].key.as_str(), page.contents[0].size), ("a b c+d", 12));
        assert_eq!((unquoted(&page.contents[0].tag), page.contents.len()), ("t", 2));
        assert_eq!((page.common_prefixes[0].prefix.as_str(), page.is_truncated), ("x/", true));
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for body in [
            "no xml",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
            "<ListBucketResult><Contents>",
        ] {
            assert!(page(body).is_err(), "{body}");
        }
    }
}
