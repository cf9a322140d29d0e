//! Which elements are only lines of their own, and which are left out. All others are named where they are read, and what
//! is named nowhere is read as if its tags were not there.

/// Elements that stand on lines of their own and mean nothing else here.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "aside"
            | "nav"
            | "center"
            | "address"
            | "fieldset"
            | "legend"
            | "details"
            | "dialog"
            | "dl"
            | "dd"
            | "li"
            | "hgroup"
            | "search"
            | "optgroup"
            | "caption"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "tfoot"
    )
}

/// Elements that are left out with all that is in them.
pub(super) fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "noembed"
            | "noframes"
            | "head"
            | "title"
            | "meta"
            | "link"
            | "base"
            | "canvas"
            | "applet"
            | "input"
            | "button"
            | "select"
            | "textarea"
            | "datalist"
            | "option"
            | "plaintext"
            | "map"
            | "frameset"
            | "marquee"
            | "bgsound"
            | "portal"
            | "fencedframe"
    )
}
