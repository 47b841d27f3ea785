//! Whose a database is: names carry process and start time, so that what a killed process left behind is known.
//!
//! Nothing here connects to anything.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What every name starts with.
pub(crate) const TEST: &str = "turbodiesel_test_";
/// What the name of a database starts with that was kept: nothing collects it.
const KEPT: &str = "turbodiesel_kept_";
/// What the name of a template starts with.
pub(crate) const TEMPLATE: &str = "turbodiesel_template_";

const DAY: u64 = 24 * 60 * 60;
/// For how many days a template is kept that nobody asks for.
const UNUSED: u64 = 14;

/// A process, as it stands in a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    /// The machine since its last start, and the namespace in which the process has its number.
    host: u32,
    process: u32,
    /// When the process started, in the kernel's count; 0 where the kernel is not Linux.
    ticks: u64,
    /// The same in seconds of the epoch.
    second: u64,
}

static SELF: LazyLock<Owner> = LazyLock::new(|| {
    let process = std::process::id();
    Owner { host: host(), process, ticks: started(process).unwrap_or(0), second: now() }
});

/// A name that no other test has: `turbodiesel_test_<host>_<process>_<start>_<second>_<number>`.
pub(crate) fn unique_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let Owner { host, process, ticks, second } = &*SELF;
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{TEST}{host:08x}_{process}_{ticks:x}_{second:x}_{number}")
}

/// The name under which a database is kept.
pub(crate) fn kept_name(name: &str) -> String {
    name.replacen(TEST, KEPT, 1)
}

/// Whether `name` is one of [`unique_name`]'s, and the process that took it is gone.
pub(crate) fn is_left_behind(name: &str) -> bool {
    parse(name).is_some_and(|owner| !is_alive(&owner))
}

/// Today, as templates record when they were last asked for.
pub(crate) fn today() -> u64 {
    now() / DAY
}

/// Whether nobody has asked for a template for so long that it belongs to migrations of the past.
pub(crate) fn is_outdated(last_used: u64) -> bool {
    today().saturating_sub(last_used) > UNUSED
}

fn parse(name: &str) -> Option<Owner> {
    let parts: Vec<&str> = name.strip_prefix(TEST)?.split('_').collect();
    let [host, process, ticks, second, number] = parts.as_slice() else { return None };
    number.parse::<u32>().ok()?;
    Some(Owner {
        host: u32::from_str_radix(host, 16).ok().filter(|_| host.len() == 8)?,
        process: process.parse().ok()?,
        ticks: u64::from_str_radix(ticks, 16).ok()?,
        second: u64::from_str_radix(second, 16).ok()?,
    })
}

fn is_alive(owner: &Owner) -> bool {
    if owner == &*SELF {
        return true;
    }
    if owner.ticks != 0 && owner.host == SELF.host {
        return started(owner.process) == Some(owner.ticks);
    }
    // Of a process of another machine or container nothing is known: it has a day to clean up after itself.
    now().saturating_sub(owner.second) < DAY
}

/// When a process started, in the kernel's count since the machine did: the 22nd field, after the name in brackets.
fn started(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = status.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

fn host() -> u32 {
    let mut hasher = DefaultHasher::new();
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().hash(&mut hasher);
    std::fs::read_link("/proc/self/ns/pid").ok().hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_it_is() {
        let name = unique_name();
        assert_eq!(parse(&name).as_ref(), Some(&*SELF));
        assert!(!is_left_behind(&name) && name.len() <= 63, "{name}");
        assert_ne!(unique_name(), name);
        for other in ["turbodiesel_test_1_2_3", "turbodiesel_test_", "posts", "turbodiesel_test_0000000g_1_2_3_4"] {
            assert!(!is_left_behind(other), "{other}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_number_that_another_process_has_now_is_no_excuse() {
        let Owner { host, process, ticks, second } = &*SELF;
        assert!(is_left_behind(&format!("{TEST}{host:08x}_{process}_{:x}_{second:x}_0", ticks + 1)));
    }

    #[test]
    fn another_machine_has_a_day() {
        let Owner { host, process, ticks, second } = &*SELF;
        let of = |second: u64| format!("{TEST}{:08x}_{process}_{ticks:x}_{second:x}_0", host ^ 1);
        assert!(!is_left_behind(&of(*second)));
        assert!(is_left_behind(&of(second - 2 * DAY)));
    }

    #[test]
    fn a_template_has_a_fortnight() {
        assert!(!is_outdated(today()) && !is_outdated(today() - UNUSED) && is_outdated(today() - UNUSED - 1));
    }
}
