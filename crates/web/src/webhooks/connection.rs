//! The connection to a webhook's receiver, restricted to addresses that were checked.
//!
//! A host name is looked up once per attempt, and every address that it has must be public. The connection uses those
//! addresses, not the name, so that a later change in DNS has no effect.

use app::{WebhookTarget, private_kind};
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

/// Connection timeout for each address of a name.
const CONNECT: Duration = Duration::from_secs(5);

/// Why a delivery could not be sent, in words.
#[derive(Debug)]
pub struct Refused(pub String);

/// A plain or encrypted connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects to a receiver.
pub async fn connect(target: &WebhookTarget, private_too: bool) -> Result<Box<dyn Stream>, Refused> {
    let addresses = look_up(target).await?;
    if !private_too {
        refuse_private(&target.host, &addresses)?;
    }
    let stream = connect_to_one(&addresses).await?;
    if !target.tls {
        return Ok(Box::new(stream));
    }
    let failed = |why: String| Refused(format!("no encrypted connection to {}: {why}", target.host));
    let connector = TLS.as_ref().map_err(|why| failed(why.clone()))?;
    let name = ServerName::try_from(target.host.clone()).map_err(|error| failed(error.to_string()))?;
    let encrypted = TlsConnector::from(Arc::clone(connector)).connect(name, stream).await;
    Ok(Box::new(encrypted.map_err(|error| failed(error.to_string()))?))
}

async fn look_up(target: &WebhookTarget) -> Result<Vec<SocketAddr>, Refused> {
    let unknown = |why: String| Refused(format!("{} has no address: {why}", target.host));
    let found = lookup_host((target.host.as_str(), target.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| unknown(error.to_string()))?.collect();
    match found.is_empty() {
        true => Err(unknown("its name server knows none".to_owned())),
        false => Ok(found),
    }
}

/// Refuses a host if any of its addresses is not public: a name with both kinds is not a mistake.
fn refuse_private(host: &str, addresses: &[SocketAddr]) -> Result<(), Refused> {
    for address in addresses {
        if let Some(kind) = private_kind(address.ip()) {
            let ip = address.ip();
            return Err(Refused(format!(
                "{host} has the address {ip}, which is not public ({kind}); webhooks are sent to such addresses only by a \
                 server that is started with --private-webhooks"
            )));
        }
    }
    Ok(())
}

async fn connect_to_one(addresses: &[SocketAddr]) -> Result<TcpStream, Refused> {
    let mut last = Refused("there is no address to connect to".to_owned());
    for address in addresses {
        match tokio::time::timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = Refused(format!("cannot connect to {address}: {error}")),
            Err(_) => last = Refused(format!("cannot connect to {address} within {} s", CONNECT.as_secs())),
        }
    }
    Err(last)
}

/// The TLS configuration with the certificates that the system trusts.
static TLS: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("the system trusts no certificates; install its package of them (ca-certificates)".to_owned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(addresses: &[&str]) -> Option<String> {
        let addresses: Vec<SocketAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        refuse_private("example.org", &addresses).err().map(|refused| refused.0)
    }

    #[test]
    fn one_private_address_of_a_name_is_enough_to_refuse_it() {
        assert_eq!(refused(&["8.8.8.8:443", "[2606:4700::1111]:443"]), None);
        let why = refused(&["8.8.8.8:443", "[::ffff:10.0.0.1]:443"]).unwrap();
        assert!(
            why.starts_with("example.org has the address ::ffff:10.0.0.1, which is not public (IPv4-mapped)"),
            "{why}"
        );
    }
}
