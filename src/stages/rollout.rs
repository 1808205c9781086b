//! Brings a release to a target: what is to be done (`plan`, pure), what is signed for it (`draft`, pure), and the
//! driver of the target's lock that does it (`drive`).

pub mod choose;
pub mod claims;
pub mod draft;
pub mod drive;
pub mod end;
pub mod plan;
pub mod work;

pub use drive::{Drive, Patiences, Scribe};
pub use end::{DriveError, Ending};
pub use plan::{Back, Plan, PlanError, Reach, Request, Way};
pub use work::{Report, Touched, Work};
