//! Where a webhook may send to: the form of its address, and which IP addresses are public.
//!
//! A server can often reach what its members must not: itself, its database, its own network. So deliveries go only to
//! public addresses, unless the operator allows others. The sender checks the IP addresses of a name when it sends, and
//! connects to one that it has checked.

use crate::error::{Error, ValueProblem};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Maximum length of an address, in bytes.
const LONGEST: usize = 2_000;
/// Ports below this, except `WEB_PORTS`, belong to other protocols.
const FIRST_FREE_PORT: u16 = 1_024;
const WEB_PORTS: [u16; 2] = [80, 443];

/// The target of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget {
    pub tls: bool,
    /// A host name, or an IP address without brackets.
    pub host: String,
    pub port: u16,
    /// The value of the request's `Host` header.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

/// Returns the address as it is stored, if a webhook may use it.
pub(crate) fn fit(text: &str) -> Result<String, Error> {
    let refused = |what: &str| {
        Error::Values(vec![ValueProblem {
            pointer: "/url".to_owned(),
            what: what.to_owned(),
        }])
    };
    if text.len() > LONGEST {
        return Err(refused("an address has at most 2000 characters"));
    }
    let url = Url::parse(text.trim()).map_err(|_| refused("this is no address such as https://example.org/hook"))?;
    target_of(&url).map_err(refused)?;
    Ok(url.to_string())
}

/// Returns the target of a stored address.
pub(crate) fn target(stored: &str) -> Option<WebhookTarget> {
    target_of(&Url::parse(stored).ok()?).ok()
}

fn target_of(url: &Url) -> Result<WebhookTarget, &'static str> {
    let tls = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return Err("an address begins with https:// or http://"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address has no name and password; deliveries are signed");
    }
    if url.fragment().is_some() {
        return Err("an address has no part behind #, because it is not sent");
    }
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err("an address names a host"),
    };
    let port = url.port_or_known_default().unwrap_or_default();
    if port < FIRST_FREE_PORT && !WEB_PORTS.contains(&port) {
        return Err("the port of an address is 80, 443, or 1024 and above");
    }
    Ok(WebhookTarget {
        tls,
        host,
        port,
        authority: url.authority().to_owned(),
        path: url[url::Position::BeforePath..].to_owned(),
    })
}

/// The kind of an IP address that is not public; `None` for a public one.
pub fn private_kind(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => private_v4(ip),
        IpAddr::V6(ip) => private_v6(ip),
    }
}

/// The kinds in IANA's registry of special-purpose addresses, and multicast.
fn private_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let kind = match ip.octets() {
        [0, ..] => "unspecified",
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => "private",
        [100, 64..=127, ..] => "shared",
        [127, ..] => "loopback",
        [169, 254, ..] => "link-local",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [192, 0, 0, _] | [192, 88, 99, _] | [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] => "special",
        [198, 18..=19, ..] => "benchmark",
        [224..=239, ..] => "multicast",
        [240..=255, ..] => "reserved",
        _ => return None,
    };
    Some(kind)
}

fn private_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        private_v4(Ipv4Addr::new(a, b, c, d))
    };
    let kind = match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0xFFFF, ..] => "IPv4-mapped",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible",
        // Networks without IPv4 reach IPv4 addresses through these (NAT64 and 6to4).
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => return embedded(high, low),
        [0xFC00..=0xFDFF, ..] => "unique-local",
        [0xFE80..=0xFEBF, ..] => "link-local",
        [0xFEC0..=0xFEFF, ..] => "site-local",
        [0xFF00..=0xFFFF, ..] => "multicast",
        [0x2001, 0xDB8, ..] | [0x3FFF, 0..=0xFFF, ..] => "documentation",
        [0x2001, 0..=0x1FF, ..] => "special",
        [0x2000..=0x3FFF, ..] => return None,
        _ => "reserved",
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_stored_as_they_are_meant() {
        for (text, stored) in [
            ("https://example.org", "https://example.org/"),
            (" HTTP://Example.org:8080/a?b=c ", "http://example.org:8080/a?b=c"),
            ("http://0x7f.1/", "http://127.0.0.1/"),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ] {
            assert_eq!(fit(text).unwrap(), stored);
        }
        let target = target("http://[::1]:8080/a?b=c").unwrap();
        assert_eq!((target.host.as_str(), target.port, target.tls), ("::1", 8080, false));
        assert_eq!(
            (target.authority.as_str(), target.path.as_str()),
            ("[::1]:8080", "/a?b=c")
        );
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "example.org",
            "ftp://example.org/",
            "file:///etc/passwd",
            "https://",
            "https://ada:secret@example.org/",
            "https://example.org/#part",
            "http://example.org:25/",
            "http://example.org:0/",
            "gopher://example.org:6379/",
        ] {
            assert!(matches!(fit(text), Err(Error::Values(_))), "{text}");
        }
        assert!(fit(&format!("https://example.org/{}", "a".repeat(LONGEST))).is_err());
    }

    #[test]
    fn every_kind_of_address_that_is_not_public_is_known() {
        for (ip, kind) in [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("10.255.255.255", "private"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.168.1.1", "private"),
            ("100.64.0.1", "shared"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("169.254.169.254", "link-local"),
            ("192.0.2.1", "documentation"),
            ("198.51.100.1", "documentation"),
            ("203.0.113.1", "documentation"),
            ("192.0.0.8", "special"),
            ("192.88.99.1", "special"),
            ("198.19.0.1", "benchmark"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::ffff:8.8.8.8", "IPv4-mapped"),
            ("::ffff:127.0.0.1", "IPv4-mapped"),
            ("::7f00:1", "IPv4-compatible"),
            ("64:ff9b::a00:1", "private"),
            ("2002:7f00:1::", "loopback"),
            ("fc00::1", "unique-local"),
            ("fdff::1", "unique-local"),
            ("fe80::1", "link-local"),
            ("fec0::1", "site-local"),
            ("ff02::1", "multicast"),
            ("2001:db8::1", "documentation"),
            ("3fff::1", "documentation"),
            ("2001::1", "special"),
            ("100::1", "reserved"),
            ("64:ff9b:1::1", "reserved"),
            ("4000::1", "reserved"),
        ] {
            assert_eq!(private_kind(ip.parse().unwrap()), Some(kind), "{ip}");
        }
        for ip in [
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::808:808",
            "3fff:1000::1",
        ] {
            assert_eq!(private_kind(ip.parse().unwrap()), None, "{ip}");
        }
    }
}
