//! What looks like an open door, and is meant: with reasons, and as narrow as it can be said. An entry that nothing needs
//! fails the test.

use super::people::Role;
use super::world::Change;

/// Somebody who has an identifier of another one sees or changes something that is another one's.
pub struct Meant {
    /// Who does; nobody named: anybody.
    who: &'static [Role],
    /// The kind of identifier; empty: whatever was sent.
    with: &'static str,
    /// The routes.
    at: &'static [&'static str],
    /// Whose it is that is seen or changed; nobody named: anybody's.
    whose: &'static [Role],
    /// Kinds of what is seen.
    sees: &'static [&'static str],
    /// Tables that get a further row of theirs; `job`: they are told by mail.
    adds: &'static [&'static str],
    /// Tables whose rows of theirs change.
    changes: &'static [&'static str],
    #[expect(dead_code, reason = "read by people")]
    why: &'static str,
}

const HOSTS: &[Role] = &[Role::Host, Role::OtherHost];
const STAFF: &[Role] = &[Role::Staff, Role::OtherStaff];
/// Who have an account.
const READERS: &[Role] = &[
    Role::Reader,
    Role::Invited,
    Role::Host,
    Role::OtherHost,
    Role::Seated,
    Role::Deputy,
    Role::Staff,
    Role::OtherStaff,
];
/// Who have a subscription, or were invited to one.
const SUBSCRIBERS: &[Role] = &[
    Role::Guest,
    Role::Reader,
    Role::Invited,
    Role::Host,
    Role::OtherHost,
    Role::Seated,
    Role::Deputy,
];
/// Who look after the other company.
const OTHER_COMPANY: &[Role] = &[Role::OtherHost, Role::Deputy];
/// Who look after companies.
const MANAGERS: &[Role] = &[Role::Host, Role::OtherHost, Role::Deputy];
/// The page, and the same after a form that was refused.
const SEATS: &[&str] = &["/account/seats", "/account/seats/invite"];
const NOTHING: Meant = Meant {
    who: &[],
    with: "",
    at: &[],
    whose: &[],
    sees: &[],
    adds: &[],
    changes: &[],
    why: "",
};

