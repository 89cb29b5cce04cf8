//! The arguments of `crystalqore serve`, and how they become the server's settings.

use clap::Args as ClapArgs;
use std::net::SocketAddr;
use web::Serve;

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Where to listen; port 0 for any that is free
    #[arg(
        long,
        env = "CRYSTALQORE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,
    /// How large an uploaded file may be, in MiB
    #[arg(
        long,
        env = "CRYSTALQORE_UPLOAD_LIMIT",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000),
        value_name = "MIB"
    )]
    pub upload_limit: u64,
    /// Browsers reach it by HTTPS alone: a proxy in front of it speaks TLS
    #[arg(long, env = "CRYSTALQORE_SECURE")]
    pub secure: bool,
}

impl ServeArgs {
    /// How to serve.
    pub fn serve(&self) -> Serve {
        Serve {
            listen: self.listen,
            upload_limit: self.upload_limit << 20,
            secure: self.secure,
        }
    }
}
