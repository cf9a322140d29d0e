//! The mail that the paper wrote as files: whom each letter is for, and the link in it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// All letters that have come.
pub struct Post {
    folder: PathBuf,
    known: Mutex<(Option<Instant>, Letters)>,
}

/// Address and kind of link; its token.
type Letters = BTreeMap<(String, &'static str), String>;

/// Links that letters have.
const KINDS: [&str; 2] = ["/proof/", "/invitation/"];
/// Characters of a token.
const TOKEN: usize = 43;
/// Between two looks into the folder.
const PAUSE: Duration = Duration::from_millis(100);

impl Post {
    pub fn new(folder: PathBuf) -> Post {
        Post {
            folder,
            known: Mutex::default(),
        }
    }

    /// The link of this kind to this address, if the letter has come.
    pub fn link(&self, to: &str, kind: &'static str) -> Option<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0.is_none_or(|looked| looked.elapsed() > PAUSE) {
            known.0 = Some(Instant::now());
            let files = std::fs::read_dir(&self.folder).into_iter().flatten();
            for file in files.flatten() {
                let text = std::fs::read(file.path()).unwrap_or_default();
                // One that was being written when the paper died has neither; it is written again.
                if let Some((to, kind, token)) = read(&String::from_utf8_lossy(&text)) {
                    known.1.insert((to, kind), token);
                    let _ = std::fs::remove_file(file.path());
                }
            }
        }
        let token = known.1.get(&(to.to_owned(), kind))?;
        Some(format!("{kind}{token}"))
    }
}

fn read(text: &str) -> Option<(String, &'static str, String)> {
    let to = text.lines().find_map(|line| line.strip_prefix("To: "))?;
    let plain = text.replace("=\r\n", "").replace("=3D", "=");
    KINDS.into_iter().find_map(|kind| {
        let token = plain.split_once(kind)?.1.get(..TOKEN)?;
        let whole = token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        whole.then(|| (to.trim().to_owned(), kind, token.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_found_across_folded_lines() {
        let token = "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";
        let text = format!(
            "To: a@b.test\r\n\r\nhttp://x/proof/{}=\r\n{}?lang=3Den",
            &token[..20],
            &token[20..]
        );
        assert_eq!(
            read(&text),
            Some(("a@b.test".into(), "/proof/", token.into()))
        );
        assert_eq!(read(&text[..60]), None);
    }
}