pub const MEANT: &[Meant] = &[
    Meant {
        who: &[Role::Host],
        at: SEATS,
        whose: &[Role::Seated],
        sees: &["name", "address"],
        why: "a company sees who has its seats",
        ..NOTHING
    },
    Meant {
        who: &[Role::Host],
        at: SEATS,
        whose: &[Role::Invited],
        sees: &["address"],
        why: "a company sees whom it has invited, by the address it typed itself",
        ..NOTHING
    },
    Meant {
        who: OTHER_COMPANY,
        at: SEATS,
        whose: &[Role::Guest],
        sees: &["address"],
        why: "a company sees whom it has invited, by the address it typed itself",
        ..NOTHING
    },
    Meant {
        who: OTHER_COMPANY,
        at: SEATS,
        whose: OTHER_COMPANY,
        sees: &["name", "address", "company"],
        why: "whoever looks after a company sees its name, and who has its seats",
        ..NOTHING
    },
    Meant {
        who: OTHER_COMPANY,
        at: &["/account/seats/admins", "/account/seats/admins/drop"],
        whose: OTHER_COMPANY,
        sees: &["name", "address", "company"],
        why: "whoever looks after a company sees who does beside them",
        ..NOTHING
    },
    Meant {
        who: OTHER_COMPANY,
        at: &["/account/seats/log", "/account/seats/log/file"],
        whose: &[Role::Guest, Role::OtherHost, Role::Deputy],
        sees: &["address", "company"],
        why: "whoever looks after a company reads what was done about its seats, by whom and for whom",
        ..NOTHING
    },
    Meant {
        who: &[Role::Host],
        at: &["/account/seats/log", "/account/seats/log/file"],
        whose: &[Role::Seated, Role::Invited],
        sees: &["address"],
        why: "whoever looks after a company reads what was done about its seats, by whom and for whom",
        ..NOTHING
    },
    Meant {
        who: &[Role::Host],
        at: &["/account/seats/admins"],
        whose: &[Role::Seated],
        sees: &["name", "address"],
        why: "the owner of a company sees whom they have asked to look after it",
        ..NOTHING
    },
    Meant {
        who: &[Role::Deputy],
        at: &["/account/subscription"],
        whose: &[Role::OtherHost],
        sees: &["name", "company"],
        why: "whoever looks after a subscription sees what it is called, and whose it is",
        ..NOTHING
    },
    Meant {
        who: &[Role::Deputy],
        at: &["/account/data/export"],
        whose: &[Role::OtherHost],
        sees: &["company"],
        why: "what one takes along names the company that one looks after",
        ..NOTHING
    },
    Meant {
        who: &[Role::Host],
        with: "address",
        at: &["/account/seats/admins"],
        whose: &[Role::Seated],
        adds: &["job"],
        changes: &["subscription_admin", "seat_event"],
        why: "the owner of a company may ask somebody who has a seat to look after it, too",
        ..NOTHING
    },
    Meant {
        who: OTHER_COMPANY,
        at: &[
            "/account/seats/admins/drop",
            "/account/seats/remove",
            "/account/seats/take",
        ],
        whose: &[Role::Guest, Role::OtherHost, Role::Deputy],
        adds: &["job"],
        changes: &["subscription_admin", "seat", "seat_event"],
        why: "whoever looks after a company takes its seats back, may take one, and says who does so no more; each is kept as an event",
        ..NOTHING
    },
    Meant {
        who: &[Role::Seated],
        at: &["/account/seats"],
        whose: &[Role::Host],
        sees: &["name", "company"],
        why: "whoever has a seat sees who gave it",
        ..NOTHING
    },
    Meant {
        who: &[Role::Seated],
        at: &["/account/subscription"],
        whose: &[Role::Host],
        sees: &["name", "company"],
        why: "whoever has a seat sees who gave it",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions"],
        whose: HOSTS,
        sees: &["address", "company"],
        why: "staff see the newest subscriptions",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions"],
        whose: &[Role::Reader],
        sees: &["address"],
        why: "staff see the newest subscriptions",
        ..NOTHING
    },
    Meant {
        who: &[Role::Invited, Role::Guest],
        at: &["/invitation/{token}"],
        whose: HOSTS,
        sees: &["name", "company"],
        why: "an invitation says who invites",
        ..NOTHING
    },
    Meant {
        with: "/invitation/{token}",
        at: &["/invitation/{token}"],
        whose: HOSTS,
        sees: &["name", "company"],
        why: "whoever has the link of an invitation has what it was sent for: it says who invites",
        ..NOTHING
    },
    Meant {
        with: "/invitation/{token}",
        at: &["/invitation/{token}"],
        whose: &[Role::Invited, Role::Guest],
        sees: &["address"],
        why: "whoever has the link of an invitation has what it was sent for: it says for which address",
        ..NOTHING
    },
    Meant {
        with: "/proof/{token}",
        at: &["/proof/{token}"],
        whose: &[Role::Guest],
        sees: &["address"],
        why: "whoever has the link of a proof has the mailbox: it says for which address",
        ..NOTHING
    },
    Meant {
        with: "/reset/{token}",
        at: &["/reset/{token}"],
        sees: &["address"],
        why: "whoever has the link of a reset has the mailbox: it says for which address",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/readers"],
        whose: READERS,
        sees: &["name", "address"],
        why: "staff look readers up by address and name",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/readers/{reader}"],
        whose: READERS,
        sees: &["name", "address", "company", "label"],
        why: "staff see what a reader has who asks them for help: subscription, seat, and what the devices are called",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions/{subscription}"],
        whose: SUBSCRIBERS,
        sees: &["name", "address", "company", "seat", "id in seat"],
        why: "staff see whose a subscription is, and who has its seats or is invited, and may take each seat back",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions/{subscription}/end"],
        whose: SUBSCRIBERS,
        sees: &["address"],
        why: "before a subscription is ended it is said whose it is",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &[
            "/admin/subscriptions/{subscription}/extend",
            "/admin/subscriptions/{subscription}/invite",
            "/admin/subscriptions/{subscription}/owner",
            "/admin/subscriptions/{subscription}/plan",
        ],
        whose: SUBSCRIBERS,
        sees: &["name", "address", "company", "seat", "id in seat"],
        why: "a form that was refused is shown again on the page of the subscription",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &[
            "/admin/subscriptions/{subscription}/end",
            "/admin/subscriptions/{subscription}/extend",
            "/admin/subscriptions/{subscription}/plan",
            "/admin/subscriptions/{subscription}/resume",
        ],
        whose: SUBSCRIBERS,
        adds: &["job"],
        changes: &["subscription", "subscription_event", "seat", "(seat)"],
        why: "staff end, extend, change and resume subscriptions; each is kept as an event with who did it",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions/{subscription}/end"],
        whose: SUBSCRIBERS,
        changes: &["lease", "(lease)"],
        why: "with a subscription that staff end, the right to read on a device ends, too",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        with: "address",
        at: &["/admin/subscriptions/{subscription}/invite"],
        adds: &["seat", "seat_event", "job"],
        why: "staff invite somebody to a subscription; they need not accept",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions/{subscription}/owner"],
        adds: &["job"],
        changes: &[
            "subscription",
            "subscription_event",
            "subscription_admin",
            "seat",
            "seat_event",
            "(seat)",
            "lease",
            "(lease)",
        ],
        why: "staff pass a subscription on to somebody else",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        at: &["/admin/subscriptions/{subscription}/remove"],
        whose: SUBSCRIBERS,
        adds: &["job"],
        changes: &["seat", "seat_event", "(seat)", "lease", "(lease)"],
        why: "staff take a seat back, as its company could; the event says that the paper did",
        ..NOTHING
    },
    Meant {
        who: &[Role::OtherHost],
        at: &["/account/data", "/account/data/delete"],
        whose: &[Role::Deputy],
        sees: &["address"],
        why: "who deletes an account is told who will look after the subscription: who does beside them",
        ..NOTHING
    },
    Meant {
        who: &[Role::Host],
        at: &["/account/data", "/account/data/delete"],
        whose: &[Role::Seated],
        sees: &["address"],
        why: "who deletes an account is told who will look after the subscription: one who has a seat of it, whom its owner sees anyway",
        ..NOTHING
    },
    Meant {
        who: READERS,
        with: "address",
        at: &["/account/email"],
        adds: &["job"],
        why: "a reader may ask to move to any address: whoever has that mailbox is told by mail, and the link counts only where the one who asked is signed in",
        ..NOTHING
    },
    Meant {
        with: "/restore/{token}",
        at: &["/restore/{token}"],
        sees: &["address"],
        why: "whoever has the link of a restore has the old mailbox: it says for which address",
        ..NOTHING
    },
    Meant {
        with: "address",
        at: &["/reset"],
        adds: &["proof", "job"],
        why: "whoever knows an address may have a link sent to it",
        ..NOTHING
    },
    Meant {
        with: "address",
        at: &["/sign-up"],
        adds: &["proof", "job"],
        why: "whoever knows an address may have a link sent to it",
        ..NOTHING
    },
    Meant {
        with: "address",
        at: &["/sign-in/link"],
        adds: &["proof", "job"],
        why: "whoever knows an address may have a mail sent to it, by which its owner alone signs in",
        ..NOTHING
    },
    Meant {
        at: &["/sign-in/link"],
        changes: &["proof"],
        why: "of two mails that a browser asks for the first counts no more",
        ..NOTHING
    },
    Meant {
        who: MANAGERS,
        with: "address",
        at: &["/account/seats/invite"],
        adds: &["seat", "seat_event", "job"],
        why: "a company invites whom it likes; they need not accept",
        ..NOTHING
    },
    Meant {
        who: STAFF,
        with: "address",
        at: &["/admin/subscriptions"],
        adds: &["job"],
        changes: &[
            "subscription",
            "subscription_event",
            "seat",
            "seat_event",
            "(seat)",
        ],
        why: "staff give subscriptions, and extend them",
        ..NOTHING
    },
];

