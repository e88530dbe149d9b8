use super::*;
use std::fs;

fn filled(path: &Path, count: usize) {
    let ledger = Ledger::open(path).unwrap();
    for n in 0..count {
        ledger.put(&format!("tile {n}"), &[n as u8; 100]).unwrap();
    }
    ledger.sync().unwrap();
}

#[test]
fn a_cut_anywhere_leaves_the_results_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 3);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let left = length.saturating_sub(8) / (16 + 6 + 100);
        if length >= 8 {
            assert_eq!(Ledger::read(&path).unwrap().len(), left);
        }
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.len(), left, "cut at {length}");
        ledger.put("tile 9", b"new").unwrap();
        drop(ledger);
        let ledger = Ledger::read(&path).unwrap();
        assert_eq!((ledger.len(), ledger.get("tile 9").unwrap()), (left + 1, Some(b"new".to_vec())));
    }
}

#[test]
fn zeros_at_the_end_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 2);
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[length - 100..].fill(0);
    bytes.extend([0; 500]);
    fs::write(&path, &bytes).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.keys().unwrap(), ["tile 0"]);
}

#[test]
fn a_damaged_result_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 3);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert!(matches!(ledger.get("tile 0"), Err(LedgerError::Damaged { place: 8, .. })));
    assert_eq!(ledger.get("tile 2").unwrap(), Some(vec![2; 100]));
}

#[test]
fn a_damaged_head_gives_up_nothing_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 3);
    let whole = fs::read(&path).unwrap();
    for at in 0..16 {
        let mut bytes = whole.clone();
        bytes[8 + 122 + at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        for opened in [Ledger::open(&path), Ledger::read(&path)] {
            assert!(matches!(opened, Err(LedgerError::Damaged { place: 130, .. })), "byte {at}");
        }
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_cleared_ledger_is_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 3);
    let ledger = Ledger::open(&path).unwrap();
    ledger.clear().unwrap();
    assert!(ledger.is_empty() && ledger.get("tile 1").unwrap().is_none());
    ledger.put("tile 1", b"again").unwrap();
    drop(ledger);
    let ledger = Ledger::read(&path).unwrap();
    assert_eq!(ledger.keys().unwrap(), ["tile 1"]);
    assert!(matches!(ledger.clear(), Err(LedgerError::ReadOnly { .. })));
}

#[test]
fn the_last_one_wins_and_what_is_removed_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    filled(&path, 3);
    let ledger = Ledger::open(&path).unwrap();
    ledger.put("tile 1", b"again").unwrap();
    ledger.remove("tile 0").unwrap();
    ledger.remove("never there").unwrap();
    let check = |ledger: &Ledger| {
        assert_eq!(ledger.keys().unwrap(), ["tile 2", "tile 1"]);
        assert_eq!(ledger.get("tile 1").unwrap().as_deref(), Some(&b"again"[..]));
        assert_eq!(ledger.get("tile 0").unwrap(), None);
    };
    check(&ledger);
    drop(ledger);
    check(&Ledger::open(&path).unwrap());
}

#[test]
fn one_writes_at_a_time_and_others_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    let writer = Ledger::open(&path).unwrap();
    writer.put("a", b"1").unwrap();
    assert!(matches!(Ledger::open(&path), Err(LedgerError::Locked { .. })));
    let reader = Ledger::read(&path).unwrap();
    assert_eq!(reader.len(), 1);
    assert!(matches!(reader.put("b", b"2"), Err(LedgerError::ReadOnly { .. })));
    drop(writer);
    assert!(Ledger::open(&path).is_ok());
}

#[test]
fn what_is_no_ledger_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ledger");
    for text in ["PNG", "something quite different"] {
        fs::write(&path, text).unwrap();
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Magic { .. })));
        assert!(matches!(Ledger::read(&path), Err(LedgerError::Magic { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert!(matches!(Ledger::read(folder.path().join("none")), Err(LedgerError::Io { .. })));
    let ledger = Ledger::open(folder.path().join("b")).unwrap();
    assert!(matches!(ledger.put("", b"1"), Err(LedgerError::Length { .. })));
    assert!(matches!(ledger.put(&"k".repeat(5000), b"1"), Err(LedgerError::Length { .. })));
}
