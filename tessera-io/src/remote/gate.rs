//! Waiting, on a thread of one's own, for what the runtime's threads do.

use std::future::Future;
use std::io;
use std::sync::mpsc;

use tokio::runtime::{Builder, Handle, Runtime};

use super::RemoteError;

/// The threads that requests are sent from and answers are received on, which compute nothing.
#[derive(Debug)]
pub(super) struct Gate {
    /// There until this is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
}

/// Copying out of sockets is all they do.
const THREADS: usize = 2;

impl Gate {
    pub(super) fn new() -> Result<Self, RemoteError> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(THREADS).thread_name("tessera-remote").enable_all().build();
        let runtime = runtime.map_err(|error| RemoteError::Start { what: error.to_string() })?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Waits for an answer. Not by entering the runtime, which those who are inside of another one may not; and what waits
    /// here needs nothing of the thread that waits, which may well be one of rayon's.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = io::Result<T>> + Send + 'static,
    ) -> io::Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // Whoever asked is still waiting.
            let _ = sender.send(future.await);
        });
        receiver.recv().unwrap_or_else(|_| Err(io::Error::other("a request was dropped")))
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // Without waiting, which inside of another runtime would be a panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
