//! Test databases: files, copied from one that was migrated once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel::connection::{Connection, LoadConnection};
use diesel::sqlite::Sqlite;

use crate::error::Result;
use crate::testing::owner::{TEMPLATE, is_left_behind, is_outdated, kept_name, unique_name};
use crate::testing::provide::{Fate, Migrate, Provide, Provided, Request};
use crate::testing::{Server, failed};

impl Server for Sqlite {}

impl Provide for Sqlite {
    const NAME: &'static str = "SQLite";
    const URL_VARIABLE: Option<&'static str> = None;
    const NOWHERE: Option<&'static str> = Some(":memory:");
    const CLOSE: &'static str = "PRAGMA query_only = TRUE";
    // Nothing here has to survive a power cut.
    const SET_UP: Option<&'static str> =
        Some("PRAGMA busy_timeout = 5000; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");

    fn prepare<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
    where
        C: Connection<Backend = Self> + LoadConnection + 'static,
    {
        let folder = Path::new(request.place);
        fs::create_dir_all(folder)
            .map_err(|error| failed::<Self>("cannot make the folder of the databases", &error))?;
        collect(folder);
        make_template::<C>(request, migrate)
    }

    fn provide<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<Provided>
    where
        C: Connection<Backend = Self> + LoadConnection + Send + 'static,
    {
        let name = format!("{}.sqlite", unique_name());
        let path = Path::new(request.place).join(&name);
        if fs::copy(template(request), &path).is_err() {
            // Somebody cleaned the folder up.
            make_template::<C>(request, migrate)?;
            fs::copy(template(request), &path).map_err(|error| failed::<Self>("cannot copy the template", &error))?;
        }
        let url = path.to_string_lossy().into_owned();
        let kept = path.with_file_name(kept_name(&name));
        let release = {
            let kept = kept.clone();
            Box::new(move |fate| match fate {
                Fate::Drop => remove(&path),
                Fate::Keep => rename(&path, &kept),
            })
        };
        Ok(Provided { url, kept: kept.to_string_lossy().into_owned(), release })
    }
}

fn template(request: &Request<'_>) -> PathBuf {
    Path::new(request.place).join(format!("{TEMPLATE}{}.sqlite", request.identity))
}

/// Made beside its place and then moved there, so that no process sees half of it, and two may make it at once.
fn make_template<C>(request: &Request<'_>, migrate: Migrate<'_>) -> Result<()>
where
    C: Connection<Backend = Sqlite>,
{
    let template = template(request);
    // Its time says when it was last asked for.
    if fs::File::options().append(true).open(&template).and_then(|file| file.set_modified(SystemTime::now())).is_ok() {
        return Ok(());
    }
    let making = Path::new(request.place).join(format!("{}.sqlite", unique_name()));
    let url = making.to_string_lossy();
    let made = migrate(&url).and_then(|()| {
        // Last, and by the only connection: the log is merged into the file when it closes.
        let mut conn = C::establish(&url).map_err(|error| failed::<Sqlite>("cannot open the template", &error))?;
        conn.batch_execute("PRAGMA journal_mode = WAL")?;
        drop(conn);
        fs::rename(&making, &template).map_err(|error| failed::<Sqlite>("cannot make the template", &error))
    });
    if made.is_err() {
        remove(&making);
    }
    made
}

/// Removes what killed processes left behind, and templates of the past.
fn collect(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let left_behind = name.split('.').next().is_some_and(is_left_behind);
        if left_behind || (name.starts_with(TEMPLATE) && day(&entry).is_some_and(is_outdated)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn day(entry: &fs::DirEntry) -> Option<u64> {
    let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok()?;
    Some(modified.duration_since(UNIX_EPOCH).ok()?.as_secs() / (24 * 60 * 60))
}

/// The file and the two that SQLite keeps beside it.
fn with_its_log(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|suffix| {
        let mut path = path.as_os_str().to_owned();
        path.push(suffix);
        path.into()
    })
}

/// A file that is not there is what was wanted; of another failure nobody is left to hear.
fn remove(path: &Path) {
    for file in with_its_log(path) {
        let _ = fs::remove_file(file);
    }
}

fn rename(from: &Path, to: &Path) {
    for (from, to) in with_its_log(from).iter().zip(with_its_log(to)) {
        let _ = fs::rename(from, to);
    }
}
