//! URLs of servers: which host, and another database on the same server.

use crate::error::{Error, ErrorKind, Result};

/// Refuses a server that is neither on this machine nor on the list: databases are created and dropped there.
pub(crate) fn check(url: &str, allowed: &[String]) -> Result<()> {
    for host in hosts(url)? {
        let local = host.is_empty()
            || host.starts_with('/')
            || ["localhost", "::1", "[::1]"].contains(&host.to_ascii_lowercase().as_str())
            || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        if !local && !allowed.iter().any(|name| name.eq_ignore_ascii_case(&host)) {
            let message = format!(
                "databases are created and dropped on the server of the tests, and `{host}` may be one that matters: \
                 allow it with `TestOptions::allow_host` or in {HOSTS_VARIABLE}"
            );
            return Err(Error::new(ErrorKind::TestDatabase, message));
        }
    }
    Ok(())
}

/// The environment variable with further hosts, separated by commas.
pub(crate) const HOSTS_VARIABLE: &str = "TURBODIESEL_TEST_HOSTS";

/// Every host that the client library might take: libpq also reads parameters and variables.
fn hosts(url: &str) -> Result<Vec<String>> {
    let unreadable = || {
        let message = "the server's address must be a URL such as postgres://user@127.0.0.1:5432/postgres";
        Error::new(ErrorKind::TestDatabase, message)
    };
    let (_, rest) = url.split_once("://").ok_or_else(unreadable)?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // What is escaped may hold commas too.
    let several = |escaped: &str| unescaped(escaped).split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut hosts: Vec<String> = host_and_port.split(',').flat_map(|one| several(without_port(one))).collect();
    for parameter in query.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match unescaped(name).as_str() {
            "host" | "hostaddr" => hosts.extend(several(value)),
            "service" | "servicefile" => return Err(unreadable()),
            _ => {}
        }
    }
    if url.starts_with("postgres") {
        if hosts.iter().all(String::is_empty) && std::env::var_os("PGSERVICE").is_some() {
            return Err(unreadable());
        }
        // Without a host of its own, libpq takes those.
        let variables =
            if hosts.iter().all(String::is_empty) { &["PGHOSTADDR", "PGHOST"][..] } else { &["PGHOSTADDR"] };
        for variable in variables {
            hosts.extend(std::env::var(variable).iter().flat_map(|host| host.split(',')).map(str::to_owned));
        }
    }
    Ok(hosts)
}

/// `%2Ftmp` as `/tmp`. What is no escape stays.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `[::1]:5432`, `host:5432`, `host`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// The URL of another database on the same server.
#[cfg(any(feature = "postgres", feature = "mysql", test))]
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (base, query) = match url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (url, String::new()),
    };
    let authority = base.find("://").map_or(0, |scheme| scheme + 3);
    let end = base.get(authority..).and_then(|rest| rest.find('/')).map_or(base.len(), |slash| authority + slash);
    format!("{}/{name}{query}", base.get(..end).unwrap_or(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (url, replaced) in [
            ("postgres://u:p@h:1/old?sslmode=disable", "postgres://u:p@h:1/new?sslmode=disable"),
            ("mysql://u@h", "mysql://u@h/new"),
            ("mysql://u@h/", "mysql://u@h/new"),
        ] {
            assert_eq!(with_database(url, "new"), replaced);
        }
    }

    #[test]
    fn only_this_machine_is_allowed_unless_said() {
        for url in [
            "postgres://u:p@127.0.0.1:5432/x",
            "postgres://localhost",
            "postgres://u@[::1]:1/x",
            "postgres://%2Fvar%2Frun/x",
            "mysql://u@127.1.2.3/x?ssl_mode=disabled",
            "postgres:///x?host=/tmp",
        ] {
            assert!(check(url, &[]).is_ok(), "{url}");
        }
        for url in [
            "postgres://u:p@db.example.com/x",
            "postgres://localhost,db.example.com/x",
            "postgres://localhost/x?host=db.example.com",
            "postgres://localhost/x?hostaddr=10.0.0.1",
            "postgres://localhost@db.example.com/x",
            "mysql://10.0.0.1:3306/x",
            "postgres://127.0.0.1.example.com/x",
            "postgres://localhost/x?service=live",
            "postgres://%2Ftmp%2Cdb.example.com/x",
            "postgres://localhost/x?%68ost=db.example.com",
            "mysql://db%2Eexample.com/x",
            "host=db.example.com",
        ] {
            let error = check(url, &[]).unwrap_err();
            assert!(error.is_test_database() && !error.to_string().contains("u:p"), "{url}");
        }
        assert!(check("mysql://u@db.test/x", &["DB.test".to_owned()]).is_ok());
    }
}
