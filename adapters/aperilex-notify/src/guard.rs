//! Where a webhook may go: to public addresses. The addresses that were looked at are the ones that are
//! connected to, so a name that answers differently the next time gains nothing.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::Cause;

/// Whether an address is one of the open Internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's special-purpose blocks are not.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast is 2000::/3, of which some blocks are special. What holds an IPv4 address is what
/// that is.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let v4 = |high: u16, low: u16| {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(v4(high, low))
        }
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // Teredo, benchmarking, ORCHID, documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

type Looked = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves names, and lets public addresses through alone.
#[derive(Clone)]
pub(crate) struct Guard {
    look_up: Arc<dyn Fn(String) -> Looked + Send + Sync>,
    allow_private: bool,
}

impl Guard {
    pub(crate) fn new(allow_private: bool) -> Self {
        let look_up = |name: String| -> Looked {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
        };
        Self {
            look_up: Arc::new(look_up),
            allow_private,
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("allow_private", &self.allow_private)
            .finish_non_exhaustive()
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        let found = (self.look_up)(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await.map_err(|_| Cause::Unreachable)?;
            let lawful = |address: &SocketAddr| guard.allow_private || is_public(address.ip());
            let lawful: Vec<_> = found.into_iter().filter(lawful).collect();
            if lawful.is_empty() {
                return Err(Cause::Private.into());
            }
            let addresses: Addrs = Box::new(lawful.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
            "2001:4860::8888",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    fn stub(answers: &'static [&'static [&'static str]]) -> Guard {
        let asked = AtomicUsize::new(0);
        let look_up = move |_: String| -> Looked {
            let n = asked.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
            let found = answers[n]
                .iter()
                .map(|ip| SocketAddr::new(ip.parse().unwrap(), 0));
            let found = found.collect();
            Box::pin(async move { Ok(found) })
        };
        Guard {
            look_up: Arc::new(look_up),
            allow_private: false,
        }
    }

    async fn resolved(guard: &Guard) -> Result<Vec<String>, String> {
        let addresses = guard
            .resolve("rebinding.example.com".parse().unwrap())
            .await;
        let addresses = addresses.map_err(|error| error.to_string())?;
        Ok(addresses.map(|address| address.ip().to_string()).collect())
    }

    #[tokio::test]
    async fn a_name_that_turns_private_is_refused() {
        let guard = stub(&[
            &["93.184.215.14"],
            &["169.254.169.254"],
            &["::1", "fe80::1"],
        ]);
        assert_eq!(resolved(&guard).await.unwrap(), ["93.184.215.14"]);
        for _ in 0..2 {
            assert!(resolved(&guard).await.unwrap_err().contains("private"));
        }
    }

    #[tokio::test]
    async fn of_mixed_addresses_the_public_ones_are_used() {
        let guard = stub(&[&["10.0.0.1", "93.184.215.14", "::ffff:127.0.0.1"]]);
        assert_eq!(resolved(&guard).await.unwrap(), ["93.184.215.14"]);
    }
}
