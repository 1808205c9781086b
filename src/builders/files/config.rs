//! The configuration of an assembled image: that of its base, with what was asked for over it.

use ledger_format::digest::Digest;
use serde_json::{Map, Value, json};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::FilesImage;
use crate::config::resolved::{FileRule, FilesBuilder};
use crate::registry::descriptor::Platform;

/// The configuration as canonical JSON.
pub(super) fn of(image: &FilesImage, base: Option<&Value>, diff_ids: &[Digest]) -> Vec<u8> {
    let created = rfc3339(image.modified);
    let mut config = base.and_then(Value::as_object).cloned().unwrap_or_default();
    config.insert("created".into(), json!(created));
    config.insert("architecture".into(), json!(image.asked.platform.architecture));
    config.insert("os".into(), json!(image.asked.platform.os));
    if let Some(variant) = &image.asked.platform.variant {
        config.insert("variant".into(), json!(variant));
    }
    let mut settings = taken(&mut config, "config");
    apply(&image.asked, &mut settings);
    config.insert("config".into(), Value::Object(settings));

    let mut rootfs = taken(&mut config, "rootfs");
    extend(&mut rootfs, "diff_ids", diff_ids.iter().map(|diff_id| json!(diff_id)));
    rootfs.insert("type".into(), json!("layers"));
    config.insert("rootfs".into(), Value::Object(rootfs));

    let line = |rule: &FileRule| json!({"created": created, "created_by": format!("sealog files -> {}", rule.to)});
    extend(&mut config, "history", image.asked.files.iter().map(line));
    ledger_format::canonical::to_vec(&Value::Object(config))
}

/// What an image's configuration says that it runs on.
pub(super) fn platform(config: &Value) -> Option<Platform> {
    let text = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Platform { architecture: text("architecture")?, os: text("os")?, variant: text("variant") })
}

fn apply(asked: &FilesBuilder, settings: &mut Map<String, Value>) {
    if let Some(entrypoint) = &asked.entrypoint {
        settings.insert("Entrypoint".into(), json!(entrypoint));
        // The base's arguments were for the base's program.
        settings.remove("Cmd");
    }
    if let Some(cmd) = &asked.cmd {
        settings.insert("Cmd".into(), json!(cmd));
    }
    if let Some(workdir) = &asked.workdir {
        settings.insert("WorkingDir".into(), json!(workdir.to_string()));
    }
    if !asked.env.is_empty() {
        let kept = list(settings, "Env").into_iter().filter(|line| {
            let name = line.as_str().and_then(|line| line.split_once('=')).map_or("", |(name, _)| name);
            !asked.env.contains_key(name)
        });
        let env: Vec<Value> =
            kept.chain(asked.env.iter().map(|(name, value)| json!(format!("{name}={value}")))).collect();
        settings.insert("Env".into(), Value::Array(env));
    }
    if !asked.labels.is_empty() {
        let mut labels = taken(settings, "Labels");
        labels.extend(asked.labels.iter().map(|(name, value)| (name.clone(), json!(value))));
        settings.insert("Labels".into(), Value::Object(labels));
    }
}

fn taken(object: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match object.remove(key) {
        Some(Value::Object(found)) => found,
        _ => Map::new(),
    }
}

fn list(object: &mut Map<String, Value>, key: &str) -> Vec<Value> {
    match object.remove(key) {
        Some(Value::Array(found)) => found,
        _ => Vec::new(),
    }
}

fn extend(object: &mut Map<String, Value>, key: &str, more: impl Iterator<Item = Value>) {
    let mut all = list(object, key);
    all.extend(more);
    object.insert(key.to_owned(), Value::Array(all));
}

/// A time that no calendar can show is shown as 1970.
fn rfc3339(seconds: u64) -> String {
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| UtcDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}
