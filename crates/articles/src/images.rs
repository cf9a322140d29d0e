//! Pictures as they are handed in become a ladder of JPEGs; a page names the ladder and the browser chooses.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;
use std::sync::{Arc, RwLock};

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{ColorType, DynamicImage, ImageDecoder as _, ImageReader, Limits, RgbImage};
use tokio::task::JoinSet;

use super::refusal::Refusal;
use super::rules::ImageId;
use super::store;
use crate::Articles;
use base::blocking::Blocking;
use base::db::Tx;
use base::secret::TokenHash;

/// Widths in which a picture is kept, pixels. A smaller original is never enlarged.
const LADDER: [u32; 4] = [320, 480, 960, 1440];
const QUALITY: u8 = 78;
/// Largest side of a picture that is taken, pixels; larger ones are floods (OWASP ASVS 5.0, 5.2.6).
const LARGEST_SIDE: u32 = 12_000;

/// A picture, ready to be stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its identifier, from its content.
    pub id: ImageId,
    /// Width and height of the original, pixels.
    pub size: (i64, i64),
    /// Width, height and bytes of each rung.
    pub files: Vec<(i64, i64, Vec<u8>)>,
}

/// What is wrong with a picture; where there is a cause, in the words of whoever found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// An article names it, and it was not handed in.
    Missing,
    /// There is no text for those who do not see it.
    NoAlt,
    /// It is no JPEG, PNG or WebP, or a broken one, or has too many pixels.
    Unreadable(String),
    /// It was read, and could not be made smaller.
    Unmade(String),
}

/// The identifier of a picture, from its bytes: the same file is stored once.
#[must_use]
pub fn image_id(bytes: &[u8]) -> ImageId {
    let hash = TokenHash::of_bytes(bytes).0;
    ImageId::from_bits(u128::from_be_bytes(
        hash[..16].try_into().expect("sixteen of thirty-two bytes"),
    ))
}

/// Reads a JPEG, PNG or WebP and makes the ladder. Turned upright and stripped of all metadata (place, camera, names).
///
/// # Errors
/// What is wrong with the file.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, PictureFault> {
    let refused = |error: image::ImageError| PictureFault::Unreadable(error.to_string());
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| PictureFault::Unreadable(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(512 << 20);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let orientation = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    let picture = DynamicImage::ImageRgb8(on_white(picture));
    let (width, height) = (picture.width(), picture.height());
    let mut files: Vec<(i64, i64, Vec<u8>)> = Vec::new();
    for rung in LADDER
        .into_iter()
        .filter(|rung| *rung < width)
        .chain([width.min(1440)])
    {
        if files.iter().any(|(have, ..)| *have == i64::from(rung)) {
            continue;
        }
        let scaled = (u64::from(height) * u64::from(rung) / u64::from(width)).max(1);
        let scaled = u32::try_from(scaled).unwrap_or(LARGEST_SIDE);
        let mut out = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
        if rung == width {
            picture.write_with_encoder(encoder)
        } else {
            resized(&picture, rung, scaled)?.write_with_encoder(encoder)
        }
        .map_err(refused)?;
        files.push((i64::from(rung), i64::from(scaled), out));
    }
    Ok(Prepared {
        id: image_id(bytes),
        size: (i64::from(width), i64::from(height)),
        files,
    })
}

/// What is transparent shows a white ground, as it does on the page of whoever made it; without one it would be black.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut out = RgbImage::new(picture.width(), picture.height());
    for (to, from) in out.pixels_mut().zip(picture.pixels()) {
        let [colours @ .., alpha] = from.0;
        let over = |colour: u8| {
            let sum = u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha));
            u8::try_from(sum / 255).unwrap_or(u8::MAX)
        };
        to.0 = colours.map(over);
    }
    out
}

fn resized(picture: &DynamicImage, width: u32, height: u32) -> Result<DynamicImage, PictureFault> {
    let mut small = DynamicImage::new(width, height, ColorType::Rgb8);
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(picture, &mut small, &how)
        .map_err(|error| PictureFault::Unmade(error.to_string()))?;
    Ok(small)
}

/// The pictures of one article.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// By their names in draft and text.
    pub(super) ids: BTreeMap<String, ImageId>,
    /// Those that the paper does not have yet.
    pub(super) fresh: Vec<Arc<Prepared>>,
}

