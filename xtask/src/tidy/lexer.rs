//! Rust source as tokens with line numbers: enough to see names, strings, comments and braces, and never to take one for
//! another.
//!
//! A full parser would triple the time this program takes to build, and no rule needs one. Deliberately not here: types,
//! macros, meaning.

/// A file taken apart.
pub struct Source {
    pub tokens: Vec<Token>,
    pub comments: Vec<Comment>,
}

pub struct Token {
    pub line: usize,
    pub kind: Kind,
    /// Stands in an item that is compiled for tests only.
    pub in_test: bool,
}

#[derive(Debug, PartialEq)]
pub enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// The content of a string literal of any sort.
    Text(String),
    /// `::`
    Path,
    /// One character of punctuation.
    Mark(char),
    /// A number, as written.
    Number(String),
    /// Characters, lifetimes.
    Other,
}

pub struct Comment {
    pub line: usize,
    pub text: String,
}

impl Token {
    pub fn is(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(own) if own == word)
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Takes a file apart. Text that is not Rust gives tokens too, only not sensible ones.
pub fn read(text: &str) -> Source {
    let mut reader = Reader {
        rest: text,
        line: 1,
        source: Source {
            tokens: Vec::new(),
            comments: Vec::new(),
        },
    };
    while reader.step() {}
    let mut source = reader.source;
    mark_tests(&mut source.tokens);
    source
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    source: Source,
}

impl<'a> Reader<'a> {
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        if first.is_whitespace() {
            self.take(first.len_utf8());
        } else if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.comment(end);
        } else if self.rest.starts_with("/*") {
            self.comment(end_of_block(self.rest));
        } else if let Some((open, hashes)) = raw_string(self.rest) {
            self.raw(open, hashes);
        } else if let Some(open) = plain_string(self.rest) {
            self.string(open);
        } else if first.is_alphabetic() || first == '_' {
            self.identifier();
        } else if first == '\'' {
            self.quote();
        } else if first.is_ascii_digit() {
            self.number();
        } else if self.rest.starts_with("::") {
            self.push(Kind::Path, 2);
        } else {
            self.push(Kind::Mark(first), first.len_utf8());
        }
        true
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn push(&mut self, kind: Kind, bytes: usize) {
        self.source.tokens.push(Token {
            line: self.line,
            kind,
            in_test: false,
        });
        self.take(bytes);
    }

    fn comment(&mut self, end: usize) {
        let line = self.line;
        let text = self.take(end).to_owned();
        self.source.comments.push(Comment { line, text });
    }

    fn raw(&mut self, open: usize, hashes: usize) {
        let close = format!("\"{}", "#".repeat(hashes));
        let body = &self.rest[open..];
        let end = body.find(&close).unwrap_or(body.len());
        let text = body[..end].to_owned();
        let whole = (open + end + close.len()).min(self.rest.len());
        self.push(Kind::Text(text), whole);
    }

    fn string(&mut self, open: usize) {
        let mut text = String::new();
        let mut chars = self.rest[open..].char_indices();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    end = open + at + 1;
                    break;
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    // A line that is continued: the indentation of the next one is not part of the text.
                    Some((_, '\n')) => text.push('\u{0}'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        self.push(Kind::Text(join_continued(&text)), end);
    }

    fn identifier(&mut self) {
        let body = self.rest.strip_prefix("r#").unwrap_or(self.rest);
        let prefix = self.rest.len() - body.len();
        let length = body
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(body.len());
        self.push(Kind::Word(body[..length].to_owned()), prefix + length);
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let mut chars = self.rest.char_indices().skip(1);
        let (_, first) = chars.next().unwrap_or((0, ' '));
        if first == '\\' {
            // Past the escaped character, which may be the quote itself.
            chars.next();
            let end = chars.find(|(_, c)| *c == '\'');
            let length = end.map_or(self.rest.len(), |(at, _)| at + 1);
            return self.push(Kind::Other, length);
        }
        let length = match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => {
                let body = &self.rest[1..];
                let end = body.find(|c: char| !c.is_alphanumeric() && c != '_');
                1 + end.unwrap_or(body.len())
            }
        };
        self.push(Kind::Other, length.max(1));
    }

    fn number(&mut self) {
        let length = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        self.push(Kind::Number(self.rest[..length].to_owned()), length);
    }
}

fn end_of_block(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// `r"`, `br##"` and so on: where the text begins, and how many hashes close it.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let body = ["br", "cr", "r"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))?;
    let after = body.trim_start_matches('#');
    let hashes = body.len() - after.len();
    after
        .starts_with('"')
        .then(|| (text.len() - after.len() + 1, hashes))
}

