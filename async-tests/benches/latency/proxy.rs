//! A proxy on loopback that makes a server far away: it keeps what passes back for a while, and counts round trips.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// It listens until the process ends.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    trips: Arc<Trips>,
}

/// A round trip begins when the client says something after it was answered, or for the first time.
#[derive(Default)]
struct Trips {
    begun: AtomicUsize,
    waiting: AtomicBool,
}

impl Proxy {
    /// Stands before this server. What is said arrives after `delay`, and so does the answer.
    pub(crate) fn start(server: SocketAddr, delay: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let trips = Arc::new(Trips::default());
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(server) else { continue };
                let said = Arc::clone(&counted);
                let answered = Arc::clone(&counted);
                let said = move || {
                    if !said.waiting.swap(true, Ordering::SeqCst) {
                        said.begun.fetch_add(1, Ordering::SeqCst);
                    }
                };
                let answered = move || answered.waiting.store(false, Ordering::SeqCst);
                // Heard when it is said, answered when that arrives: both are what the client sees.
                if let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) {
                    carry(from, to, delay, said, || {});
                    carry(server, client, delay, || {}, answered);
                }
            }
        });
        Ok(Proxy { address, trips })
    }

    /// Round trips since the last time. Only of one connection at a time.
    pub(crate) fn round_trips(&self) -> usize {
        self.trips.begun.swap(0, Ordering::SeqCst)
    }
}

/// Carries bytes from one socket to the other, each so long after it came. Many can be on their way.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    delay: Duration,
    came: impl Fn() + Send + 'static,
    left: impl Fn() + Send + 'static,
) {
    let (send, on_the_way) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            came();
            if send.send((Instant::now() + delay, buffer[..n].to_vec())).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        let _ = to.set_nodelay(true);
        for (due, bytes) in on_the_way {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            left();
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
