//! What a paper has of somebody, as tables that they can take with them: once as JSON, once as CSV (RFC 4180).

use serde_json::{Map, Value};

use crate::time::UnixMillis;

/// A table of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What it is of, as its file is called.
    pub name: &'static str,
    /// What its columns are called.
    pub columns: &'static [&'static str],
    /// As many values in each as there are columns.
    pub rows: Vec<Vec<Value>>,
}

/// A moment as it is exported: RFC 3339, UTC.
#[must_use]
pub fn moment(at: impl Into<Option<UnixMillis>>) -> Value {
    at.into().map_or(Value::Null, |at| at.rfc3339().into())
}

impl Sheet {
    /// The rows as objects.
    #[must_use]
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| {
            let names = self.columns.iter().map(|name| (*name).to_owned());
            Value::Object(names.zip(row.iter().cloned()).collect::<Map<_, _>>())
        };
        self.rows.iter().map(object).collect()
    }

    /// As a file for spreadsheets. What one of them would take for a formula begins with an apostrophe (OWASP, CSV
    /// injection): a device may be called whatever its reader likes.
    #[must_use]
    pub fn csv(&self) -> String {
        self.csv_head() + &self.csv_rows()
    }

    /// The first line of that file.
    #[must_use]
    pub fn csv_head(&self) -> String {
        line(self.columns.iter().map(|name| (*name).to_owned()))
    }

    /// Its other lines, for what is sent in portions.
    #[must_use]
    pub fn csv_rows(&self) -> String {
        let rows = self.rows.iter();
        rows.map(|row| line(row.iter().map(text))).collect()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_objects_and_lines() {
        let sheet = Sheet {
            name: "devices",
            columns: &["name", "number", "seen_at", "old"],
            rows: vec![
                vec![
                    "Ana's \"one\"".into(),
                    2.into(),
                    moment(UnixMillis(0)),
                    true.into(),
                ],
                vec!["=1+1".into(), 1.into(), moment(None), false.into()],
            ],
        };
        let json = r#"[{"name":"Ana's \"one\"","number":2,"old":true,"seen_at":"1970-01-01T00:00:00Z"},{"name":"=1+1","number":1,"old":false,"seen_at":null}]"#;
        assert_eq!(sheet.json(), serde_json::from_str::<Value>(json).unwrap());
        assert_eq!(
            sheet.csv(),
            "\"name\",\"number\",\"seen_at\",\"old\"\r\n\"Ana's \"\"one\"\"\",\"2\",\"1970-01-01T00:00:00Z\",\"true\"\r\n\
             \"'=1+1\",\"1\",\"\",\"false\"\r\n"
        );
    }
}
