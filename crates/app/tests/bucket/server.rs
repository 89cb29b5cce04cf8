//! A real S3 server on top of a temporary folder. Shared by the tests of `app` and of `cli`.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub const BUCKET: &str = "contacts";
pub const KEY: &str = "reader-and-writer";
pub const SECRET: &str = "nobody-may-ever-read-this";

/// An S3 server that runs until it is dropped.
pub struct BucketServer {
    pub endpoint: String,
    folder: TempDir,
    _runtime: Runtime,
}

impl BucketServer {
    /// Starts the server with one empty bucket.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(answer(listener, service.build()));
        Self {
            endpoint,
            folder,
            _runtime: runtime,
        }
    }

    /// The names of all objects in the bucket, sorted.
    pub fn objects(&self) -> Vec<String> {
        let bucket = self.folder.path().join(BUCKET);
        let mut folders = vec![bucket.clone()];
        let mut names = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    names.push(path.strip_prefix(&bucket).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        names.sort();
        names
    }
}

async fn answer(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A client that disconnects early is not a failure of the server.
            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
