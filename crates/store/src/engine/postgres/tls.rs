//! Encryption of connections to PostgreSQL, with libpq's values of `sslmode` (PostgreSQL's manual, "SSL Support").
//!
//! Defines the modes, and which certificates are trusted.

use crate::error::{Error, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How a connection is encrypted, and how the server's identity is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tls {
    pub mode: Mode,
    /// Certificates that are trusted instead of the system's.
    pub roots: Option<PathBuf>,
}

/// The `sslmode` of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    Disable,
    /// Encrypted if the server supports it; its certificate is verified only if `roots` is set.
    #[default]
    Prefer,
    /// Always encrypted; the certificate is verified only if `roots` is set.
    Require,
    /// Always encrypted; the certificate must be trusted and match the host name.
    Verify,
}

impl Mode {
    /// Parses libpq's word for a mode. `verify-ca` is treated as the stricter `verify-full`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "disable" => Self::Disable,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" | "verify-full" => Self::Verify,
            _ => return None,
        })
    }

    /// Returns the mode of the client library.
    pub fn negotiation(self) -> ::postgres::config::SslMode {
        match self {
            Self::Disable => ::postgres::config::SslMode::Disable,
            Self::Prefer => ::postgres::config::SslMode::Prefer,
            Self::Require | Self::Verify => ::postgres::config::SslMode::Require,
        }
    }
}

impl Tls {
    /// Returns the connector for encrypted connections.
    pub fn connector(&self) -> Result<MakeRustlsConnect> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|e| Error::BadAddress(e.to_string()))?;
        let verifies = self.mode == Mode::Verify || self.roots.is_some();
        let config = if verifies {
            builder.with_root_certificates(self.trusted()?)
        } else {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AcceptAnyCertificate(provider)))
        };
        Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
    }

    fn trusted(&self) -> Result<RootCertStore> {
        let certificates = match &self.roots {
            Some(path) => read_certificates(path)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        let mut trusted = RootCertStore::empty();
        trusted.add_parsable_certificates(certificates);
        if trusted.is_empty() {
            return Err(Error::BadAddress(
                "no certificate is trusted on this machine; name a file of them with sslrootcert=FILE".to_owned(),
            ));
        }
        Ok(trusted)
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|e| Error::BadAddress(format!("sslrootcert {}: {e}", path.display())))
}

/// Accepts any certificate: the connection is encrypted, but the server's identity is not verified. This is what
/// `prefer` and `require` mean.
#[derive(Debug)]
struct AcceptAnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
