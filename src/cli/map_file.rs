//! Map files on disk: an OpenStreetMap extract, or a map prepared from one by `import-map --out`. Which of the
//! two it is, its first bytes say.

use super::failure::{Exit, Failure};
use super::import_map::{Follower, load_map, not_a_map};
use super::output::Output;
use crate::roads::file::{FileError, PreparedFile};
use crate::roads::map::{import_network, prepared_profiles};
use crate::roads::profile::Profile;
use crate::roads::street_network::StreetNetwork;
use crate::roads::{ImportOptions, Map};
use anyhow::Context as _;
use bytes::Bytes;
use std::fs::File;
use std::path::Path;

/// The bytes of a file, mapped into memory: what is not looked at is not read.
pub fn map_into_memory(file: &Path) -> Result<Bytes, Failure> {
    let mapped = File::open(file).and_then(|opened| {
        if opened.metadata()?.len() == 0 {
            return Ok(Bytes::new());
        }
        #[expect(unsafe_code, reason = "the one place where a file is mapped into memory")]
        // SAFETY: nobody changes a map file while it is mapped: `import-map` writes a new one and puts it
        // in the place of the old, which stays as it is for who has it open.
        let mapped = unsafe { memmap2::Mmap::map(&opened) }?;
        Ok(Bytes::from_owner(mapped))
    });
    mapped.with_context(|| format!("the map {} cannot be read", file.display())).map_err(|error| {
        Failure::of(Exit::Error, error, "check the path and the rights of the file")
    })
}

/// The streets of a map file for one profile, without the rest of the map. Without a name, a prepared map
/// gives its first profile, and an extract is read for cars.
pub fn open_network(
    file: &Path,
    profile: Option<&str>,
    output: Output,
) -> Result<StreetNetwork, Failure> {
    let bytes = map_into_memory(file)?;
    if !PreparedFile::is_one(&bytes) {
        let profile = super::import_map::read_profile(profile.unwrap_or("car"))?;
        return network_of_extract(file, &bytes, profile, output);
    }
    let loaded = PreparedFile::open(bytes).and_then(|prepared| {
        let names = prepared_profiles(&prepared)?;
        let wanted = profile.unwrap_or(names.first().map_or("car", String::as_str));
        if !names.iter().any(|name| name == wanted) {
            return Ok(Err((wanted.to_owned(), names)));
        }
        StreetNetwork::load(&prepared, wanted).map(Ok)
    });
    match loaded.map_err(|error| refuse_prepared(file, &error))? {
        Ok(network) => Ok(network),
        Err((wanted, names)) => Err(not_prepared_for(&wanted, &names.join(", "))),
    }
}

/// A profile that the map does not have.
pub(super) fn not_prepared_for(wanted: &str, known: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        format_args!("the map was prepared for {known} and not for {wanted}"),
        format_args!("name one of them, or prepare the map with `--profile {wanted}`"),
    )
}

/// A whole map for one profile; a prepared one has those that it was prepared for.
pub fn open_map(file: &Path, profile: Option<&str>, output: Output) -> Result<Map, Failure> {
    let mut options = ImportOptions::default();
    if let Some(profile) = profile {
        // A prepared map may have been made with a profile of one's own, of which only the name is known.
        options.profiles = match super::import_map::read_profile(profile) {
            Ok(profile) => vec![profile],
            Err(_) if PreparedFile::is_one(&map_into_memory(file)?) => Vec::new(),
            Err(unknown) => return Err(unknown),
        };
    }
    Ok(load_map(file, &options, output)?.0)
}

/// A prepared file that is damaged or of another version.
pub(super) fn refuse_prepared(file: &Path, error: &FileError) -> Failure {
    let cause = format!("{} cannot be used as a map: {error}", file.display());
    Failure::new(Exit::CheckFailed, cause, FileError::CURE)
}

fn network_of_extract(
    file: &Path,
    bytes: &[u8],
    profile: Profile,
    output: Output,
) -> Result<StreetNetwork, Failure> {
    let mut follower = Follower::new(output);
    let network = import_network(bytes, profile, &mut |progress| follower.follow(progress));
    follower.finish();
    network
        .with_context(|| format!("{} cannot be used as a map", file.display()))
        .map_err(not_a_map)
}
