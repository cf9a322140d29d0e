//! What `[gate]` must fulfil, so that what cannot work is found at start and not by readers.

use super::Gate;
use crate::address::{self, Root};

impl Gate {
    /// The site that this whole address is on.
    #[must_use]
    pub fn site_of(&self, address: &str) -> Option<&Root> {
        self.sites.iter().find(|site| site.leads(address))
    }

    /// A site that would never see the session cookie, and a cookie that no browser takes, are found at start.
    pub fn check(&self, public_url: &str) -> anyhow::Result<()> {
        let domain = self.cookie_domain.as_str();
        let (scheme, rest) = public_url
            .split_once("://")
            .unwrap_or(("https", public_url));
        let host = rest.split(':').next().unwrap_or(rest).to_lowercase();
        if !domain.is_empty() {
            if let Some(why) = address::unshareable(domain) {
                anyhow::bail!("[gate] cookie_domain {domain:?} {why}");
            }
            anyhow::ensure!(
                scheme == "https" && address::is_within(&host, domain),
                "[gate] cookie_domain {domain:?} must be the end of the host of [site] public_url, \"{public_url}\", which must be https"
            );
        }
        for site in &self.sites {
            anyhow::ensure!(
                site.scheme() == scheme,
                "[gate] sites: {site} must begin with {scheme}://, as [site] public_url does; browsers send no cookie from one to the other"
            );
            let reached = site.host() == host
                || (!domain.is_empty() && address::is_within(site.host(), domain));
            anyhow::ensure!(
                reached,
                "[gate] sites: no session cookie of {host} reaches {site}; set [gate] cookie_domain to the domain that both are in"
            );
        }
        for preflight in &self.preflights {
            let address = preflight.as_str();
            anyhow::ensure!(
                self.sites.iter().any(|site| site.leads(address)),
                "[gate] preflights: {preflight} is on none of [gate] sites"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: &str = "https://paper.example.com";

    fn gate(public: &str, site: &str, domain: &str) -> Result<(), String> {
        let gate = Gate {
            sites: vec![site.parse().unwrap()],
            cookie_domain: domain.to_owned(),
            preflights: Vec::new(),
        };
        gate.check(public).map_err(|error| error.to_string())
    }

    #[test]
    fn a_gate_that_cookies_pass_is_taken() {
        for (public, site, domain) in [
            (PAPER, "https://archive.example.com", "example.com"),
            (PAPER, "https://example.com/old", "example.com"),
            (PAPER, "https://paper.example.com/old", ""),
            (
                "https://Paper.Example.com:8443",
                "https://old.paper.example.com",
                "paper.example.com",
            ),
            ("http://localhost:8080", "http://localhost:9000", ""),
        ] {
            assert_eq!(gate(public, site, domain), Ok(()), "{public} {site}");
        }
    }

    #[test]
    fn a_gate_that_no_cookie_passes_is_refused() {
        let archive = "https://archive.example.com";
        for (public, site, domain, hint) in [
            (PAPER, archive, "", "no session cookie"),
            (
                PAPER,
                "https://archive.example.org",
                "example.com",
                "no session cookie",
            ),
            (PAPER, archive, "ample.com", "must be the end"),
            (PAPER, archive, "archive.example.com", "must be the end"),
            (PAPER, archive, "com", "belongs to nobody"),
            (
                "https://paper.co.uk",
                "https://archive.co.uk",
                "co.uk",
                "belongs to nobody",
            ),
            (
                PAPER,
                "http://archive.example.com",
                "example.com",
                "must begin with https://",
            ),
            (
                "http://localhost:8080",
                "http://localhost:9000",
                "localhost",
                "belongs to nobody",
            ),
        ] {
            let error = gate(public, site, domain).unwrap_err();
            assert!(error.contains(hint), "{public} {site} {domain}: {error}");
        }
    }

    #[test]
    fn preflights_are_let_by_on_the_sites_alone() {
        let gate = |preflight: &str| Gate {
            sites: vec!["https://paper.example.com/old".parse().unwrap()],
            preflights: vec![preflight.parse().unwrap()],
            ..Gate::default()
        };
        for fine in [
            "https://paper.example.com/old",
            "https://paper.example.com/old/api",
        ] {
            assert!(gate(fine).check(PAPER).is_ok(), "{fine}");
        }
        for wrong in [
            "https://paper.example.com",
            "https://paper.example.com/older",
        ] {
            let error = gate(wrong).check(PAPER).unwrap_err().to_string();
            assert!(error.contains("on none of [gate] sites"), "{error}");
        }
    }
}
