//! Web servers that anybody can have, each with a configuration that is written for it and a folder of its own.
//!
//! Deliberately not here: what they serve; that is the text which is handed in.

use std::path::Path;
use std::process::Command;

use crate::provision::{self, CADDY, NGINX};

/// An nginx with one worker and no access log, told `http` inside of its `http` block; it works in `folder`.
///
/// # Errors
/// When nginx is not installed, or the folder cannot be written to.
pub fn nginx(folder: &Path, http: &str) -> anyhow::Result<Command> {
    let user = if provision::is_root() {
        "user root;\n"
    } else {
        ""
    };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("  {name}_temp_path {name};\n"))
        .collect();
    let text = format!(
        "{user}daemon off;\nworker_processes 1;\nerror_log stderr error;\npid nginx.pid;\npcre_jit on;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n  access_log off;\n  server_tokens off;\n{temporary}{http}}}\n"
    );
    let file = folder.join("nginx.conf");
    std::fs::write(&file, text)?;
    let mut command = Command::new(NGINX.get()?);
    command.arg("-p").arg(folder).arg("-c").arg(&file);
    command.args(["-e", "stderr"]);
    Ok(command)
}

/// A Caddy without its administration, told these sites; it works in `folder`.
///
/// # Errors
/// When Caddy is not installed, or the folder cannot be written to.
pub fn caddy(folder: &Path, sites: &str) -> anyhow::Result<Command> {
    let file = folder.join("Caddyfile");
    std::fs::write(&file, format!("{{\n\tadmin off\n}}\n{sites}"))?;
    let mut command = Command::new(CADDY.get()?);
    command.args(["run", "--adapter", "caddyfile", "--config"]);
    command.arg(&file);
    command.env("HOME", folder).env("XDG_DATA_HOME", folder);
    Ok(command)
}
