//! The arguments of `crystalqore serve`, and how they become the server's settings.

use clap::{Args as ClapArgs, ValueEnum};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use web::{Limits, Serve};

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 for any free port
    #[arg(
        long,
        env = "CRYSTALQORE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: SocketAddr,
    /// Maximum size of an uploaded file, in MiB
    #[arg(
        long,
        env = "CRYSTALQORE_UPLOAD_LIMIT",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000),
        value_name = "MIB"
    )]
    pub upload_limit: u64,
    /// Assume that browsers use HTTPS only, because a proxy in front of the server terminates TLS
    #[arg(long, env = "CRYSTALQORE_SECURE")]
    pub secure: bool,
    /// Trust the headers X-Forwarded-For and X-Forwarded-Proto of the proxy in front of the server
    #[arg(long, env = "CRYSTALQORE_TRUST_PROXY")]
    pub trust_proxy: bool,
    /// Host name under which browsers reach the server; requests for other names, except local ones, are refused. May
    /// be given several times
    #[arg(long = "host", env = "CRYSTALQORE_HOST", value_delimiter = ',', value_name = "NAME")]
    pub hosts: Vec<String>,
    /// Bearer token required to read /metrics; without one, only this machine can read it, and only if no other machine
    /// can reach the server. Other users of the machine can read command lines: use the environment variable
    #[arg(
        long,
        env = "CRYSTALQORE_METRICS_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub metrics_token: Option<String>,
    /// Allow webhooks to addresses that are not public, such as this machine and its network
    #[arg(long, env = "CRYSTALQORE_PRIVATE_WEBHOOKS")]
    pub private_webhooks: bool,
    /// Maximum number of open connections; idle ones are closed to make room for new ones
    #[arg(
        long,
        env = "CRYSTALQORE_MAX_CONNECTIONS",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u32).range(16..=1_000_000),
        value_name = "N"
    )]
    pub max_connections: u32,
    /// Maximum number of HTTP API requests per minute and token
    #[arg(long, env = "CRYSTALQORE_API_REQUESTS", default_value = "6000", value_name = "N")]
    pub api_requests: NonZeroU32,
    /// Scale all time limits of connections to this percentage, for tests
    #[arg(
        long,
        hide = true,
        env = "CRYSTALQORE_TIME_LIMITS",
        default_value_t = 100,
        value_name = "PERCENT"
    )]
    pub time_limits: u32,
    /// Format of the log, which is written to standard error
    #[arg(long, env = "CRYSTALQORE_LOG", value_enum, default_value_t)]
    pub log: LogFormat,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    /// One JSON document per line, for programs.
    Json,
}

impl ServeArgs {
    /// Returns the server's settings.
    pub fn serve(&self) -> Serve {
        Serve {
            listen: self.listen,
            upload_limit: self.upload_limit << 20,
            region: Some(crate::system::country()),
            secure: self.secure,
            trust_proxy: self.trust_proxy,
            hosts: self.hosts.clone(),
            metrics_token: self.metrics_token.clone(),
            private_webhooks: self.private_webhooks,
            limits: self.limits(),
        }
    }

    fn limits(&self) -> Limits {
        let limits = Limits {
            connections: self.max_connections as usize,
            api_requests: self.api_requests,
            ..Limits::default()
        };
        limits.scaled(f64::from(self.time_limits) / 100.0)
    }

    /// Returns a warning about settings that are probably wrong, for the log at startup.
    pub fn doubt(&self) -> Option<&'static str> {
        let behind_a_proxy = self.secure || !self.hosts.is_empty();
        (behind_a_proxy && !self.trust_proxy).then_some(
            "without --trust-proxy everybody behind a proxy is one address: wrong passwords of one slow all of them down. \
             If a proxy is in front, and only then, add --trust-proxy",
        )
    }
}
