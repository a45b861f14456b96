//! What the machine gives: a data folder that syncs, room, a free port, open files.

use super::finding::Finding;
use crate::cli::DataFolder;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

/// Below this a busy hour may fill the disk.
const FREE_BYTES_ADVISED: u64 = 1 << 30;
const FREE_BYTES_MIN: u64 = 64 << 20;
/// Each group of commands costs one sync; below this dispatchers feel it.
const SYNCS_PER_S_ADVISED: f64 = 50.0;
const OPEN_FILES_ADVISED: u64 = 65_536;

/// Whether the folder can be written, who uses it, and how fast it syncs.
pub fn data_folder(path: &Path) -> Vec<Finding> {
    const WHAT: &str = "data folder";
    // A folder that is not there yet is made in the nearest one that is.
    let here = path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let syncs_per_s = match syncs_per_s(here) {
        Ok(rate) => rate,
        Err(error) => {
            let said = format!("{} cannot be written: {error}", here.display());
            let cure =
                "give this user the rights to write there, or name another folder with --data";
            return vec![Finding::bad(WHAT, said, cure)];
        }
    };
    let said = format!("{syncs_per_s:.0} writes a second reach the disk");
    let sync = if syncs_per_s < SYNCS_PER_S_ADVISED {
        let cure = "put the data folder on a faster disk, not on a network drive or a memory card";
        Finding::doubtful("disk sync", said, cure)
    } else {
        Finding::good("disk sync", said)
    };
    if here != path {
        let said = format!("{} is not there yet; the first start makes it", path.display());
        return [Some(Finding::good(WHAT, said)), Some(sync), free_space(here)]
            .into_iter()
            .flatten()
            .collect();
    }
    let used_by = DataFolder::holder(path)
        .map_or_else(|| "not in use".to_owned(), |holder| format!("in use by {holder}"));
    let mut findings =
        vec![Finding::good(WHAT, format!("{} can be written, {used_by}", path.display()))];
    findings.extend(privacy(path));
    findings.push(sync);
    findings.extend(free_space(path));
    findings
}

/// Writes and syncs a small file over and over for a fifth of a second.
fn syncs_per_s(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join(format!(".doctor-{}", std::process::id()));
    let measured = (|| {
        let mut file = std::fs::File::create(&path)?;
        let started = Instant::now();
        let mut count = 0_u32;
        while count == 0 || started.elapsed() < Duration::from_millis(200) {
            file.write_all(&[0_u8; 4_096])?;
            file.sync_data()?;
            count += 1;
        }
        Ok(f64::from(count) / started.elapsed().as_secs_f64())
    })();
    // Nothing is left behind, whatever happened; that it cannot be removed would show in the next start.
    let _ = std::fs::remove_file(&path);
    measured
}

#[cfg(unix)]
fn privacy(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| {
        let said = format!("{} can be entered by other users ({:o})", path.display(), mode & 0o777);
        Finding::doubtful("privacy", said, format!("chmod 700 {}", path.display()))
    })
}

#[cfg(not(unix))]
fn privacy(_: &Path) -> Option<Finding> {
    None
}

#[cfg(unix)]
fn free_space(path: &Path) -> Option<Finding> {
    const WHAT: &str = "free space";
    let stats = nix::sys::statvfs::statvfs(path).ok()?;
    // The field types differ between systems.
    #[allow(clippy::useless_conversion, reason = "u32 on some systems, u64 on others")]
    let bytes = u64::from(stats.blocks_available()) * u64::from(stats.fragment_size());
    let said = format!("{:.1} GB", bytes as f64 / 1e9);
    let cure = "make room, or name a data folder on another disk with --data";
    Some(if bytes < FREE_BYTES_MIN {
        Finding::bad(WHAT, said, cure)
    } else if bytes < FREE_BYTES_ADVISED {
        Finding::doubtful(WHAT, said, cure)
    } else {
        Finding::good(WHAT, said)
    })
}

#[cfg(not(unix))]
fn free_space(_: &Path) -> Option<Finding> {
    None
}

/// Whether the address can be listened on. Taken by our own server is as it should be.
pub fn port(listen: SocketAddr, data: &Path) -> Finding {
    const WHAT: &str = "port";
    match TcpListener::bind(listen) {
        Ok(_) => Finding::good(WHAT, format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => match DataFolder::holder(data) {
            Some(holder) => Finding::good(WHAT, format!("{listen} is taken, probably by {holder}")),
            None => Finding::bad(
                WHAT,
                format!("{listen} is taken by another program"),
                "stop that program, or name another port with --listen",
            ),
        },
        Err(error) => Finding::bad(
            WHAT,
            format!("{listen} cannot be listened on: {error}"),
            "name an address of this machine and a port that this user may open with --listen",
        ),
    }
}

/// Each client's websocket is an open file. The server raises its limit as far as it may.
#[cfg(unix)]
pub fn open_files() -> Option<Finding> {
    use nix::sys::resource::{Resource, getrlimit};
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let said = format!("{hard} at the same time");
    Some(if hard < OPEN_FILES_ADVISED {
        let cure = format!("ulimit -n {OPEN_FILES_ADVISED}, or LimitNOFILE= in the systemd unit");
        Finding::doubtful("open files", said, cure)
    } else {
        Finding::good("open files", said)
    })
}

#[cfg(not(unix))]
pub fn open_files() -> Option<Finding> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Verdict;

    #[test]
    fn a_folder_that_can_be_written_is_good_and_left_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let findings = data_folder(folder.path());
        assert_eq!(findings[0].verdict, Verdict::Good, "{findings:?}");
        assert!(findings.iter().any(|finding| finding.what == "disk sync"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_folders_place_is_bad() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(data_folder(&file)[0].verdict, Verdict::Bad);
        assert_eq!(data_folder(&file.join("data"))[0].verdict, Verdict::Bad);
    }

    #[test]
    fn a_taken_port_is_bad_unless_our_own_server_may_have_it() {
        let folder = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = taken.local_addr().unwrap();
        assert_eq!(port(listen, folder.path()).verdict, Verdict::Bad);
        let _held = DataFolder::take(folder.path(), "sortie serve").unwrap();
        assert_eq!(port(listen, folder.path()).verdict, Verdict::Good);
    }
}
