//! Forms as they stand on a page: their fields are read from it, so that a test sends what a browser would.
//!
//! Deliberately not here: HTML in general. Our templates escape `<`, `>` and `"` in values, and that is relied on.

/// A form that posts.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it posts to.
    pub action: String,
    /// Its fields that a browser sends.
    pub fields: Vec<Field>,
}

/// A field, with the value that it has on the page.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: String,
    /// `type` of an input; `select` and `textarea` of those.
    pub kind: String,
    pub autocomplete: String,
    pub value: String,
    /// Nobody sees it, so nobody changes it.
    pub hidden: bool,
}

impl Form {
    /// All forms of a page that post.
    pub fn all(html: &str) -> Vec<Self> {
        let forms = html.split("<form").skip(1);
        forms
            .filter_map(|rest| {
                let (head, inside) = rest.split_once('>')?;
                let (inside, _) = inside.split_once("</form>")?;
                (attribute(head, "method").as_deref() == Some("post")).then(|| Self {
                    action: attribute(head, "action").unwrap_or_default(),
                    fields: fields(inside),
                })
            })
            .collect()
    }

    /// The body that a browser would send, with what somebody types.
    pub fn filled(&self, typed: impl Fn(&Field) -> String) -> String {
        let pairs = self.fields.iter().map(|field| {
            let value = if field.hidden {
                field.value.clone()
            } else {
                typed(field)
            };
            format!("{}={}", encode(&field.name), encode(&value))
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn fields(inside: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for tag in inside.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let (element, attributes) = head.split_once(' ').unwrap_or((head, ""));
        let attributes = &format!(" {attributes} ");
        let value = attribute(attributes, "value");
        if element == "option" {
            // The first one, unless another is chosen.
            if let Some(select) = fields.last_mut()
                && (select.value.is_empty() || attributes.contains(" selected "))
            {
                select.value = value.unwrap_or_default();
            }
            continue;
        }
        let Some(name) = attribute(attributes, "name") else {
            continue;
        };
        let (kind, value) = match element {
            "input" => (attribute(attributes, "type"), value),
            "textarea" => (Some(element.to_owned()), Some(plain(text))),
            "select" => (Some(element.to_owned()), None),
            _ => continue,
        };
        let kind = kind.unwrap_or_else(|| "text".into());
        // Without a tick where one must be, no browser sends the form.
        let ticked = [" checked ", " required "];
        let ticked = ticked.iter().any(|word| attributes.contains(word));
        if matches!(kind.as_str(), "radio" | "checkbox") && !ticked {
            continue;
        }
        fields.push(Field {
            hidden: kind == "hidden" || attributes.contains(" hidden "),
            autocomplete: attribute(attributes, "autocomplete").unwrap_or_default(),
            value: value.unwrap_or_default(),
            name,
            kind,
        });
    }
    fields
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| plain(value))
}

fn plain(text: &str) -> String {
    let signs = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
    ];
    let text = signs.iter().fold(text.to_owned(), |text, (code, sign)| {
        text.replace(code, sign)
    });
    text.replace("&amp;", "&").replace("&#38;", "&")
}

/// As a form encodes it (`application/x-www-form-urlencoded`, WHATWG URL).
pub fn encode(text: &str) -> String {
    let coded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    coded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sent_as_a_browser_sends_them() {
        let page = r#"<form action="/search" method="get"><input name="q"></form>
<form class="a" method="post" action="/x?lang=en&#38;y"><p>Text</p>
<input type="hidden" name="next" value="/a?b=1&amp;c"><input type="text" name="username" autocomplete="username" value="a" hidden>
<input id="p" name="password" type="password" autocomplete="new-password" required>
<input type="radio" name="language" value="es"><input type="radio" name="language" value="en" checked>
<select name="plan">
<option value="one">One</option><option value="two" selected>Two</option></select>
<textarea name="emails" rows="5" required>x</textarea><button class="btn">Go</button></form>"#;
        let forms = Form::all(page);
        assert_eq!(forms.len(), 1);
        assert_eq!(forms[0].action, "/x?lang=en&y");
        let sent = forms[0].filled(|field| match field.kind.as_str() {
            "password" => "a b".into(),
            _ => field.value.clone(),
        });
        assert_eq!(
            sent,
            "next=%2Fa%3Fb%3D1%26c&username=a&password=a%20b&language=en&plan=two&emails=x"
        );
    }
}