impl Meant {
    fn fits(&self, who: Role, with: &str, at: &str, whose: Role) -> bool {
        (self.who.is_empty() || self.who.contains(&who))
            && (self.with.is_empty() || self.with == with)
            && self.at.contains(&at)
            && (self.whose.is_empty() || self.whose.contains(&whose))
    }
}

/// The entry by which this is seen.
pub fn may_see(who: Role, with: &str, at: &str, (whose, what): (Role, &str)) -> Option<usize> {
    MEANT
        .iter()
        .position(|one| one.fits(who, with, at, whose) && one.sees.contains(&what))
}

/// The entry by which this changes.
pub fn may_change(who: Role, with: &str, at: &str, change: &Change) -> Option<usize> {
    let (whose, table) = (change.whose, change.table.as_str());
    MEANT.iter().position(|one| {
        let adds = change.is_more() && one.adds.contains(&table);
        one.fits(who, with, at, whose) && (adds || one.changes.contains(&table))
    })
}

/// Whether the pages of the other one say what is different by this entry.
pub fn is_shown(number: usize) -> bool {
    // A link that waits in a mailbox stands on no page of whom it was sent to.
    MEANT[number].changes.iter().any(|table| *table != "proof")
}

/// An entry in words.
pub fn tell(number: usize) -> String {
    let one = &MEANT[number];
    let (adds, changes) = (one.adds, one.changes);
    format!(
        "{:?} with {:?}: sees {:?}, adds {adds:?}, changes {changes:?}",
        one.at, one.with, one.sees
    )
}
