//! Requests of whoever has no account: limits by address, so that guessing keys and asking for what is
//! open to all cannot wear the service out.
//!
//! Each IPv4 address and each IPv6 network of 64 bits has buckets of tokens that fill as time goes by: one for
//! keys and tokens that are none, one for requests without any, one for operations that need none. A request that an account stands behind
//! takes none. Buckets are those of this process.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aperilex_core::Timestamp;
use aperilex_core::ports::{QuotaUse, QuotaWindow};
use ipnet::IpNet;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use poem::http::HeaderMap;
use poem::{Addr, Request};

use crate::limits::rate_headers;
use crate::operations::Operation;
use crate::problem::{Problem, ProblemCode, ceil};
use crate::settings::ApiSettings;

/// Most addresses remembered; the one not seen for longest is forgotten first.
const REMEMBERED: u64 = 10_000;
/// A bucket is full again after this long, in microseconds: then it may as well be forgotten.
const MINUTE: i64 = 60_000_000;
/// How many times as much is allowed of what is cheap and asked for by machines: the description, and
/// whether the service is ready.
const LENIENCE: u32 = 10;
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    V4(Ipv4Addr),
    /// The first 64 bits: who has one address of such a network has all of them.
    V6(u64),
}

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let network = u128::from(address) >> 64;
                Self::V6(u64::try_from(network).unwrap_or(u64::MAX))
            }
        }
    }
}

/// What is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// Keys and tokens that are none, each once a minute. Whoever sends them locks nobody else out of
    /// signing in.
    Credentials,
    /// No key where one is needed.
    Nameless,
    /// Operations that are open to all: signing up and in, among others.
    Open,
    /// See [`LENIENCE`].
    Lenient,
}

impl Kind {
    /// None for what is never refused: whoever watches the process must be able to see it live.
    fn of(operation: &Operation) -> Option<Self> {
        match operation.id {
            "healthLive" => None,
            // One address sends the payments of all customers.
            "receivePaymentEvent" | "healthReady" | "getOpenApi" => Some(Self::Lenient),
            _ => Some(Self::Open),
        }
    }
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Gate {
    proxies: Vec<IpNet>,
    /// Nothing is limited if it is 0.
    per_minute: u32,
    /// When each bucket is full again: microseconds since 1970.
    buckets: Cache<(Origin, Kind), Arc<AtomicI64>>,
}

impl Gate {
    pub(crate) fn new(settings: &ApiSettings) -> Self {
        let buckets = Cache::builder()
            .max_capacity(REMEMBERED)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(Duration::from_micros(MINUTE.unsigned_abs()))
            .build();
        Self {
            proxies: settings.trusted_proxies.clone(),
            per_minute: settings.anonymous_per_minute,
            buckets,
        }
    }

    /// Where a request comes from; none if it did not come over a network.
    pub(crate) fn origin(&self, request: &Request) -> Option<Origin> {
        let Addr::SocketAddr(peer) = &**request.remote_addr() else {
            return None;
        };
        Some(self.client(peer.ip(), request.headers()).into())
    }

    /// The client's address: the peer's, or if that is one of our proxies, what it says; and so on, from
    /// the right. Whatever a client writes itself stands to the left of what our proxies add.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let told = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        let mut address = peer.to_canonical();
        for entry in told {
            if !self.proxies.iter().any(|net| net.contains(&address)) {
                break;
            }
            match parse(entry.trim()) {
                Some(before) => address = before.to_canonical(),
                None => break,
            }
        }
        address
    }

    /// Takes a token for an operation that needs no key.
    pub(crate) fn pass(
        &self,
        origin: Option<Origin>,
        operation: &Operation,
        now: Timestamp,
    ) -> Result<(), Problem> {
        match Kind::of(operation) {
            Some(kind) => self.draw(origin, kind, now, true),
            None => Ok(()),
        }
    }

    /// Whether a key may be looked up: a bucket that is empty is not guessed from.
    pub(crate) fn may_look_up(
        &self,
        origin: Option<Origin>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.draw(origin, Kind::Credentials, now, false)
    }

    /// Takes a token for a request without a key that needs one.
    pub(crate) fn nameless(&self, origin: Option<Origin>, now: Timestamp) -> Result<(), Problem> {
        self.draw(origin, Kind::Nameless, now, true)
    }

    /// Takes a token for a key that is none.
    pub(crate) fn failed(&self, origin: Option<Origin>, now: Timestamp) {
        // Whether there was one was asked before; of many at once the last may find none.
        let _ = self.draw(origin, Kind::Credentials, now, true);
    }

