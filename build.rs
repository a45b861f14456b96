//! Puts the web pages into the binary.
//!
//! Writes `assets.rs` into the build folder: one table, `ASSETS`, of path and bytes, sorted by path. The
//! pages come from a folder that `UI_DIST` names, else from `web/dist` of a published package, else from
//! npm, which runs only when something under `web/` has changed. Nothing is written into the source tree
//! but `web/node_modules`. Without the feature `ui` the table is empty and no node is needed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// What the pages are made of, below `web/`; tests and node_modules are not.
const INPUTS: [&str; 12] = [
    "src",
    "public",
    "plugins",
    "index.html",
    "driver.html",
    "tracking.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=UI_DIST");
    if let Err(cause) = embed() {
        println!("cargo::error={cause}");
        std::process::exit(1);
    }
}

fn embed() -> Result<(), String> {
    let out = PathBuf::from(setting("OUT_DIR").ok_or("cargo did not name OUT_DIR")?);
    let web = Path::new(&setting("CARGO_MANIFEST_DIR").ok_or("cargo did not name the package")?)
        .join("web");
    let pages = if setting("CARGO_FEATURE_UI").is_none() || setting("DOCS_RS").is_some() {
        None
    } else if let Some(dist) = setting("UI_DIST").filter(|dist| !dist.is_empty()) {
        Some(handed_in(Path::new(&dist))?)
    } else if !web.join("package.json").exists() {
        None
    } else if web.join("dist/.prebuilt").exists() {
        Some(handed_in(&web.join("dist"))?)
    } else {
        Some(built(&web, &out.join("web"))?)
    };
    let table = match pages {
        Some(folder) => table(&folder)?,
        None => String::from("pub static ASSETS: &[(&str, &[u8])] = &[];\n"),
    };
    let target = out.join("assets.rs");
    // An untouched file keeps its time, so nothing is compiled anew.
    if fs::read_to_string(&target).is_ok_and(|present| present == table) {
        return Ok(());
    }
    fs::write(&target, table).map_err(|e| format!("cannot write {}: {e}", target.display()))
}

/// A folder built elsewhere: by the tests, a packager or the release.
fn handed_in(dist: &Path) -> Result<PathBuf, String> {
    println!("cargo::rerun-if-changed={}", dist.display());
    if !dist.join("index.html").is_file() {
        return Err(format!(
            "UI_DIST: {} has no index.html; name the folder that `npm run build` wrote, or unset UI_DIST",
            dist.display()
        ));
    }
    dist.canonicalize().map_err(|e| format!("UI_DIST: cannot open {}: {e}", dist.display()))
}

/// Runs npm: `ci` when the lock has changed, then the build.
fn built(web: &Path, dist: &Path) -> Result<PathBuf, String> {
    for input in INPUTS {
        if web.join(input).exists() {
            println!("cargo::rerun-if-changed=web/{input}");
        }
    }
    let lock = fs::read(web.join("package-lock.json")).map_err(|e| {
        format!("cannot read web/package-lock.json: {e}; restore it from version control")
    })?;
    let stamp = web.join("node_modules/.lock-installed");
    if fs::read(&stamp).ok().as_ref() != Some(&lock) {
        npm(web, &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
        fs::write(&stamp, &lock).map_err(|e| format!("cannot write {}: {e}", stamp.display()))?;
    }
    let folder = dist.to_str().ok_or("the build folder's path is not UTF-8")?;
    npm(web, &["run", "build", "--", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"])?;
    Ok(dist.to_path_buf())
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // Its output is collected: what it prints must not be read as instructions to cargo.
    let output = match Command::new(program).args(arguments).current_dir(web).output() {
        Ok(output) => output,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(String::from(
                "npm not found: install node 20.19 or newer (it brings npm), or set UI_DIST to a built web folder, or build with --no-default-features",
            ));
        }
        Err(e) => return Err(format!("cannot start npm: {e}")),
    };
    if output.status.success() {
        return Ok(());
    }
    eprintln!("{}", String::from_utf8_lossy(&output.stdout));
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    let words = arguments.first().copied().unwrap_or_default();
    Err(format!(
        "`npm {words}` failed in web/ (its words are below); cure it, or set UI_DIST to a built web folder, or build with --no-default-features"
    ))
}

/// The rows of the table, sorted by path.
fn table(folder: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)
        .map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
    files.sort();
    let mut text = String::from("pub static ASSETS: &[(&str, &[u8])] = &[\n");
    for (name, path) in &files {
        writeln!(text, "    ({name:?}, include_bytes!({:?})),", path.display().to_string())
            .map_err(|e| e.to_string())?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
            continue;
        }
        let parts = path.strip_prefix(root).map_err(io::Error::other)?;
        let name: Vec<_> = parts.iter().map(|part| part.to_string_lossy()).collect();
        // Hidden files are marks for builders, not pages.
        if !name.iter().any(|part| part.starts_with('.')) {
            files.push((name.join("/"), path.clone()));
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script is told everything by its environment"
)]
fn setting(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