/// `"`, `b"`, `c"`: where the text begins.
fn plain_string(text: &str) -> Option<usize> {
    ["\"", "b\"", "c\""]
        .iter()
        .find(|open| text.starts_with(**open))
        .map(|open| open.len())
}

fn join_continued(text: &str) -> String {
    let mut parts = text.split('\u{0}');
    let mut joined = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        joined.push_str(part.trim_start());
    }
    joined
}

/// Marks what stands behind `#[cfg(test)]` or `#[test]`, to the end of that item.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at < tokens.len() {
        let Some(end) = attribute(tokens, at) else {
            at += 1;
            continue;
        };
        let inside = &tokens[at + 2..end];
        let first = inside.first().and_then(Token::word);
        let for_tests = match first {
            Some("cfg") => {
                inside.iter().any(|t| t.is("test")) && !inside.iter().any(|t| t.is("not"))
            }
            Some("test") => true,
            _ => inside.last().is_some_and(|token| token.is("test")),
        };
        if !for_tests {
            at = end + 1;
            continue;
        }
        let last = end_of_item(tokens, end + 1);
        tokens[at..last]
            .iter_mut()
            .for_each(|token| token.in_test = true);
        at = last;
    }
}

/// If an outer attribute begins at `at`: where its `]` is.
fn attribute(tokens: &[Token], at: usize) -> Option<usize> {
    if !(tokens[at].is_mark('#') && tokens.get(at + 1)?.is_mark('[')) {
        return None;
    }
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(at + 1) {
        if token.is_mark('[') {
            depth += 1;
        } else if token.is_mark(']') {
            depth -= 1;
            if depth == 0 {
                return Some(i);
            }
        }
    }
    None
}

/// One past the `;` or the closing brace of the item that begins at `at`.
fn end_of_item(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token.kind {
            Kind::Mark('{' | '(' | '[') => depth += 1,
            Kind::Mark('}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i + 1;
                }
            }
            Kind::Mark(')' | ']') => depth = depth.saturating_sub(1),
            Kind::Mark(';') if depth == 0 => return i + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        read(text).tokens.into_iter().map(|t| t.kind).collect()
    }

    fn word(text: &str) -> Kind {
        Kind::Word(text.to_owned())
    }

    #[test]
    fn names_marks_and_paths() {
        let expected = vec![
            word("use"),
            word("a"),
            Kind::Path,
            word("b"),
            Kind::Mark(';'),
        ];
        assert_eq!(kinds("use a::b;"), expected);
        assert_eq!(kinds("r#type"), vec![word("type")]);
    }

    #[test]
    fn strings_of_every_sort_are_text() {
        for text in [
            r#""a b""#,
            r##"r#"a b"#"##,
            r#"b"a b""#,
            "\"a \\\n   b\"",
            r#"r"a b""#,
        ] {
            assert_eq!(kinds(text), vec![Kind::Text("a b".to_owned())], "{text}");
        }
        assert_eq!(kinds(r#""a\"b""#), vec![Kind::Text("a\"b".to_owned())]);
    }

    #[test]
    fn quotes_are_characters_or_lifetimes() {
        assert_eq!(kinds("'{'"), vec![Kind::Other]);
        assert_eq!(kinds(r"'\''"), vec![Kind::Other]);
        assert_eq!(kinds(r"'\u{1F600}'"), vec![Kind::Other]);
        assert_eq!(kinds("'\"' x"), vec![Kind::Other, word("x")]);
        assert_eq!(
            kinds("&'a str"),
            vec![Kind::Mark('&'), Kind::Other, word("str")]
        );
    }

    #[test]
    fn comments_are_apart_and_may_nest() {
        let source = read("a // \"b\"\n/* c /* d */ { */ e");
        let lines: Vec<usize> = source.tokens.iter().map(|t| t.line).collect();
        assert_eq!(lines, [1, 2]);
        assert_eq!(source.comments.len(), 2);
        assert_eq!(source.comments[0].text, "// \"b\"");
    }

    #[test]
    fn lines_are_counted_inside_strings() {
        let source = read("\"a\nb\" c");
        assert_eq!((source.tokens[0].line, source.tokens[1].line), (1, 2));
    }

    #[test]
    fn test_items_are_marked_to_their_end() {
        let source = read("a; #[cfg(test)] mod t { fn b() { c } } d; #[test] fn e() {} f");
        let outside: Vec<&str> = source
            .tokens
            .iter()
            .filter(|token| !token.in_test)
            .filter_map(Token::word)
            .collect();
        assert_eq!(outside, ["a", "d", "f"]);
        assert!(!read("#[cfg(not(test))] a").tokens[4].in_test);
    }
}
