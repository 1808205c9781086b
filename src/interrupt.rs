//! Whether somebody asked this process to stop: Ctrl-C, or a SIGTERM. The only place that listens to signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// How soon a person hears that the wish was understood.
const SOON: Duration = Duration::from_millis(50);

/// A wish to stop that work looks at between its steps.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From here on the first signal is a wish and the second one ends the process, as the first did before.
    pub fn of_process() -> io::Result<Self> {
        let this = Self::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order, so that the first signal does not see its own mark.
            flag::register_conditional_default(signal, Arc::clone(&this.0))?;
            flag::register(signal, Arc::clone(&this.0))?;
        }
        Ok(this)
    }

    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Works, and tells once that a stop was asked for, while the work goes on.
    pub fn told_while<T>(&self, tell: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            let (done, ended) = mpsc::channel::<()>();
            scope.spawn(move || {
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(SOON) {
                    if self.is_asked() {
                        return tell();
                    }
                }
            });
            let result = work();
            drop(done);
            result
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_told_while_the_work_goes_on() {
        let (interrupt, (told, heard)) = (Interrupt::default(), mpsc::channel());
        let asked = interrupt.told_while(
            move || told.send("stopping").unwrap(),
            || {
                interrupt.ask();
                heard.recv().unwrap()
            },
        );
        assert_eq!(asked, "stopping");
    }

    #[test]
    fn nothing_is_told_without_a_wish() {
        let interrupt = Interrupt::default();
        interrupt.told_while(|| panic!("nobody asked"), || ());
        assert!(!interrupt.is_asked());
    }
}
