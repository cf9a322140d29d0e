//! Which shortcodes are known, of WordPress itself and of its common plugins, and the addresses of what they embed.

/// What a shortcode is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture with its caption.
    Caption,
    /// Source text up to the closing half.
    Code,
    /// Something of another site.
    Embed,
    /// What has a meaning of its own in the parent module, or is left out; the text it encloses is kept.
    Other,
    /// None that is known.
    Unknown,
}

const CODE: [&str; 6] = [
    "code",
    "crayon",
    "highlight",
    "source",
    "sourcecode",
    "syntax",
];
/// Names of languages that SyntaxHighlighter takes for shortcodes.
const LANGUAGES: [&str; 21] = [
    "bash",
    "c",
    "cpp",
    "csharp",
    "css",
    "diff",
    "go",
    "html",
    "java",
    "javascript",
    "js",
    "perl",
    "php",
    "plain",
    "powershell",
    "python",
    "r",
    "ruby",
    "rust",
    "sql",
    "xml",
];
const EMBEDS: [&str; 22] = [
    "bandcamp",
    "dailymotion",
    "facebook",
    "flickr",
    "googlemap",
    "googlemaps",
    "instagram",
    "issuu",
    "mixcloud",
    "scribd",
    "slideshare",
    "soundcloud",
    "spotify",
    "ted",
    "tiktok",
    "tweet",
    "twitch",
    "twitter",
    "vimeo",
    "vine",
    "wpvideo",
    "youtube",
];
const OTHER: [&str; 13] = [
    "audio",
    "contact-form",
    "contact-form-7",
    "embed",
    "gallery",
    "gravityform",
    "mc4wp_form",
    "nggallery",
    "playlist",
    "ninja_form",
    "poll",
    "video",
    "wpforms",
];
/// What page builders call their rows and columns.
const BUILDERS: [&str; 8] = [
    "av_", "cs_", "et_pb_", "fl_", "fusion_", "mk_", "su_", "vc_",
];

pub(super) fn kind(name: &str) -> Kind {
    if matches!(name, "caption" | "wp_caption") {
        Kind::Caption
    } else if CODE.contains(&name) || is_language(name) {
        Kind::Code
    } else if EMBEDS.contains(&name) {
        Kind::Embed
    } else if OTHER.contains(&name) || BUILDERS.iter().any(|prefix| name.starts_with(prefix)) {
        Kind::Other
    } else {
        Kind::Unknown
    }
}

/// Is it the name of a language?
pub(super) fn is_language(name: &str) -> bool {
    LANGUAGES.contains(&name)
}

/// Where what is embedded can be seen: the address that was written, or one made of the number that was.
pub(super) fn address<'a>(
    name: &str,
    written: &'a str,
    attr: impl Fn(&str) -> Option<&'a str>,
) -> Option<String> {
    let from = written.find("https://").or_else(|| written.find("http://"));
    if let Some(from) = from {
        let end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ']' | '<');
        let address = written[from..].split(end).next()?;
        if name != "youtube" {
            return Some(address.to_owned());
        }
        // What follows are width and height.
        let cut = ["&w=", "&h=", "&amp;w=", "&amp;h=", "&rel=", "&amp;rel="];
        let end = cut.iter().filter_map(|cut| address.find(cut)).min();
        return Some(address[..end.unwrap_or(address.len())].to_owned());
    }
    let first = written.split_whitespace().find(|word| !word.contains('='));
    let id = attr("id").or(first)?.trim_matches(['"', '\'']);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if id.is_empty() || !id.chars().all(plain) {
        return None;
    }
    let before = match name {
        "youtube" => "https://www.youtube.com/watch?v=",
        "vimeo" => "https://vimeo.com/",
        "dailymotion" => "https://www.dailymotion.com/video/",
        "scribd" => "https://www.scribd.com/document/",
        "tweet" | "twitter" => "https://twitter.com/i/status/",
        "instagram" => "https://www.instagram.com/p/",
        "ted" => "https://www.ted.com/talks/",
        "wpvideo" => "https://videopress.com/v/",
        _ => return None,
    };
    Some(format!("{before}{id}"))
}
