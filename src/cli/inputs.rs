//! What is to be made of what: files, folders and streams, and where each result goes.

use limn_core::codec::Format;
use std::path::{Path, PathBuf};

/// One image to be made.
#[derive(Debug)]
pub struct Work {
    /// The source.
    pub input: PathBuf,
    /// Whether the results go into a folder.
    pub is_folder: bool,
    to: PathBuf,
}

impl Work {
    /// Where the result goes: in a folder it gets the extension of what it became.
    pub fn output(&self, format: &str) -> PathBuf {
        let extension = if format == "jpeg" { "jpg" } else { format };
        if self.is_folder {
            self.to.with_extension(extension)
        } else {
            self.to.clone()
        }
    }
}

/// `-`: standard input or output.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Puts inputs and output together.
///
/// # Errors
/// A sentence.
pub fn of(inputs: &[PathBuf], output: &Path) -> Result<Vec<Work>, String> {
    let is_folder = output.is_dir() || output.as_os_str().to_string_lossy().ends_with('/');
    if let ([one], false) = (inputs, is_folder) {
        if !one.is_dir() {
            return Ok(vec![Work { input: one.clone(), is_folder, to: output.into() }]);
        }
    }
    if !is_folder {
        return Err(format!("--output {}: of several images a folder is wanted, which ends in /.", output.display()));
    }
    let mut work: Vec<Work> = Vec::new();
    for input in inputs {
        if is_stream(input) {
            return Err("-: standard input goes into a file or to standard output, and stands alone.".into());
        }
        for file in under(input)? {
            let name = file.strip_prefix(input).ok().filter(|rest| !rest.as_os_str().is_empty());
            let name = name.map(Path::to_path_buf).or_else(|| file.file_name().map(PathBuf::from));
            let to = output.join(name.ok_or_else(|| format!("{}: a file is wanted.", file.display()))?);
            if let Some(twin) = work.iter().find(|w| w.to.with_extension("") == to.with_extension("")) {
                return Err(format!("{} and {} would become the same file.", twin.input.display(), file.display()));
            }
            work.push(Work { input: file, is_folder, to });
        }
    }
    match work.is_empty() {
        true => Err("there is no image in what was named.".into()),
        false => Ok(work),
    }
}

/// The files that are named and those in folders that are, where no result goes anywhere.
///
/// # Errors
/// A sentence.
pub fn files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    if inputs.iter().any(|input| is_stream(input)) {
        return Err("-: a file or a folder is wanted.".into());
    }
    let all: Vec<PathBuf> = inputs.iter().map(|input| under(input)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    match all.is_empty() {
        true => Err("there is no image in what was named.".into()),
        false => Ok(all),
    }
}

/// A file itself; of a folder what is named as an image.
fn under(input: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    match input.is_dir() {
        true => look_into(input, &mut files)?,
        false => files.push(input.into()),
    }
    Ok(files)
}

/// Files that are named as images, in the order of their names.
fn look_into(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let told = |e: std::io::Error| format!("{}: {e}", folder.display());
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map_err(told)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>().map_err(told)?;
    entries.sort_unstable();
    for path in entries {
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        match path.is_dir() {
            // A link may lead back up.
            true if !path.is_symlink() => look_into(&path, files)?,
            _ if extension.is_some_and(|e| Format::from_extension(&e).is_some()) => files.push(path),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn one_file_goes_where_it_is_told() {
        let work = of(&paths(&["a.png"]), Path::new("b.jpg")).unwrap();
        assert_eq!(work[0].output("jpeg"), Path::new("b.jpg"));
        assert!(is_stream(&of(&paths(&["-"]), Path::new("-")).unwrap()[0].output("webp")));
        let work = of(&paths(&["x/a.png"]), Path::new("out/")).unwrap();
        assert_eq!(work[0].output("jpeg"), Path::new("out/a.jpg"));
    }

    #[test]
    fn several_want_a_folder_and_names_of_their_own() {
        assert!(of(&paths(&["a.png", "b.png"]), Path::new("c.png")).unwrap_err().contains("folder"));
        assert!(of(&paths(&["a.png", "x/a.jpg"]), Path::new("out/")).unwrap_err().contains("same file"));
        assert!(of(&paths(&["a.png", "-"]), Path::new("out/")).unwrap_err().contains("alone"));
        let work = of(&paths(&["x/a.png", "b.gif"]), Path::new("out/")).unwrap();
        assert_eq!(work.iter().map(|w| w.output("webp")).collect::<Vec<_>>(), paths(&["out/a.webp", "out/b.webp"]));
    }

    #[test]
    fn a_folder_gives_its_images_alone() {
        let folder = std::env::temp_dir().join(format!("limn-inputs-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("in")).unwrap();
        for name in ["b.jpg", "in/a.PNG", "notes.txt"] {
            std::fs::write(folder.join(name), b"").unwrap();
        }
        let work = of(std::slice::from_ref(&folder), Path::new("out/")).unwrap();
        let alone = files(&[folder.clone(), folder.join("notes.txt")]).unwrap();
        let empty = of(&paths(&[]), Path::new("out/"));
        std::fs::remove_dir_all(folder).unwrap();
        assert_eq!(work.iter().map(|w| w.output("png")).collect::<Vec<_>>(), paths(&["out/b.png", "out/in/a.png"]));
        assert!(empty.is_err());
        assert_eq!(alone.len(), 3);
        assert!(files(&paths(&["-"])).is_err());
    }
}
