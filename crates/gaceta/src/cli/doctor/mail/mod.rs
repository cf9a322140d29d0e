//! `gaceta doctor mail`: whether mails of the paper are believed elsewhere, as far as the DNS shows.
//!
//! Receivers want SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989) in order before they put a mail into an inbox. One line
//! for each check, with what to do about it. Deliberately not here: whether a mail arrives, which `gaceta mail test` tries.

mod dkim;
mod dmarc;
mod names;
mod spf;

use std::net::IpAddr;
use std::path::PathBuf;

use self::names::Names;
use super::{Findings, server};
use base::config::Config;
use base::mail::Sender;

/// Looks at everything that has to do with mail; `ip` is the address from which mails leave, if it was named.
///
/// # Errors
/// When something is wrong; what, was printed.
pub async fn run(file: Option<PathBuf>, ip: Option<IpAddr>) -> anyhow::Result<()> {
    let mut found = Findings::default();
    let config = Config::load(file.as_deref(), std::env::vars())?;
    server(&config, &mut found).await;
    if let Err(error) = examine(&config, ip, &mut found).await {
        found.wrong(format!("mail: {error:#}"));
    }
    found.conclude()
}

async fn examine(config: &Config, ip: Option<IpAddr>, found: &mut Findings) -> anyhow::Result<()> {
    let sender = Sender::new(&config.mail)?;
    let names = Names::new(&config.mail.name_server)?;
    let domain = sender.domain();
    if !domain.contains('.') {
        anyhow::bail!(
            "{domain:?} is no domain that others know; set [mail] from to an address of yours"
        );
    }
    spf::examine(&names, domain, ip, found).await;
    dkim::examine(&config.mail, &names, &sender, found).await;
    dmarc::examine(&names, &sender, found).await;
    answers(&names, domain, found).await;
    match ip {
        Some(ip) => pointer(&names, ip, found).await,
        None => found.note(
            "PTR: give the address from which mails leave for the internet, such as `gaceta doctor mail --ip 192.0.2.1`, and it is asked for, with SPF",
        ),
    }
    Ok(())
}

/// Whether answers, and mails that come back, reach anybody.
async fn answers(names: &Names, domain: &str, found: &mut Findings) {
    match names.exchanges(domain).await {
        Ok(servers) if servers.iter().any(|server| server == ".") => found.wrong(format!(
            "MX: {domain} says that it takes no mail (RFC 7505), so many refuse mail from it; set [mail] from to a domain that does"
        )),
        Ok(servers) if servers.is_empty() => found.wrong(format!(
            "MX: {domain} has none, so answers and mails that come back are lost, and some receivers refuse mail from it; add one"
        )),
        Ok(servers) => found.fine(format!("MX: answers go to {}", servers.join(", "))),
        Err(error) => found.wrong(format!("MX: {error}")),
    }
}

/// Whether the address has a name, and the name has the address.
async fn pointer(names: &Names, ip: IpAddr, found: &mut Findings) {
    let hosts = match names.hosts_at(ip).await {
        Ok(hosts) => hosts,
        Err(error) => return found.wrong(format!("PTR: {error}")),
    };
    let mut confirmed = Vec::new();
    for host in &hosts {
        if names
            .addresses(host)
            .await
            .is_ok_and(|all| all.contains(&ip))
        {
            confirmed.push(host.as_str());
        }
    }
    if !confirmed.is_empty() {
        found.fine(format!("PTR: {ip} is {}", confirmed.join(", ")));
    } else if hosts.is_empty() {
        found.wrong(format!(
            "PTR: {ip} has no name, so large receivers refuse what comes from it; whoever gave you the address can set one"
        ));
    } else {
        found.wrong(format!(
            "PTR: {ip} is called {}, which does not lead back to it; give that name an address record",
            hosts.join(", ")
        ));
    }
}
