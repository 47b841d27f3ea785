//! SQL as tokens: enough to tell values from text. No parser, and no error: what is not understood is text.

/// A piece of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, or a name with its qualifiers and quotes: `"posts"."id"`.
    Word(&'a str),
    /// The n-th value that was bound.
    Bind(usize),
    /// A value in the text.
    Literal(&'a str),
    /// Anything else: an operator, a bracket, a comma.
    Mark(&'a str),
}

impl<'a> Token<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Token::Word(text) | Token::Mark(text) => text,
            Token::Bind(_) | Token::Literal(_) => "?",
        }
    }

    pub(super) fn is(self, word: &str) -> bool {
        matches!(self, Token::Word(text) | Token::Mark(text) if text.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_value(self) -> bool {
        matches!(self, Token::Bind(_) | Token::Literal(_))
    }
}

/// The tokens of `sql`; comments are dropped.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner { rest: sql, binds: 0, numbered: has_numbered_binds(sql) };
    let mut tokens = Vec::new();
    while let Some(token) = scanner.next() {
        tokens.push(token);
    }
    tokens
}

/// PostgreSQL's `$1`; a `?` is an operator there.
fn has_numbered_binds(sql: &str) -> bool {
    sql.as_bytes().windows(2).any(|pair| matches!(pair, [b'$', b'0'..=b'9']))
}

struct Scanner<'a> {
    rest: &'a str,
    binds: usize,
    numbered: bool,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(comment) = self.rest.strip_prefix("--") {
                self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
            } else {
                break;
            }
        }
        let first = self.rest.chars().next()?;
        Some(match first {
            '\'' => Token::Literal(self.take(quoted(self.rest, '\''))),
            '0'..='9' => Token::Literal(self.take(length(self.rest, |c| c.is_ascii_alphanumeric() || c == '.'))),
            '$' => self.dollar(),
            '?' if !self.numbered => {
                self.take(1);
                self.binds += 1;
                Token::Bind(self.binds - 1)
            }
            '"' | '`' => Token::Word(self.take(name(self.rest))),
            c if c.is_alphabetic() || c == '_' => Token::Word(self.take(name(self.rest))),
            '<' | '>' | '=' | '!' | '|' | '&' | '@' | ':' | '#' | '~' => {
                Token::Mark(self.take(length(self.rest, |c| "<>=!|&@:#~".contains(c))))
            }
            c => Token::Mark(self.take(c.len_utf8())),
        })
    }

    /// `$1`, or a text between dollar signs.
    fn dollar(&mut self) -> Token<'a> {
        let digits = length(self.rest.get(1..).unwrap_or_default(), |c| c.is_ascii_digit());
        if digits > 0 {
            let number = self.take(1 + digits).get(1..).and_then(|digits| digits.parse::<usize>().ok());
            return Token::Bind(number.unwrap_or(1).saturating_sub(1));
        }
        let tag = self.rest.get(1..).and_then(|rest| rest.find('$')).and_then(|end| self.rest.get(..end + 2));
        match tag.filter(|tag| tag.trim_matches('$').chars().all(|c| c.is_alphanumeric() || c == '_')) {
            Some(tag) => {
                let body = self.rest.get(tag.len()..).unwrap_or_default();
                let end = body.find(tag).map_or(body.len(), |end| end + tag.len());
                Token::Literal(self.take(tag.len() + end))
            }
            None => Token::Mark(self.take(1)),
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => std::mem::take(&mut self.rest),
        }
    }
}

/// How many bytes from the start are of a kind.
fn length(text: &str, mut is: impl FnMut(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// The length of a quoted text, quotes included; a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> usize {
    let mut inside = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = inside.next() {
        if c == quote && inside.next_if(|&(_, next)| next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// The length of a name with its qualifiers.
fn name(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += match rest.chars().next() {
            Some(quote @ ('"' | '`')) => quoted(rest, quote),
            _ => length(rest, |c| c.is_alphanumeric() || c == '_' || c == '$'),
        };
        // A dot goes on with the next part, but for `posts.*`.
        match text.get(at..).map(|rest| rest.as_bytes()) {
            Some([b'.', next, ..]) if *next != b'*' && !next.is_ascii_whitespace() && !b"(),.".contains(next) => {
                at += 1
            }
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).into_iter().map(Token::text).collect()
    }

    #[test]
    fn names_keep_their_qualifiers_and_quotes() {
        assert_eq!(texts(r#"SELECT "a"."b c", `d`.e FROM x"#), ["SELECT", r#""a"."b c""#, ",", "`d`.e", "FROM", "x"]);
        assert_eq!(texts("t.* , count(*)"), ["t", ".", "*", ",", "count", "(", "*", ")"]);
    }

    #[test]
    fn values_are_values_wherever_they_stand() {
        assert_eq!(texts("a = 'it''s' AND b2 = 12.5e3"), ["a", "=", "?", "AND", "b2", "=", "?"]);
        assert_eq!(tokens("? , ?"), [Token::Bind(0), Token::Mark(","), Token::Bind(1)]);
        assert_eq!(tokens("$2 ? $1"), [Token::Bind(1), Token::Mark("?"), Token::Bind(0)]);
        assert_eq!(tokens("$x$ it's $x$ a"), [Token::Literal("$x$ it's $x$"), Token::Word("a")]);
    }

    #[test]
    fn comments_are_dropped() {
        assert_eq!(texts("a /* 'b' */ c -- d\n e"), ["a", "c", "e"]);
    }

    #[test]
    fn no_text_is_too_broken() {
        let pieces =
            ["'", "\"", "`", "$", "$1", "$a$", "--", "/*", "*/", "?", "é", "a.", ".", "1", "(", "<>", "\n", " "];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let sql = format!("{first}{second}{third}");
                    assert!(tokens(&sql).len() <= sql.chars().count(), "{sql}");
                }
            }
        }
    }
}
