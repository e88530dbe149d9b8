//! Channels as they are typed.

use tessera_core::{Channels, ChannelsError};

/// Channels as in `0-15`, `0,3,7` or `8-11,0`, in the order in which they are wanted.
pub(crate) fn parse(text: &str) -> Result<Channels, String> {
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        if first > last {
            return Err(format!("{part:?} runs backwards: expected the smaller number first"));
        }
        for channel in first..=last {
            if all.contains(&channel) {
                return Err(format!("channel {channel} is named twice: expected each once"));
            }
            all.push(channel);
        }
    }
    Ok(all.into())
}

/// The number of a channel. No dataset has as many as can be typed.
fn number(text: &str) -> Result<usize, String> {
    const MOST: usize = 4095;
    match text.trim().parse() {
        Ok(number) if number <= MOST => Ok(number),
        _ => Err(format!("{text:?} is not a channel: expected 0 to {MOST}, as in 0-15 or 0,3,7")),
    }
}

/// The numbers of the channels of an answer, which has `depth` of them.
pub(crate) fn numbers(channels: &Channels, depth: usize) -> Result<Vec<usize>, ChannelsError> {
    match channels {
        Channels::List(list) => Ok(list.clone()),
        other => other.resolve(depth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_lists_in_the_order_that_is_typed() {
        let list = |text: &str| numbers(&parse(text).unwrap(), 0).unwrap();
        assert_eq!(list("0-3"), [0, 1, 2, 3]);
        assert_eq!(list("7, 0,3"), [7, 0, 3]);
        assert_eq!(list("8-9,0"), [8, 9, 0]);
        assert_eq!(numbers(&Channels::All, 3).unwrap(), [0, 1, 2]);
    }

    #[test]
    fn refuses_what_is_not_a_list() {
        for text in ["", "a", "3-1", "0,,1", "-1", "0-", "1,1", "0-3,2", "0-99999999999", "1.5"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
