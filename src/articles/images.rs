//! Pictures as they are handed in become a ladder of JPEGs; a page names the ladder and the browser chooses.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::{Arc, RwLock};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use super::rules::ImageId;
use super::store;
use crate::base::db::Tx;
use crate::base::secret::TokenHash;

/// Widths in which a picture is kept, pixels. A smaller original is never enlarged.
const LADDER: [u32; 3] = [480, 960, 1440];
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
/// Says in one sentence what is wrong with the file.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, String> {
    let refused = |error: image::ImageError| {
        format!("the picture cannot be read ({error}); use a JPEG, PNG or WebP")
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(512 << 20);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let orientation = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
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
        let small = if rung == width {
            picture.clone()
        } else {
            picture.resize_exact(rung, scaled, FilterType::CatmullRom)
        };
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, QUALITY)
            .encode_image(&small.to_rgb8())
            .map_err(refused)?;
        files.push((i64::from(rung), i64::from(small.height()), out));
    }
    Ok(Prepared {
        id: image_id(bytes),
        size: (i64::from(width), i64::from(height)),
        files,
    })
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

/// The widths of all pictures, in memory.
#[derive(Debug, Default)]
pub struct Images(RwLock<HashMap<ImageId, Rungs>>);

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
            .0
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
        self.0
            .write()
            .expect("nothing panics while it holds this lock")
            .insert(prepared.id, Arc::new(widths));
    }

    /// The element's attributes; `None` for a picture that is not there.
    #[must_use]
    pub fn tags(&self, id: ImageId) -> Option<ImageTags> {
        let widths = self
            .0
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
            [(480, 240), (960, 480), (1000, 500)]
        );
        assert!(
            prepare(b"<svg onload='alert(1)'/>")
                .unwrap_err()
                .contains("JPEG, PNG or WebP")
        );
        assert!(prepare(&png[..60]).is_err());
    }
}
