//! Opens the installation named by the arguments, as the member named by them.

use crate::args::PlaceArgs;
use crate::exit::Failure;
use crate::member_args::ActingArgs;
use crate::system::OsSystem;
use app::{Actor, App, DatabaseServer, Place};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Opens the installation as the local owner.
pub fn open(place: &PlaceArgs) -> Result<(App, Actor), Failure> {
    let data = data_folder(place)?;
    let app = App::open(&whole_place(place, &data), Arc::new(OsSystem))?;
    let actor = app.local_actor()?;
    Ok((app, actor))
}

/// Opens the installation as the named member, or as the local owner.
pub fn open_as(place: &PlaceArgs, acting: &ActingArgs) -> Result<(App, Actor), Failure> {
    let (app, local) = open(place)?;
    let actor = match &acting.acting {
        Some(email) => app.actor_of(email)?,
        None => local,
    };
    Ok((app, actor))
}

/// Returns the locations of the installation.
pub fn whole_place<'a>(place: &'a PlaceArgs, data: &'a Path) -> Place<'a> {
    Place {
        data,
        objects: place.objects.as_deref(),
        database: place.database.as_deref().map(|url| server(place, url)),
    }
}

pub fn data_folder(place: &PlaceArgs) -> Result<PathBuf, Failure> {
    match &place.data {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "crystalqore")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| {
                Failure::Usage("no data folder is known for this user; name one with --data DIR".to_owned())
            }),
    }
}

/// Returns the database server and its connection settings.
fn server<'a>(place: &PlaceArgs, url: &'a str) -> DatabaseServer<'a> {
    let seconds = u64::from(place.database_timeout);
    DatabaseServer {
        url,
        pool: place.database_pool,
        timeout: (seconds > 0).then(|| Duration::from_secs(seconds)),
    }
}
