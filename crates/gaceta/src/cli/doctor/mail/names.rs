//! Questions to the DNS. No answer and "there is none" are two things.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{
    NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::lookup::Lookup;
use mail_auth::hickory_resolver::net::NetError;
use mail_auth::hickory_resolver::proto::rr::{Name, RData};
use mail_auth::hickory_resolver::system_conf::read_system_conf;

/// How long a name server may take for one question.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks one name server.
pub struct Names(MessageAuthenticator);

/// The DNS gave no answer to a question.
#[derive(Debug, thiserror::Error)]
#[error("the DNS gives no answer about {name} ({said}); try again later")]
pub struct Silence {
    name: String,
    said: String,
}

impl Names {
    /// That of the machine, or the one named.
    ///
    /// # Errors
    /// When there is none.
    pub fn new(server: &str) -> anyhow::Result<Self> {
        let (config, mut options) = if server.is_empty() {
            read_system_conf()
                .map_err(|error| anyhow::anyhow!("this machine names no name server: {error}"))?
        } else {
            let at: SocketAddr = server.parse().map_err(|_| {
                anyhow::anyhow!(
                    "[mail] name_server = {server:?} is no address and port, such as \"9.9.9.9:53\""
                )
            })?;
            let mut server = NameServerConfig::udp_and_tcp(at.ip());
            for connection in &mut server.connections {
                connection.port = at.port();
            }
            let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
            (config, ResolverOpts::default())
        };
        options.timeout = PATIENCE;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self(MessageAuthenticator::new(config, options)?))
    }

    /// What evaluates SPF, with the same name server.
    pub fn authenticator(&self) -> &MessageAuthenticator {
        &self.0
    }

    /// TXT records, each in one piece.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, Silence> {
        let found = match absolute(name) {
            Ok(at) => self.0.resolver().txt_lookup(at).await,
            Err(silence) => return Err(silence),
        };
        records(name, found, |data| match data {
            RData::TXT(text) => {
                let bytes = text.txt_data.concat();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => None,
        })
    }

    /// Mail servers, the preferred ones first.
    pub async fn exchanges(&self, name: &str) -> Result<Vec<String>, Silence> {
        let found = self.0.resolver().mx_lookup(absolute(name)?).await;
        let mut servers = records(name, found, |data| match data {
            RData::MX(server) => Some((server.preference, shown(&server.exchange))),
            _ => None,
        })?;
        servers.sort();
        Ok(servers.into_iter().map(|(_, server)| server).collect())
    }

    /// Addresses of both kinds.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, Silence> {
        let address = |data: &RData| match data {
            RData::A(at) => Some(IpAddr::V4(at.0)),
            RData::AAAA(at) => Some(IpAddr::V6(at.0)),
            _ => None,
        };
        let four = self.0.resolver().ipv4_lookup(absolute(name)?).await;
        let six = self.0.resolver().ipv6_lookup(absolute(name)?).await;
        let mut all = records(name, four, address)?;
        all.extend(records(name, six, address)?);
        Ok(all)
    }

    /// What an address is called.
    pub async fn hosts_at(&self, ip: IpAddr) -> Result<Vec<String>, Silence> {
        let name = Name::from(ip);
        let (asked, found) = (shown(&name), self.0.resolver().reverse_lookup(name).await);
        records(&asked, found, |data| match data {
            RData::PTR(host) => Some(shown(&host.0)),
            _ => None,
        })
    }
}

fn absolute(name: &str) -> Result<Name, Silence> {
    let whole = format!("{}.", name.trim_end_matches('.'));
    Name::from_str_relaxed(&whole).map_err(|error| Silence {
        name: name.to_owned(),
        said: error.to_string(),
    })
}

/// Without the dot at its end; the root stays one.
fn shown(name: &Name) -> String {
    let name = name.to_lowercase().to_ascii();
    match name.strip_suffix('.') {
        None | Some("") => name,
        Some(bare) => bare.to_owned(),
    }
}

fn records<T>(
    name: &str,
    found: Result<Lookup, NetError>,
    get: impl Fn(&RData) -> Option<T>,
) -> Result<Vec<T>, Silence> {
    match found {
        Ok(found) => Ok(found
            .answers()
            .iter()
            .filter_map(|record| get(&record.data))
            .collect()),
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(Vec::new()),
        Err(error) => Err(Silence {
            name: name.to_owned(),
            said: error.to_string(),
        }),
    }
}
