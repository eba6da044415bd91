//! Name resolution that never leads SEC's names to an address inside a private network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::is_sec_host;

/// Asks the system, and drops answers for SEC's names that no public host can have.
///
/// Names that are not SEC's are a configured mirror or a proxy, which may well be private.
#[derive(Debug, Default)]
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let kept = keep(&host, found);
            if kept.is_empty() {
                return Err(format!("{host} has no public address").into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

fn keep(host: &str, mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    if is_sec_host(host) {
        found.retain(|address| is_public(address.ip()));
    }
    found
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !(special
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let segments = ip.segments();
    if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = segments {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Global unicast is 2000::/3; in it, 6to4 and the documentation block are none.
    let global = segments[0] & 0xe000 == 0x2000;
    let special = segments[0] == 0x2002 || (segments[0] == 0x2001 && segments[1] == 0x0db8);
    global && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s12_sec_names_never_lead_inside() {
        for inside in [
            "169.254.169.254",
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "0.0.0.0",
            "100.64.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
        ] {
            let address = SocketAddr::new(inside.parse().unwrap(), 0);
            assert!(keep("www.sec.gov", vec![address]).is_empty(), "{inside}");
            assert_eq!(keep("mirror.example", vec![address]).len(), 1, "{inside}");
        }
        for outside in ["23.196.4.1", "2600:1406::1", "64:ff9b::17c4:401"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
