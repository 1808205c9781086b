//! Policies and authorities as people write them: YAML or JSON, sets in any order, durations as `1h`, windows as
//! `09:00`, presets in the place of rights. What is signed is the exact form.

use std::path::Path;

use ledger_format::canonical;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::World;
use super::error::{CliError, Code};
use super::presets::Preset;
use super::ui::times::parse_duration;
use crate::fs::{self, Limit};

const LIMIT: Limit = Limit { what: "an authority or a policy", bytes: 1024 * 1024 };
const DURATIONS: [&str; 4] = ["max_age", "max_stale", "soak", "valid"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The file in the exact form; `-` is standard input.
pub fn read(world: &World<'_>, path: &str) -> Result<Value, CliError> {
    let text = if path == "-" {
        std::io::read_to_string(std::io::Read::take(std::io::stdin(), LIMIT.bytes))
            .map_err(|error| wrong(path, error))?
    } else {
        let bytes = fs::read(&world.folder.join(Path::new(path)), LIMIT).map_err(|error| wrong(path, error))?;
        String::from_utf8(bytes).map_err(|error| wrong(path, error))?
    };
    let value: Value = serde_saphyr::from_str(&text).map_err(|error| wrong(path, error))?;
    exact(value, "").map_err(|why| unusable(path).fact("because", why.clone(), why))
}

/// What the exact form says.
pub fn parse<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, CliError> {
    serde_json::from_value(value).map_err(|error| wrong(path, error))
}

fn wrong(path: &str, error: impl std::error::Error + 'static) -> CliError {
    unusable(path).caused_by(&error)
}

fn unusable(path: &str) -> CliError {
    CliError::new(Code::Usage, format!("cannot take {path} for what it should be"))
        .detail("path", path)
        .undone("Nothing was signed, nothing recorded.")
}

/// The exact form of what stands under a key.
fn exact(value: Value, key: &str) -> Result<Value, String> {
    match value {
        Value::Object(fields) => {
            let mut exact_fields = Map::new();
            for (name, value) in fields {
                let (name, value) = field(key, name, value)?;
                exact_fields.insert(name.clone(), exact(value, &name)?);
            }
            Ok(Value::Object(exact_fields))
        }
        Value::Array(items) => {
            let items = if key == "may" { rights(items) } else { items };
            let mut items = items.into_iter().map(|item| exact(item, key)).collect::<Result<Vec<_>, _>>()?;
            // Of all lists only this one is in the order written.
            if key != "policies" && !key.is_empty() {
                items.sort_by_cached_key(|item| (item.as_u64(), canonical::to_vec(item)));
                items.dedup();
            }
            Ok(Value::Array(items))
        }
        other => Ok(other),
    }
}

fn field(of: &str, name: String, value: Value) -> Result<(String, Value), String> {
    if let (true, Some(text)) = (DURATIONS.contains(&name.as_str()), value.as_str()) {
        let duration =
            parse_duration(text).ok_or_else(|| format!("`{name}: {text}` is no duration: 30m, 1h, 7d are"))?;
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        return Ok((format!("{name}_ms"), Value::from(ms)));
    }
    match (of, name.as_str(), &value) {
        ("windows", "from" | "to", Value::String(text)) => {
            let minutes = minutes(text).ok_or_else(|| format!("`{name}: {text}` is no time of a day: 09:00 is"))?;
            Ok((format!("{name}_min"), Value::from(minutes)))
        }
        ("windows", "days", Value::Array(days)) => {
            let days = days.iter().map(|day| named_day(day).unwrap_or_else(|| day.clone()));
            Ok((name, days.collect()))
        }
        _ => Ok((name, value)),
    }
}

/// Presets stand for their rights.
fn rights(items: Vec<Value>) -> Vec<Value> {
    let expand = |item: Value| match item.as_str().and_then(Preset::named) {
        Some(preset) => preset.rights().map(|right| Value::from(right.to_string())).collect(),
        None => vec![item],
    };
    items.into_iter().flat_map(expand).collect()
}

fn minutes(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (hours.parse::<u64>().ok()?, minutes.parse::<u64>().ok()?);
    (minutes < 60).then_some(hours * 60 + minutes)
}

fn named_day(day: &Value) -> Option<Value> {
    let text = day.as_str()?.to_ascii_lowercase();
    let at = DAYS.iter().position(|day| text.starts_with(day))?;
    Some(Value::from(at + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_write_becomes_the_exact_form() {
        for (written, exactly) in [
            (json!({"soak": "1h"}), json!({"soak_ms": 3_600_000})),
            (json!({"from": ["staging", "dev", "dev"]}), json!({"from": ["dev", "staging"]})),
            (
                json!({"windows": [{"days": ["fri", "Monday"], "from": "09:00", "to": "17:30"}]}),
                json!({"windows": [{"days": [1, 5], "from_min": 540, "to_min": 1050}]}),
            ),
            (
                json!({"may": ["reviewer", "noted"]}),
                json!({"may": ["hold.lifted", "hold.placed", "key.suspended", "noted", "reviewed"]}),
            ),
            (
                json!({"policies": [{"targets": ["b"]}, {"targets": ["a"]}]}),
                json!({"policies": [{"targets": ["b"]}, {"targets": ["a"]}]}),
            ),
        ] {
            assert_eq!(exact(written, ""), Ok(exactly));
        }
        assert_eq!(exact(json!({"valid": "soon"}), ""), Err("`valid: soon` is no duration: 30m, 1h, 7d are".into()));
    }
}
