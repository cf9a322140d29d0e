//! Where something can be tried: the paths of all routes.

use web::{Needs, Route};

use super::people::Role;

/// Each of these computes the hash of a password. Where they look for an account it is by its address: only that is tried
/// in a form with a password, in all fields at once.
const SLOW: [&str; 5] = [
    "/sign-in",
    "/sign-up",
    "/account/password",
    "/account/confirm",
    "/account/devices/unknown",
];

/// Whether a form posted here costs a hash.
pub fn is_slow(path: &str) -> bool {
    SLOW.contains(&path)
}

/// A path, and the methods that it is declared with.
#[derive(Clone)]
pub struct Place {
    pub path: &'static str,
    pub gets: bool,
    pub posts: bool,
    /// What all of these methods need of a visitor, at least.
    needs: Needs,
}

impl Place {
    /// Whether it is declared that this one may not come in, whatever is sent.
    pub fn is_closed_to(&self, who: Role) -> bool {
        match self.needs {
            Needs::Nothing => false,
            Needs::Reader | Needs::Confirmed => who == Role::Guest,
            Needs::Staff => !matches!(who, Role::Staff | Role::OtherStaff),
        }
    }
}

/// All paths; those on which words are stored that somebody sends come last, then what ends something, and then what gives
/// something: who has a subscription can be given no other one.
pub fn places(routes: &[Route]) -> Vec<Place> {
    let mut paths: Vec<&str> = routes.iter().map(|route| route.path).collect();
    paths.sort_unstable_by_key(|path| (stores(path), gives(path), ends(path), *path));
    paths.dedup();
    let declared = |path: &str, method: &str| {
        let mut routes = routes.iter();
        routes.any(|route| route.path == path && route.method == method)
    };
    let needs = |path: &str| {
        let routes = routes.iter().filter(|route| route.path == path);
        let mut all = routes.map(|route| route.needs);
        let first = all.next().unwrap_or(Needs::Nothing);
        if all.all(|needs| needs == first) {
            first
        } else {
            Needs::Nothing
        }
    };
    let place = |path| Place {
        path,
        gets: declared(path, "GET"),
        posts: declared(path, "POST"),
        needs: needs(path),
    };
    paths.into_iter().map(place).collect()
}

/// Whether the crate that answers here knows of no reader: those of articles, stories and what the paper says of itself stand
/// before `readers` in the line of crates. What one visitor is told here, all are told.
pub fn knows_nobody(path: &str) -> bool {
    let is_article = path == "/{edition}/{day}/{slug}";
    let starts = ["/{edition}", "/about", "/assets/", "/media/", "/sitemap"];
    !is_article && starts.iter().any(|start| path.starts_with(start))
}

/// Whether something is over for others when all has been tried here, or is another one's.
fn ends(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    ["end", "owner", "remove", "take", "drop"].contains(&last)
}

fn gives(path: &str) -> bool {
    path == "/admin/subscriptions"
}

/// Whether forms that are posted here have fields in which anything may be typed.
pub fn takes_words(path: &str) -> bool {
    stores(path) || path.starts_with("/admin")
}

/// Whether words that are sent here stand on pages of whoever sent them from then on.
pub fn stores(path: &str) -> bool {
    let paths = [
        "/account",
        "/account/devices/{id}/name",
        "/account/seats/invite",
        "/account/seats/remove",
        "/account/seats/take",
        "/account/seats/admins/drop",
        "/admin/subscriptions",
        // The page after it says where the mail went.
        "/sign-in/link",
        "/admin/subscriptions/{subscription}/end",
        "/admin/subscriptions/{subscription}/extend",
        "/admin/subscriptions/{subscription}/invite",
        "/admin/subscriptions/{subscription}/owner",
        "/admin/subscriptions/{subscription}/remove",
        "/admin/subscriptions/{subscription}/plan",
    ];
    paths.contains(&path)
}
