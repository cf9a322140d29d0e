//! What a step took out of memory to write it down, until that is done.

/// Gives back what was taken, unless it was written: a step that fails or is dropped half way loses nothing. Whether a
/// commit that was cut off happened cannot be known, so that what is written this way may be written twice.
#[derive(Debug)]
pub struct Taken<T, F: FnOnce(T)> {
    what: Option<(T, F)>,
}

impl<T, F: FnOnce(T)> Taken<T, F> {
    /// Holds `what`, and hands it to `give_back` unless [`Taken::written`] comes first.
    pub fn new(what: T, give_back: F) -> Self {
        Self {
            what: Some((what, give_back)),
        }
    }

    /// What was taken.
    pub fn get(&self) -> &T {
        let (what, _) = self.what.as_ref().expect("it is there until it is written");
        what
    }

    /// The same, for what is written bit by bit: what is left then is given back.
    pub fn get_mut(&mut self) -> &mut T {
        let (what, _) = self.what.as_mut().expect("it is there until it is written");
        what
    }

    /// It is on disk.
    pub fn written(mut self) {
        self.what = None;
    }
}

impl<T, F: FnOnce(T)> Drop for Taken<T, F> {
    fn drop(&mut self) {
        if let Some((what, give_back)) = self.what.take() {
            give_back(what);
        }
    }
}
