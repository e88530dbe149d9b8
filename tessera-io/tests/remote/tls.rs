//! Encrypted connections.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tessera_core::{ByteRange, ByteRanges};
use tessera_io::{RemoteError, RemoteTrouble};

use crate::support::{open, quick};

/// A server whose certificate is its own authority, which gives the same three bytes to all, and the certificate.
fn server() -> (SocketAddr, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok() {
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (address, cert.pem())
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_and_one_that_is_named_is_trusted() {
    let (address, pem) = server();
    let url = format!("https://localhost:{}/x", address.port());
    let (remote, store) = open(quick(), &url);
    let error = store.read_into("a", ByteRange::All, &mut Vec::new()).unwrap_err();
    let Some(RemoteError::Request { trouble: RemoteTrouble::Certificate(_), attempts: 1, .. }) =
        RemoteError::of(&error)
    else {
        panic!("{error:?}")
    };
    let text = error.to_string();
    assert!(
        text.starts_with(&url) && text.contains("certificate") && text.contains("AWS_CA_BUNDLE"),
        "{text}"
    );
    assert_eq!((error.kind(), remote.traffic().requests), (ErrorKind::Other, 1));

    let dir = tempfile::tempdir().unwrap();
    let bundle = dir.path().join("own.pem");
    std::fs::write(&bundle, pem).unwrap();
    let (_remote, store) = open(quick().variables([("AWS_CA_BUNDLE", bundle.to_str().unwrap())]), &url);
    let mut out = Vec::new();
    assert!(store.read_into("a", ByteRange::All, &mut out).unwrap() && out == b"abc");
}
