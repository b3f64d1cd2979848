//! Device links: adding, merging, ordering, states, removing. Source of the semantics: `drivers/base/core.c` of Linux
//! 6.12.

mod add;
mod bulk;
mod info;
mod order;
mod owned;
mod remove;
mod states;

pub use bulk::{BulkError, LinkSpec};
pub use info::LinkInfo;
pub(crate) use order::Cursor;
pub use order::{Order, PathEdge};
pub use owned::StatelessLink;
