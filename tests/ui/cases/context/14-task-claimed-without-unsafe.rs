//! Claiming that this code may sleep is a promise to keep: firmware makes it once, in `main`.
//!
//! error: E0133
//! says: Task::<'_>::assume_sleepable
use ui::*;

pub fn f() {
    let task = Task::assume_sleepable(); //~ error
    //~ control: let task = unsafe { Task::assume_sleepable() };
    task.might_sleep();
}
