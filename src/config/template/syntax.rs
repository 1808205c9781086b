//! The blocks of a template and the dotted paths in them, hyphens included.

/// The blocks of a template with the byte where each begins: `{{ }}`, `{% %}` and `{# #}`.
pub fn blocks(template: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some((before, block, _)) = next_block(&template[start..]) {
        found.push((start + before.len(), block));
        start += before.len() + block.len();
    }
    found
}

/// The dotted paths of a block, as names with their places; words of the language and names of filters are left out.
pub fn paths(block: &str) -> Vec<Vec<(usize, &str)>> {
    const WORDS: &[&str] = &[
        "and", "as", "elif", "else", "endfor", "endif", "endset", "false", "for", "if", "in", "is", "none", "not",
        "or", "set", "true", "with", "endwith",
    ];
    let mut found: Vec<Vec<(usize, &str)>> = Vec::new();
    let mut at = 0;
    let mut before = "";
    for token in tokens(block) {
        let open = found.last_mut().filter(|path| path.last().is_some_and(|(start, name)| start + name.len() == at));
        match (token.strip_prefix('.'), open) {
            (Some(name), Some(path)) if !name.is_empty() => path.push((at + 1, name)),
            _ if begins_path(token) && !WORDS.contains(&token) && before != "|" && before != "is" => {
                found.push(vec![(at, token)]);
            }
            _ => {}
        }
        if !token.trim().is_empty() {
            before = token;
        }
        at += token.len();
    }
    found
}

fn begins_path(token: &str) -> bool {
    token.starts_with(is_name) && !token.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The next `{{ }}`, `{% %}` or `{# #}` with what is before and after it. A raw block is one block.
pub fn next_block(text: &str) -> Option<(&str, &str, &str)> {
    let start = ["{{", "{%", "{#"].iter().filter_map(|open| text.find(open)).min()?;
    let block = &text[start..];
    let length = if is_raw(block) {
        let end = ["{% endraw %}", "{%- endraw -%}", "{%- endraw %}", "{% endraw -%}"]
            .iter()
            .filter_map(|close| block.find(close).map(|at| at + close.len()))
            .min();
        end.unwrap_or(block.len())
    } else {
        let close = match &block[..2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        closing(block, close)
    };
    Some((&text[..start], &block[..length], &block[length..]))
}

pub fn is_raw(block: &str) -> bool {
    block.strip_prefix("{%").is_some_and(|rest| {
        let rest = rest.trim_start_matches('-').trim_start();
        rest.strip_prefix("raw").is_some_and(|rest| rest.trim_start().trim_start_matches('-').starts_with("%}"))
    })
}

/// How long the block is; delimiters inside quotes do not end it.
fn closing(block: &str, close: &str) -> usize {
    let mut quote = None;
    for (at, letter) in block.char_indices().skip(2) {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if block[at..].starts_with(close) => return at + close.len(),
            None if close != "#}" && (letter == '"' || letter == '\'') => quote = Some(letter),
            None => {}
        }
    }
    block.len()
}

/// A block in pieces: quoted texts whole, `.name-with-hyphens` whole, everything else as it comes.
pub fn tokens(block: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = block;
    let mut after_name = false;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            '.' if after_name => 1 + path_name(&rest[1..]),
            _ if is_name(first) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        after_name = is_name(first) || first == ']' || first == ')' || (first == '.' && length > 1);
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    found
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The length of a name that may have hyphens between its letters.
fn path_name(text: &str) -> usize {
    let mut length = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let hyphen_inside = letter == '-' && at > 0 && letters.peek().is_some_and(|(_, next)| is_name(*next));
        if !is_name(letter) && !hyphen_inside {
            break;
        }
        length = at + letter.len_utf8();
    }
    length
}
