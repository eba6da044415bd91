//! Serving over TCP: HTTP/1.1 with deadlines, a cap on connections, and a graceful stop.
//!
//! poem's own server has no deadline for heads, spins when accepting fails, and waits without end for
//! open event streams; so connections are accepted and served here, with hyper, and poem routes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aperilex_core::Engine;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answered::Answered;
use crate::guard::Guarded;
use crate::head;
use crate::metrics::{self, Metrics};
use crate::problem::Problem;
use crate::settings::{ApiSettings, seconds};
use crate::strict::{Refuse, Strict};

/// First pause after a failed accept; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What hyper reads beside a head of the longest size.
const SLACK: usize = 8 * 1024;

/// What all connections share.
struct Server<E> {
    endpoint: E,
    refuse: Refuse,
    scheme: Scheme,
    header_time: Duration,
    write_time: Duration,
    local: SocketAddr,
    /// Cancelled when the server is to stop.
    shutdown: CancellationToken,
    /// Cancelled when it has waited long enough.
    abort: CancellationToken,
}

/// Serves the API on `listener` until `shutdown` is cancelled. Then nothing new is accepted, event
/// streams say good-bye, and what is under way has [`ApiSettings::shutdown_grace_s`] to end.
///
/// # Errors
/// The listener has no address. A failing accept is no error: it is tried again, ever slower.
pub async fn serve(
    engine: Engine,
    settings: ApiSettings,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    serve_measured(engine, settings, Metrics::default(), listener, shutdown).await
}

/// The same, with metrics that other parts have added to.
///
/// # Errors
/// As [`serve`], and if the metrics' own address cannot be listened on.
pub async fn serve_measured(
    engine: Engine,
    settings: ApiSettings,
    metrics: Metrics,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let metrics = Arc::new(metrics);
    let open = TaskTracker::new();
    if let Some(address) = settings.metrics_listen {
        let listener = metrics::bind(address).await?;
        let (metrics, engine) = (Arc::clone(&metrics), engine.clone());
        open.spawn(metrics::serve(metrics, engine, listener, shutdown.clone()));
    }
    let grace = seconds(settings.shutdown_grace_s);
    let slots = Arc::new(Semaphore::new(
        settings.max_connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
    let server = Arc::new(Server {
        scheme: if settings.behind_tls {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        },
        header_time: seconds(settings.header_timeout_s),
        write_time: seconds(settings.write_timeout_s),
        local: listener.local_addr()?,
        refuse: refusing(engine.clone()),
        endpoint: crate::front(engine, settings, metrics, shutdown.clone()),
        shutdown: shutdown.clone(),
        abort: CancellationToken::new(),
    });
    while let Some((socket, peer, slot)) = accept(&listener, &slots, &shutdown).await {
        let server = Arc::clone(&server);
        open.spawn(async move {
            server.connection(socket, peer).await;
            drop(slot);
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(grace, open.wait()).await.is_err() {
        tracing::warn!(
            open = open.len(),
            "connections are cut: the time to stop is over"
        );
        server.abort.cancel();
        open.wait().await;
    }
    Ok(())
}

/// Answers for requests whose heads hyper does not get to see.
fn refusing(engine: Engine) -> Refuse {
    Arc::new(move |problem: Problem| {
        let ports = engine.ports();
        let now = ports.clock.now();
        let id = ports.ids.uuid_v7(now).to_string();
        tracing::debug!(
            request_id = id,
            problem = problem.code.as_str(),
            "refused a head"
        );
        problem.message(&id, &now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
    })
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is a slot for it; none when the server is to stop.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<Accepted> {
    let mut pause = FIRST_PAUSE;
    let accepting = async {
        let slot = Arc::clone(slots).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((socket, peer)) => return Some((socket, peer, slot)),
                Err(error) => {
                    // Out of file descriptors, most likely: without a pause this would spin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    };
    shutdown.run_until_cancelled(accepting).await.flatten()
}

impl<E: Endpoint<Output = Response>> Server<E> {
    async fn connection(self: Arc<Self>, socket: TcpStream, peer: SocketAddr) {
        // Answers are written whole; waiting for more to send only delays them.
        let _ = socket.set_nodelay(true);
        let socket = Guarded::new(socket, self.write_time);
        let answered = Answered::default();
        let refuse = Arc::clone(&self.refuse);
        let io = TokioIo::new(Strict::new(socket, refuse, answered.clone()));
        let service = service_fn(|request| async {
            let (local, remote) = (
                LocalAddr(Addr::from(self.local)),
                RemoteAddr(Addr::from(peer)),
            );
            let request = (request, local, remote, self.scheme.clone()).into();
            let response = self.endpoint.get_response(request).await;
            let response = hyper::Response::from(response);
            Ok::<_, Infallible>(response.map(|body| answered.with(body)))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_time)
            .max_headers(head::MAX_FIELDS)
            .max_buf_size(head::MAX_BYTES + SLACK)
            .serve_connection(io, service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            () = self.shutdown.cancelled() => None,
        };
        if ended.is_none() {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                _ = connection => {}
                () = self.abort.cancelled() => {}
            }
        } else if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}
