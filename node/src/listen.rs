//! Listening sockets for `bind`, `port` and `unixsocket`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use shoal_config::Config;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, UnixListener};

use crate::log;

/// Listens on every address of `bind`. An address with a leading `-` may be missing on this machine.
///
/// # Errors
/// The first address that must be there and is not; it was logged.
pub(crate) fn tcp(config: &Config, port: u16) -> io::Result<Vec<TcpListener>> {
    let mut bind = config.bind();
    if bind.is_empty() {
        bind.push("*".into());
    }
    let mut listeners = Vec::new();
    let mut last_error = None;
    for written in &bind {
        let (optional, address) = match written.strip_prefix('-') {
            Some(address) => (true, address),
            None => (false, written.as_str()),
        };
        match listen(address, port, config.tcp_backlog()) {
            Ok(listener) => listeners.push(listener),
            Err(error) if optional && is_missing_address(&error) => last_error = Some(error),
            Err(error) => {
                let text = system_text(&error);
                log::warning(&format!(
                    "Warning: Could not create server TCP listening socket {address}:{port}: {text}"
                ));
                return Err(error);
            }
        }
    }
    match last_error {
        Some(error) if listeners.is_empty() => Err(error),
        _ => Ok(listeners),
    }
}

fn listen(address: &str, port: u16, backlog: u32) -> io::Result<TcpListener> {
    let address = match address {
        "*" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        "::*" => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        text => match text.parse() {
            Ok(address) => address,
            Err(_) => resolve(text, port)?,
        },
    };
    let socket = Socket::new(
        Domain::for_address(SocketAddr::new(address, port)),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(address, port).into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket.into())
}

fn resolve(name: &str, port: u16) -> io::Result<IpAddr> {
    let mut found = (name, port).to_socket_addrs()?;
    found
        .next()
        .map(|address| address.ip())
        .ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))
}

/// Whether an optional address is simply not there: no such address, or no such protocol family.
fn is_missing_address(error: &io::Error) -> bool {
    const NO_PROTOCOL: [i32; 4] = [93, 94, 96, 97];
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error
            .raw_os_error()
            .is_some_and(|code| NO_PROTOCOL.contains(&code))
}

/// Listens on a Unix socket, taking the place of what a dead process left there.
///
/// # Errors
/// What the system says.
pub(crate) fn unix(path: &str, mode: Option<u32>) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    if let Some(mode) = mode {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(listener)
}

/// Small writes at once, and probes of idle connections.
pub(crate) fn tune(stream: &tokio::net::TcpStream, keepalive: Option<Duration>) {
    let socket = SockRef::from(stream);
    // A connection that is gone already fails here and, more clearly, at its first read.
    let _ = socket.set_tcp_nodelay(true);
    if let Some(period) = keepalive {
        let interval = (period / 3).max(Duration::from_secs(1));
        let probes = TcpKeepalive::new()
            .with_time(period)
            .with_interval(interval)
            .with_retries(3);
        let _ = socket.set_tcp_keepalive(&probes);
    }
}

/// An error in the system's words only, as C programs print it.
pub(crate) fn system_text(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}
