//! The file of a ledger.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::LedgerError;
use super::record::{Hash, Head, MAX_KEY, MAX_VALUE, Record, encode};

/// The last byte is the version of the form.
const MAGIC: [u8; 8] = *b"TESSLED\x01";

#[derive(Debug)]
pub(super) struct LedgerFile {
    path: PathBuf,
    file: File,
    /// Where the next record goes.
    end: u64,
    writes: bool,
}

type Places = HashMap<Hash, u64>;

impl LedgerFile {
    /// Opens it to write, alone, and drops what was cut off at its end.
    pub(super) fn open(path: &Path) -> Result<(Self, Places), LedgerError> {
        let failed = LedgerError::io(path);
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).write(true).create(true).truncate(false).open(path).map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LedgerError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let length = file.metadata().map_err(&failed)?.len();
        // A process that was killed here has left less than the magic.
        if length < MAGIC.len() as u64 && MAGIC.starts_with(&beginning(&mut file).map_err(&failed)?) {
            file.set_len(0).map_err(&failed)?;
            file.rewind().map_err(&failed)?;
            file.write_all(&MAGIC).map_err(&failed)?;
        }
        let mut opened = Self { path: path.to_owned(), file, end: 0, writes: true };
        let places = opened.scan()?;
        opened.file.set_len(opened.end).map_err(&failed)?;
        Ok((opened, places))
    }

    /// Opens it to read.
    pub(super) fn read(path: &Path) -> Result<(Self, Places), LedgerError> {
        let file = File::open(path).map_err(LedgerError::io(path))?;
        let mut opened = Self { path: path.to_owned(), file, end: 0, writes: false };
        let places = opened.scan()?;
        Ok((opened, places))
    }

    /// Finds all records. The end is after the last one that is whole.
    fn scan(&mut self) -> Result<Places, LedgerError> {
        let failed = LedgerError::io(&self.path);
        let got = beginning(&mut self.file).map_err(&failed)?;
        if got != MAGIC {
            return Err(LedgerError::Magic { path: self.path.clone(), got, expected: MAGIC });
        }
        let length = self.file.metadata().map_err(&failed)?.len();
        let mut input = BufReader::new(&self.file);
        let mut at = MAGIC.len() as u64;
        let mut places = Places::new();
        let mut starts = Vec::new();
        input.seek(SeekFrom::Start(at)).map_err(&failed)?;
        loop {
            let head = match next_head(&mut input).map_err(&failed)? {
                Next::Record(head) => head,
                Next::End => break,
                // A crash of the system may leave zeros. Anything else has changed, and what follows is not given up.
                Next::Other if only_zeros(&mut input).map_err(&failed)? => break,
                Next::Other => return Err(self.damaged(at)),
            };
            if at + head.record_bytes() > length {
                break;
            }
            let mut key = vec![0; head.key];
            input.read_exact(&mut key).map_err(&failed)?;
            let key = String::from_utf8(key).map_err(|_| self.damaged(at))?;
            starts.push((at, Hash::of(&key), head.value.is_some()));
            at += head.record_bytes();
            // At most 2^30.
            input.seek_relative(head.value.unwrap_or(0) as i64).map_err(&failed)?;
        }
        self.end = at;
        // A crash of the system may leave the length of the last records without their bytes.
        while let Some((last, ..)) = starts.last() {
            match self.body(*last) {
                Err(LedgerError::Damaged { .. }) => {
                    self.end = *last;
                    starts.pop();
                }
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        for (place, name, stays) in starts {
            if stays {
                places.insert(name, place)
            } else {
                places.remove(&name)
            };
        }
        Ok(places)
    }

    /// The record at a place; `None` where it removes a name.
    pub(super) fn record(&mut self, place: u64) -> Result<Option<Record>, LedgerError> {
        let (head, mut body) = self.body(place)?;
        if head.value.is_none() {
            return Ok(None);
        }
        let value = body.split_off(head.key);
        let key = String::from_utf8(body).map_err(|_| self.damaged(place))?;
        Ok(Some(Record { key, value }))
    }

    /// The name of the record at a place.
    pub(super) fn key(&mut self, place: u64) -> Result<String, LedgerError> {
        let head = self.head(place)?;
        let mut key = vec![0; head.key];
        self.file.read_exact(&mut key).map_err(LedgerError::io(&self.path))?;
        String::from_utf8(key).map_err(|_| self.damaged(place))
    }

    /// Appends a record, whole or not at all, and says where it begins.
    pub(super) fn append(&mut self, key: &str, value: Option<&[u8]>) -> Result<u64, LedgerError> {
        if !self.writes {
            return Err(LedgerError::ReadOnly { path: self.path.clone() });
        }
        let bytes = value.map_or(0, <[u8]>::len);
        if !(1..=MAX_KEY).contains(&key.len()) || bytes > MAX_VALUE {
            return Err(LedgerError::Length { path: self.path.clone(), key: key.len(), value: bytes });
        }
        let place = self.end;
        let record = encode(key, value);
        let written = self.file.seek(SeekFrom::Start(place)).and_then(|_| self.file.write_all(&record));
        if let Err(cause) = written {
            // What was written of it is overwritten by the next one, or dropped when the file is opened again.
            let _ = self.file.set_len(place);
            return Err(LedgerError::Io { path: self.path.clone(), cause });
        }
        self.end = place + record.len() as u64;
        Ok(place)
    }

    /// Drops all records.
    pub(super) fn clear(&mut self) -> Result<(), LedgerError> {
        if !self.writes {
            return Err(LedgerError::ReadOnly { path: self.path.clone() });
        }
        self.end = MAGIC.len() as u64;
        self.file.set_len(self.end).map_err(LedgerError::io(&self.path))
    }

    pub(super) fn sync(&self) -> Result<(), LedgerError> {
        self.file.sync_data().map_err(LedgerError::io(&self.path))
    }

    fn head(&mut self, place: u64) -> Result<Head, LedgerError> {
        let mut head = [0; Head::BYTES];
        let read = self.file.seek(SeekFrom::Start(place)).and_then(|_| self.file.read_exact(&mut head));
        read.map_err(LedgerError::io(&self.path))?;
        Head::parse(head).ok_or_else(|| self.damaged(place))
    }

    /// Name and value of the record at a place, one after the other.
    fn body(&mut self, place: u64) -> Result<(Head, Vec<u8>), LedgerError> {
        let head = self.head(place)?;
        let length = head.record_bytes() - Head::BYTES as u64;
        let mut body = Vec::new();
        (&mut self.file).take(length).read_to_end(&mut body).map_err(LedgerError::io(&self.path))?;
        if body.len() as u64 == length && head.holds(&body) {
            Ok((head, body))
        } else {
            Err(self.damaged(place))
        }
    }

    fn damaged(&self, place: u64) -> LedgerError {
        LedgerError::Damaged { path: self.path.clone(), place }
    }
}

/// The first bytes of a file, as many as the magic has or the file.
fn beginning(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(MAGIC.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What stands where a record would begin.
enum Next {
    Record(Head),
    /// Nothing, or less than a head.
    End,
    /// Something else.
    Other,
}

fn next_head(input: &mut impl Read) -> io::Result<Next> {
    let mut head = [0; Head::BYTES];
    match input.read_exact(&mut head) {
        Ok(()) => Ok(Head::parse(head).map_or(Next::Other, Next::Record)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Next::End),
        Err(error) => Err(error),
    }
}

/// Whether nothing but zeros is left.
fn only_zeros(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(true);
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        let length = bytes.len();
        input.consume(length);
    }
}
