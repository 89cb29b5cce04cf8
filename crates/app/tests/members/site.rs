//! An installation with an owner, Ada, and a system with a controllable clock.

use app::{Actor, App, Caller, LinkKind, Place, Role, Setup, System};
use model::{Contact, ContactId};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

pub const DAY: i64 = 24 * 3_600 * 1_000_000;
pub const PASSWORD: &str = "correct horse";

/// A system whose clock advances only by `pass`.
pub struct FakeSystem {
    time: AtomicI64,
    numbers: AtomicU64,
    /// Runs before the next secret is generated.
    before: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl FakeSystem {
    /// Runs `work` just before the next secret is generated.
    pub fn before_next_secret(&self, work: impl FnOnce() + Send + 'static) {
        *self.before.lock().unwrap() = Some(Box::new(work));
    }

    pub fn pass(&self, time: i64) {
        self.time.fetch_add(time, Ordering::Relaxed);
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}

impl System for FakeSystem {
    fn now(&self) -> i64 {
        self.time.load(Ordering::Relaxed)
    }

    fn contact_id(&self) -> ContactId {
        ContactId::from_u128(u128::from(self.number()))
    }

    fn unique_name(&self) -> String {
        format!("n{}", self.number())
    }

    fn secret(&self) -> [u8; 32] {
        let before = self.before.lock().unwrap().take();
        if let Some(work) = before {
            work();
        }
        let number = self.number().to_le_bytes();
        std::array::from_fn(|at| number[at % 8])
    }
}

pub struct Team {
    pub app: Arc<App>,
    pub ada: Actor,
    pub system: Arc<FakeSystem>,
    _folder: TempDir,
}

pub fn caller() -> Caller {
    Caller {
        address: "192.0.2.1".to_owned(),
        agent: "Browser".to_owned(),
        ..Caller::default()
    }
}

impl Team {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let system = Arc::new(FakeSystem {
            time: AtomicI64::new(1_700_000_000_000_000),
            numbers: AtomicU64::new(1),
            before: Mutex::new(None),
        });
        let place = Place {
            data: folder.path(),
            objects: None,
            database: None,
        };
        let app = Arc::new(App::open(&place, system.clone()).unwrap());
        let setup = Setup {
            name: "Ada".to_owned(),
            email: "ada@example.org".to_owned(),
            password: PASSWORD.to_owned(),
            workspace_name: "Engines".to_owned(),
        };
        let token = app.setup(&setup, &caller()).unwrap();
        let ada = app.signed_in(&token).unwrap().unwrap().actor;
        Self {
            app,
            ada,
            system,
            _folder: folder,
        }
    }

    /// Adds a member who accepts an invitation from Ada.
    pub fn join(&self, name: &str, role: Role) -> Actor {
        let email = format!("{name}@example.org");
        let link = self.app.invite(self.ada, &email, role).unwrap();
        assert!(self.app.link(&link.secret, LinkKind::Invitation).is_ok());
        let token = self.app.join(&link.secret, name, PASSWORD, &caller()).unwrap();
        self.app.signed_in(&token).unwrap().unwrap().actor
    }

    pub fn contact(&self, owner: Actor, name: &str) -> ContactId {
        self.app.create_contact(owner, named(name)).unwrap()
    }
}

pub fn named(name: &str) -> Contact {
    Contact {
        first_name: model::Text::new(name),
        ..Contact::default()
    }
}