/// Reads the pictures of several articles, whose files are given by their names there. A picture that the paper has
/// already, or that several articles show, is made once only; as many are made side by side as there are cores.
pub(super) async fn prepare_all(
    articles: &Articles,
    files_of: &[&BTreeMap<String, Vec<u8>>],
) -> Vec<Result<Pictures, Refusal>> {
    let mut ids = Vec::new();
    let mut files = HashMap::new();
    for article in files_of {
        let mut named = BTreeMap::new();
        for (name, bytes) in *article {
            let id = image_id(bytes);
            named.insert(name.clone(), id);
            if articles.images.tags(id).is_none() {
                files.insert(id, bytes);
            }
        }
        ids.push(named);
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut making, mut made) = (JoinSet::new(), HashMap::new());
    for (id, bytes) in files {
        // No more of them are copied than are made.
        if making.len() >= cores {
            made.extend(making.join_next().await.and_then(Result::ok));
        }
        let (bytes, scaling) = (bytes.clone(), articles.images.scaling.clone());
        making.spawn(async move {
            let one = scaling.run(move || prepare(&bytes)).await;
            let one = one.map_err(|error| PictureFault::Unmade(error.to_string()));
            let one = one.flatten();
            (id, one.map(Arc::new))
        });
    }
    while let Some(one) = making.join_next().await {
        made.extend(one.ok());
    }
    let of_article = |ids: BTreeMap<String, ImageId>| {
        let mut fresh = Vec::new();
        for (name, id) in &ids {
            match made.get(id) {
                Some(Ok(prepared)) => fresh.push(Arc::clone(prepared)),
                Some(Err(fault)) => {
                    return Err(Refusal::Picture {
                        file: name.clone(),
                        fault: fault.clone(),
                    });
                }
                None => {}
            }
        }
        Ok(Pictures { ids, fresh })
    };
    ids.into_iter().map(of_article).collect()
}

/// What an `img` element needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageTags {
    /// Address of a middle width.
    pub src: String,
    /// All widths.
    pub srcset: String,
    /// Pixels of the largest.
    pub width: i64,
    /// Pixels of the largest.
    pub height: i64,
    /// Address of the largest, for link previews.
    pub largest: String,
}

/// Width and height of each rung, pixels, narrow first.
type Rungs = Arc<Vec<(i64, i64)>>;

/// The widths of all pictures, in memory, and where new ones are made.
#[derive(Debug)]
pub struct Images {
    rungs: RwLock<HashMap<ImageId, Rungs>>,
    scaling: Blocking,
}

impl Default for Images {
    fn default() -> Self {
        Self {
            rungs: RwLock::default(),
            scaling: Blocking::by_cores(),
        }
    }
}

impl Images {
    /// Reads them all, at start.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(&self, tx: &mut Tx) -> sqlx::Result<()> {
        let mut map: HashMap<ImageId, Vec<(i64, i64)>> = HashMap::new();
        for (id, width, height) in store::list_image_widths(tx).await? {
            map.entry(id).or_default().push((width, height));
        }
        *self
            .rungs
            .write()
            .expect("nothing panics while it holds this lock") = map
            .into_iter()
            .map(|(id, list)| (id, Arc::new(list)))
            .collect();
        Ok(())
    }

    /// Enters a new picture.
    pub fn set(&self, prepared: &Prepared) {
        let widths = prepared
            .files
            .iter()
            .map(|(width, height, _)| (*width, *height))
            .collect();
        self.rungs
            .write()
            .expect("nothing panics while it holds this lock")
            .insert(prepared.id, Arc::new(widths));
    }

    /// The element's attributes; `None` for a picture that is not there.
    #[must_use]
    pub fn tags(&self, id: ImageId) -> Option<ImageTags> {
        let widths = self
            .rungs
            .read()
            .expect("nothing panics while it holds this lock")
            .get(&id)
            .cloned()?;
        let (width, height) = *widths.last()?;
        let middle = widths
            .get(widths.len() / 2)
            .map_or(width, |(width, _)| *width);
        let address = |width: i64| format!("/media/{id}-{width}.jpg");
        let srcset = widths
            .iter()
            .map(|(width, _)| format!("{} {width}w", address(*width)))
            .collect::<Vec<_>>()
            .join(", ");
        Some(ImageTags {
            src: address(middle),
            srcset,
            width,
            height,
            largest: address(width),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_has_a_white_ground() {
        let mut chart = image::RgbaImage::new(4, 1);
        chart.put_pixel(1, 0, image::Rgba([10, 20, 30, 255]));
        chart.put_pixel(2, 0, image::Rgba([0, 0, 0, 128]));
        let flat = on_white(DynamicImage::ImageRgba8(chart));
        let pixels: Vec<_> = flat.pixels().map(|pixel| pixel.0).collect();
        assert_eq!(pixels, [[255; 3], [10, 20, 30], [127; 3], [255; 3]]);
    }

    #[test]
    fn a_picture_becomes_a_ladder_and_other_files_are_refused() {
        let mut png = Vec::new();
        DynamicImage::new_rgb8(1000, 500)
            .write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png)
            .unwrap();
        let prepared = prepare(&png).unwrap();
        assert_eq!(
            prepared
                .files
                .iter()
                .map(|(w, h, _)| (*w, *h))
                .collect::<Vec<_>>(),
            [(320, 160), (480, 240), (960, 480), (1000, 500)]
        );
        let svg = prepare(b"<svg onload='alert(1)'/>").unwrap_err();
        assert!(matches!(svg, PictureFault::Unreadable(_)), "{svg:?}");
        assert!(prepare(&png[..60]).is_err());
    }
}
