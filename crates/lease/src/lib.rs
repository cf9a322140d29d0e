//! One reader reads on one device at a time.
//!
//! A reader may be signed in on as many devices as they like; *reading* happens on one of them. For each reader there is
//! a register: the device that has the **lease**, or none, and the **epoch**, a number that grows with every change of
//! device. This crate is that register and a table of them: pure, synchronous, without I/O, without dependencies,
//! without a clock. It was made for a newspaper but knows nothing of one; "reader" and "device" are two type parameters.
//!
//! ```
//! use lease::{Beat, How, Millis, Op, Outcome, Rules, Table};
//!
//! let table: Table<&str, &str> = Table::new(1, Rules::default());
//! let now = Millis::from_secs;
//!
//! // Ada opens a page on her phone, and its script says that she is there.
//! let Outcome::Held { epoch, .. } = table.open("ada", "phone", now(0), Op(1)) else { panic!() };
//! let beat = Beat { view: 1, seq: 1, epoch: Some(epoch), focused: true, idle_for: Millis::ZERO };
//! table.touch("ada", "phone", beat, now(1));
//!
//! // Ten seconds later somebody opens a page on her laptop. The phone is being read on: this needs a gesture.
//! let Outcome::Contended(phone) = table.open("ada", "laptop", now(10), Op(2)) else { panic!() };
//! assert_eq!(phone.device, "phone");
//!
//! // "Read here": the epoch that was shown is compared, so of two who press at once one wins.
//! let taken = table.take("ada", "laptop", phone.epoch, now(20), Op(3));
//! assert!(matches!(taken, Outcome::Held { change: Some(change), .. } if change.how == How::Taken));
//!
//! // From here on the phone has nothing. This is the question before each full page, and the fastest one.
//! assert_eq!(table.check("ada", "phone"), None);
//! assert!(table.check("ada", "laptop") > Some(phone.epoch));
//!
//! // She closes the laptop, and walks over to the phone: no question this time.
//! table.rest("ada", "laptop", None, 2, 1, now(30));
//! let back = table.open("ada", "phone", now(31), Op(4));
//! assert!(matches!(back, Outcome::Held { change: Some(change), .. } if change.how == How::Passed));
//! ```
//!
//! # How a lease moves
//!
//! | | nobody has it | `d` has it | another, at rest | another, being read on |
//! |---|---|---|---|---|
//! | [`open`](Table::open): a navigation | opened | kept | passed, if not too often of late; else contended | contended |
//! | [`take`](Table::take): "read here" | opened | kept | passed; taken, if it passed too often of late | taken, if the epoch shown is still current; else contended |
//! | [`come_back`](Table::come_back): visible again | opened | kept | the same | contended |
//! | [`touch`](Table::touch): a heartbeat | opened | kept | contended | contended |
//! | [`release`](Table::release): sign-out | | freed | | |
//! | [`free`](Table::free): removed seat, new password | | freed | freed | freed |
//!
//! *Contended* is an answer, not an error: it says which device, since when, and under which epoch, so that a person
//! can decide. Everything else ([`sent`](Table::sent), [`rest`](Table::rest), [`stream_broke`](Table::stream_broke),
//! [`stream_opened`](Table::stream_opened)) moves nothing; it only says whether the holder's device is *being read on*.
//! [`Rules`] says for how long each of these signs counts. A device that is not being read on is *at rest*: it keeps
//! its lease, until another device wants it.
//!
//! # What it promises
//!
//! Safety. These hold whatever clocks, networks and pages do.
//!
//! * **S1, one holder.** What happens to one reader's lease happens in one order. Every change of device brings an
//!   epoch greater than all before it, and no two devices ever have the same one. *Kept by* the lock of a shard
//!   ([`Table`]) and by one line of [`Register`], the only one that begins an epoch. *Tested in* `tests/specification.rs`
//!   (against a specification of ten lines, over random operations) and `tests/threads.rs` (real threads).
//! * **S2, asked in time.** A full text goes only to a device that had the lease when it was asked for. *Kept by* the
//!   caller, who calls [`check`](Table::check), or one of the operations above, just before the first byte. This crate
//!   answers truly at that moment, with no cache to be stale.
//! * **S3, lost is lost.** An epoch that is no longer current never is again: not after a retry, not after a reader was
//!   forgotten by [`sweep`](Table::sweep) (one counter serves all readers of a shard), and not in the next life of the
//!   table, **if** the caller gives each life a greater generation and has it on disk before the first use.
//! * **S4, the taker is served.** After a granted [`take`](Table::take) the next [`check`](Table::check) of that device
//!   succeeds unless somebody *pressed* in between (or signed out): a take counts as a page sent, so nothing passes
//!   silently before that page has spoken for itself.
//! * **S5, nothing is given away.** The table says *where* somebody reads, never *whether* they may. Empty, lost or
//!   restarted, it makes nobody a subscriber. *Kept by* the caller, who asks about entitlement elsewhere, and first.
//!
//! Liveness.
//!
//! * **L1, no waiting.** Every operation is a look-up and a few comparisons under a short lock. None asks the other
//!   device, however dead it is.
//! * **L2, the loser is told.** Every [`Change`] names the device it was taken `from`; to ring there is the caller's. At
//!   the latest [`check`](Table::check) or the answer to a heartbeat tells.
//! * **L3, without end.** [`Holder::swaps`] counts takes, so that a page may offer another way first. Nothing in here
//!   reads it: the ten-thousandth take is granted like the first.
//! * **L4, rest passes.** A lease at rest goes to the next device that opens a page, silently, and so a person who walks
//!   from one device to another meets no question. Devices that take turns more often than people walk do
//!   ([`Rules::passes`]), whatever their pages say. *Tested in* `tests/small_rules.rs`, a row for each rule to the
//!   millisecond, and `tests/history.rs`.
//!
//! # What it does not promise
//!
//! * Bytes already sent cannot be called back.
//! * A device is whatever the caller says it is. Two browsers with one copied cookie are one device.
//! * *At rest* is a guess from what pages say, and pages may say anything. A page that lies keeps its reader's *other*
//!   devices asking instead of passing; it can never read where the lease is not.
//! * Retries are known for the last eight operations that changed a reader's holder. One that comes later than that is
//!   taken for a new one. And a lease that nobody has is opened by anybody who is entitled, retry or not.
//! * Nothing is stored, and nothing is shared between processes. Many nodes need an authority of their own, with the
//!   same rules: [`Register::save`] and [`Epochs::resume`] are for those who keep registers elsewhere.
//!
//! # Where to read on
//!
//! `register.rs` is the state machine of one reader and the safety argument; `attention.rs` the guess; `table.rs` the
//! shards and locks; `message.rs` the words that go in and out. A lease weighs about 170 to 210 bytes with 16-byte
//! keys (`tests/memory.rs`); `benches/table.rs` says what each operation costs beside a plain sharded map.
#![forbid(unsafe_code)]

mod attention;
mod epoch;
mod message;
mod register;
mod rules;
mod saved;
mod table;

pub use epoch::{Epoch, Epochs, ParseEpochError};
pub use message::{Beat, Change, Holder, How, Key, Op, Outcome};
pub use register::{At, Register};
pub use rules::{Millis, Rules};
pub use table::Table;
