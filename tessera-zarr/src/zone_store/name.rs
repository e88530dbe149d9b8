//! What the groups of a zone store are called.

use tessera_core::Hemisphere;

/// The name of a group of a UTM zone: `utm31`, which has both hemispheres, or `30N` and `30S`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupName {
    pub(crate) number: u8,
    pub(crate) hemisphere: Option<Hemisphere>,
}

impl GroupName {
    /// The zone that a name stands for; `None` of any other name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (digits, hemisphere) = match name.strip_prefix("utm") {
            Some(digits) => (digits, None),
            None => match name.split_at_checked(name.len().checked_sub(1)?)? {
                (digits, "N") => (digits, Some(Hemisphere::North)),
                (digits, "S") => (digits, Some(Hemisphere::South)),
                _ => return None,
            },
        };
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|number| plain && (1..=60).contains(number))?;
        Some(Self { number, hemisphere })
    }

    /// Every name that a group may have: those of one layout, then those of the other.
    pub(crate) fn all() -> [Vec<String>; 2] {
        let both = (1..=60).map(|number| format!("utm{number:02}"));
        let each =
            (1..=60).flat_map(|number| ["N", "S"].map(|hemisphere| format!("{number:02}{hemisphere}")));
        [both.collect(), each.collect()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_both_layouts_are_zones_and_others_are_not() {
        let all = GroupName::all();
        assert_eq!((all[0].len(), all[1].len()), (60, 120));
        assert!(all.iter().flatten().all(|name| GroupName::parse(name).is_some()));
        let south = GroupName { number: 5, hemisphere: Some(Hemisphere::South) };
        assert_eq!(GroupName::parse("05S"), Some(south));
        for name in
            ["", "N", "utm", "utm00", "utm61", "utm5", "5N", "061N", "utm+1", "31", "31W", "global_rgb", "é"]
        {
            assert_eq!(GroupName::parse(name), None, "{name}");
        }
    }
}
