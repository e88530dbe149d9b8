//! Which channels of an embedding.

use std::ops::Range;

/// A choice of channels, in the order in which they are wanted.
///
/// ```
/// use tessera_core::Channels;
///
/// assert_eq!(Channels::All.resolve(128)?.len(), 128);
/// assert_eq!(Channels::from(0..3).resolve(128)?, [0, 1, 2]);
/// assert_eq!(Channels::from(vec![7, 0]).resolve(128)?, [7, 0]);
/// assert!(Channels::from(vec![128]).resolve(128).is_err());
/// # Ok::<(), tessera_core::ChannelsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Channels {
    /// All that there are.
    #[default]
    All,
    /// A run of neighbouring channels.
    Range(Range<usize>),
    /// A list in any order; a channel may stand in it twice.
    List(Vec<usize>),
}

/// A choice of channels that a source does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelsError {
    /// A channel beyond the last.
    #[error("channel {got} does not exist: the source has channels 0..{channels}")]
    Missing {
        /// The channel asked for.
        got: usize,
        /// How many there are.
        channels: usize,
    },
    /// No channel at all.
    #[error("no channel was asked for: expected at least one")]
    Empty,
}

impl Channels {
    /// The channel numbers, of a source that has `channels`.
    ///
    /// # Errors
    /// Where one does not exist, or there are none.
    pub fn resolve(&self, channels: usize) -> Result<Vec<usize>, ChannelsError> {
        let range = self.as_range(channels);
        if let Some(range) = &range
            && range.end > channels
        {
            return Err(ChannelsError::Missing { got: range.end - 1, channels });
        }
        let list = match (range, self) {
            (Some(range), _) => range.collect(),
            (None, Self::List(list)) => list.clone(),
            (None, _) => Vec::new(),
        };
        if list.is_empty() {
            return Err(ChannelsError::Empty);
        }
        match list.iter().find(|&&c| c >= channels) {
            Some(&got) => Err(ChannelsError::Missing { got, channels }),
            None => Ok(list),
        }
    }

    /// The choice as a run of neighbouring channels, where it is one.
    #[must_use]
    pub fn as_range(&self, channels: usize) -> Option<Range<usize>> {
        match self {
            Self::All => Some(0..channels),
            Self::Range(range) => Some(range.clone()),
            Self::List(list) => {
                let first = *list.first()?;
                list.iter().enumerate().all(|(i, &c)| c.checked_sub(i) == Some(first)).then_some(())?;
                Some(first..first.checked_add(list.len())?)
            }
        }
    }
}

impl From<Range<usize>> for Channels {
    fn from(range: Range<usize>) -> Self {
        Self::Range(range)
    }
}

impl From<Vec<usize>> for Channels {
    fn from(list: Vec<usize>) -> Self {
        Self::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_recognized() {
        assert_eq!(Channels::from(vec![3, 4, 5]).as_range(128), Some(3..6));
        assert_eq!(Channels::from(vec![3, 5]).as_range(128), None);
        assert_eq!(Channels::from(vec![5, 4]).as_range(128), None);
        assert_eq!(Channels::from(vec![5]).as_range(128), Some(5..6));
    }

    #[test]
    fn impossible_choices_are_refused_before_anything_is_allocated() {
        assert_eq!(
            Channels::from(0..usize::MAX).resolve(4),
            Err(ChannelsError::Missing { got: usize::MAX - 1, channels: 4 })
        );
        assert_eq!(Channels::from(3..3).resolve(4), Err(ChannelsError::Empty));
        assert_eq!(Channels::from(vec![]).resolve(4), Err(ChannelsError::Empty));
        assert_eq!(Channels::All.resolve(0), Err(ChannelsError::Empty));
        assert_eq!(Channels::from(vec![usize::MAX]).as_range(4), None);
    }
}