    fn draw(
        &self,
        origin: Option<Origin>,
        kind: Kind,
        now: Timestamp,
        take: bool,
    ) -> Result<(), Problem> {
        let Some(origin) = origin.filter(|_| self.per_minute > 0) else {
            return Ok(());
        };
        let lenience = match kind {
            Kind::Credentials | Kind::Nameless | Kind::Open => 1,
            Kind::Lenient => LENIENCE,
        };
        let per_minute = i64::from(self.per_minute.saturating_mul(lenience));
        let (share, now) = (MINUTE / per_minute.min(MINUTE), now.as_microsecond());
        let bucket = self.buckets.get_with((origin, kind), Arc::default);
        // A clock that was set back finds an empty bucket, not one that is empty for as long.
        bucket.fetch_min(now.saturating_add(MINUTE), Ordering::Relaxed);
        // One token more, and it would be full again at `full`; it holds what a minute fills.
        let after = |full: i64| {
            let full = full.max(now).saturating_add(share);
            (full <= now.saturating_add(MINUTE)).then_some(full)
        };
        let drawn = if take {
            bucket.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after)
        } else {
            let full = bucket.load(Ordering::Relaxed);
            after(full).ok_or(full)
        };
        drawn.map(drop).map_err(|full| {
            let wait = full
                .saturating_add(share)
                .saturating_sub(now.saturating_add(MINUTE));
            let limit = u32::try_from(per_minute).unwrap_or(u32::MAX);
            refused(limit, Duration::from_micros(wait.unsigned_abs()))
        })
    }
}

fn refused(limit: u32, wait: Duration) -> Problem {
    let seconds = ceil(wait).max(1);
    let detail = format!(
        "too many requests without a valid key come from your address; try again in {seconds} s"
    );
    let used = QuotaUse {
        window: QuotaWindow {
            name: "address",
            length: Duration::from_micros(MINUTE.unsigned_abs()),
            limit,
        },
        used: limit,
        retry_after: wait,
    };
    Problem::new(ProblemCode::QuotaExceeded, detail)
        .retry_after(seconds)
        .with_headers(rate_headers(&[used]))
}

/// An address as proxies write it, some with a port.
fn parse(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse::<std::net::SocketAddr>().map(|it| it.ip());
    let bare = entry.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let address = bare.unwrap_or(entry).parse();
    address.or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::HeaderValue;

    fn gate(per_minute: u32, proxies: &[&str]) -> Gate {
        Gate::new(&ApiSettings {
            anonymous_per_minute: per_minute,
            trusted_proxies: proxies.iter().map(|net| net.parse().unwrap()).collect(),
            ..ApiSettings::default()
        })
    }

    fn client(proxies: &[&str], peer: &str, lines: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        gate(1, proxies)
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        let ours = ["10.0.0.0/8", "fd00::/8"];
        for (peer, lines, expected) in [
            // Nobody in between, or nobody of ours: what is said counts for nothing.
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            // What our proxies add stands on the right.
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                &["1.1.1.1, 198.51.100.1, 10.2.3.4"],
                "198.51.100.1",
            ),
            (
                "10.0.0.1",
                &["1.1.1.1", "198.51.100.1,10.2.3.4"],
                "198.51.100.1",
            ),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            // An address of ours that a client made up is still its own.
            ("10.0.0.1", &["10.9.9.9, 198.51.100.1"], "198.51.100.1"),
            // With ports, in brackets, mapped.
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // What cannot be read ends the chain at the proxy that said it.
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            // Ours all the way.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(client(&ours, peer, lines), expected, "{peer} {lines:?}");
        }
        assert_eq!(client(&[], "10.0.0.1", &["198.51.100.1"]), "10.0.0.1");
    }

    #[test]
    fn a_network_of_ipv6_is_one_origin() {
        let origin = |address: &str| Origin::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::9"));
        assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assert_ne!(origin("198.51.100.1"), origin("198.51.100.2"));
        assert_eq!(origin("::ffff:198.51.100.1"), origin("198.51.100.1"));
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let (gate, origin) = (gate(3, &[]), Some(Origin::V6(1)));
        let at = |second: i64| Timestamp::from_second(1_767_225_600 + second).unwrap();
        let draw = |second| gate.draw(origin, Kind::Credentials, at(second), true);
        for _ in 0..3 {
            assert!(gate.may_look_up(origin, at(0)).is_ok());
            assert!(draw(0).is_ok());
        }
        let refused = draw(5).unwrap_err();
        assert_eq!(refused.code, ProblemCode::QuotaExceeded);
        let wait = refused
            .headers
            .iter()
            .find(|(name, _)| name == "retry-after");
        assert_eq!(wait.unwrap().1, "15", "a token comes each 20 s");
        assert!(
            gate.may_look_up(origin, at(19)).is_err(),
            "and looking takes none"
        );
        assert!(gate.may_look_up(origin, at(20)).is_ok());
        assert!(draw(20).is_ok());
        assert!(draw(20).is_err());
        assert!(
            gate.draw(Some(Origin::V6(2)), Kind::Credentials, at(20), true)
                .is_ok()
        );
        assert!(gate.draw(origin, Kind::Open, at(20), true).is_ok());
        assert!(gate.draw(origin, Kind::Lenient, at(20), true).is_ok());
        let full = (0..10).filter(|_| draw(1000).is_ok()).count();
        assert_eq!(full, 3, "it holds no more than a minute fills");
        assert!(draw(-1000).is_err(), "the clock was set back");
        assert!(draw(-980).is_ok());
    }

    #[test]
    fn nothing_is_limited_without_a_limit_or_an_address() {
        let at = Timestamp::UNIX_EPOCH;
        for _ in 0..1000 {
            let off = gate(0, &[]);
            assert!(off.draw(Some(Origin::V6(1)), Kind::Open, at, true).is_ok());
        }
        let on = gate(1, &[]);
        for _ in 0..10 {
            assert!(on.draw(None, Kind::Open, at, true).is_ok());
        }
    }
}
