//! What machines read of an article's page: title, picture, translations, structured data.

use serde_json::json;

use super::variant::Variant;
use crate::Reading;
use access::Access;
use articles::{self, Article, ImageTags};
use web::Result;
use web::locale::Say;
use web::view::{Alternate, Frame, json_ld};

/// The same article in other editions.
pub(crate) async fn translations(reading: &Reading, article: &Article) -> Result<Vec<Alternate>> {
    let twins = articles::list_translations(&mut reading.base.read().await?, article.id).await?;
    let twins = twins.iter();
    Ok(twins
        .filter_map(|(edition, path)| alternate(reading, edition, path))
        .collect())
}

fn alternate(reading: &Reading, edition: &str, path: &str) -> Option<Alternate> {
    let context = reading.articles.editions.find(edition)?;
    Some(Alternate {
        tag: context.edition.locale.clone(),
        href: format!("{}{path}", reading.base.config.site.public_url),
        name: Say::new(context.edition.language).say("language-name"),
    })
}

pub(crate) fn frame(
    reading: &Reading,
    context: &articles::EditionContext,
    article: &Article,
    variant: Variant,
    picture: Option<&ImageTags>,
    translations: &[Alternate],
) -> Frame {
    let url = &reading.base.config.site.public_url;
    let mut frame = articles::edition_frame(&reading.articles, context, article.headline.clone());
    frame.description = article.summary();
    frame.canonical = format!("{url}{}", article.path);
    frame.kind = "article";
    frame.watch = variant == Variant::Watched;
    frame.picture = picture.map_or_else(String::new, |tags| format!("{url}{}", tags.largest));
    if !translations.is_empty() {
        frame.alternates = alternate(reading, article.edition.as_str(), &article.path)
            .into_iter()
            .chain(translations.iter().cloned())
            .collect();
    }
    frame.json_ld = structured(reading, article, &frame, &context.edition.locale);
    frame
}

/// Structured data: `NewsArticle` with the paywall's mark-up, never the text itself (schema.org; Google, "Subscription and
/// paywalled content").
fn structured(reading: &Reading, article: &Article, frame: &Frame, locale: &str) -> String {
    let url = &reading.base.config.site.public_url;
    let free = article.access == Access::Open;
    let authors: Vec<_> = article
        .byline
        .iter()
        .map(|name| json!({"@type": "Person", "name": name}))
        .collect();
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline,
        "description": frame.description,
        "datePublished": article.published_at.rfc3339(),
        "dateModified": article.updated_at.rfc3339(),
        "inLanguage": locale,
        "mainEntityOfPage": frame.canonical,
        "author": authors,
        "publisher": {"@type": "NewsMediaOrganization", "name": reading.base.config.site.name, "url": url},
        "isAccessibleForFree": free,
    });
    if !free {
        data["hasPart"] = json!({"@type": "WebPageElement", "isAccessibleForFree": false, "cssSelector": ".paywall"});
    }
    if !frame.picture.is_empty() {
        data["image"] = json!([frame.picture]);
    }
    if let Some(topic) = article.topics.first() {
        data["articleSection"] = json!(topic.name);
    }
    json_ld(&data)
}
