//! The API behind a real socket, and clients that speak HTTP by hand.

use std::net::SocketAddr;
use std::time::Duration;

use aperilex_api::ApiSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::world::World;

/// Longest time a test waits for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A world and a server on it.
pub(crate) struct Served {
    pub(crate) world: World,
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) server: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub(crate) async fn new(settings: ApiSettings) -> Self {
        let world = World::with(|_| {}, crate::world::settings(), settings.clone()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let engine = world.engine.clone();
        let served = aperilex_api::serve(engine, settings, listener, shutdown.clone());
        Self {
            world,
            address,
            shutdown,
            server: tokio::spawn(served),
        }
    }

    /// A connection on which this was sent.
    pub(crate) async fn connect(&self, bytes: impl AsRef<[u8]>) -> Client {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(bytes.as_ref()).await.unwrap();
        Client {
            socket,
            read: Vec::new(),
        }
    }

    /// The head of a request of the first account, without its last empty line.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        let key = &self.world.key;
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n")
    }

    pub(crate) async fn get(&self, path: &str) -> Client {
        self.connect(format!("{}\r\n", self.head("GET", path)))
            .await
    }
}

/// The client's end of a connection.
pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    read: Vec<u8>,
}

impl Client {
    /// All that was read so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    /// Reads until `words` were sent; what was read so far.
    pub(crate) async fn until(&mut self, words: &str) -> String {
        let reading = async {
            while !self.text().contains(words) {
                if self.socket.read_buf(&mut self.read).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, reading).await.is_ok();
        let text = self.text();
        assert!(
            in_time && text.contains(words),
            "`{words}` is not in `{text}`"
        );
        text
    }

    /// Reads what is there within a moment.
    pub(crate) async fn pull(&mut self) {
        let reading = self.socket.read_buf(&mut self.read);
        let _ = tokio::time::timeout(Duration::from_millis(50), reading).await;
    }

    /// Reads until the server closes; what was read in all.
    pub(crate) async fn end(&mut self) -> String {
        let reading = async {
            // A reset also ends a connection.
            while matches!(self.socket.read_buf(&mut self.read).await, Ok(1..)) {}
        };
        let in_time = tokio::time::timeout(PATIENCE, reading).await.is_ok();
        assert!(in_time, "the connection stays open after `{}`", self.text());
        self.text()
    }
}
