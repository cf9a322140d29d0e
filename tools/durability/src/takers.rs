//! A reader with two devices who goes to and fro: every epoch that was told is greater than all before, and one that was
//! lost serves nobody. Leases themselves are not stored, so nothing of them is there after a restart, and nothing should be.

use drive::form::field;
use drive::http::Access;

use crate::browser::{Browser, Page};
use crate::people::{Person, add_reader, grant, knows};
use crate::place::{Place, Told};
use crate::verdict::{self, Fate, Tally, Verdict};

/// Generation and counter.
type Epoch = (u64, u64);

/// One reader.
pub struct Taker {
    devices: [Browser; 2],
    email: String,
    article: String,
    /// The greatest that was told.
    greatest: Epoch,
    /// The last one of each device.
    own: [Option<String>; 2],
    views: u64,
    /// Found while acting; reported by the next look.
    wrong: Vec<String>,
}

const PASSWORD: &str = "a paper on the phone";

/// What a page says to a beat or a take.
struct Said {
    held: bool,
    epoch: String,
}

fn said(page: &Page) -> Option<Said> {
    let json: serde_json::Value = serde_json::from_str(&page.body).ok()?;
    let held = json["held"].as_bool()?;
    let epoch = match json["epoch"].as_str() {
        Some(epoch) => epoch.to_owned(),
        None => field(json["message"].as_str()?, "epoch")?.to_owned(),
    };
    Some(Said { held, epoch })
}

fn parse(epoch: &str) -> anyhow::Result<Epoch> {
    let parts = epoch
        .split_once('.')
        .and_then(|(generation, counter)| Some((generation.parse().ok()?, counter.parse().ok()?)));
    parts.ok_or_else(|| anyhow::anyhow!("{epoch:?} is no epoch"))
}

impl Taker {
    pub fn begin(place: &Place, article: &str) -> anyhow::Result<Taker> {
        let email = format!("taker{}@paper.test", place.number());
        add_reader(place, &email, PASSWORD)?;
        let told = grant(place, &email, &["digital"])?;
        anyhow::ensure!(matches!(told, Told::Done(_)), "no seat: {told:?}");
        let devices = [
            knows(place, &email, PASSWORD)?.1,
            knows(place, &email, PASSWORD)?.1,
        ];
        Ok(Taker {
            devices,
            email,
            article: article.to_owned(),
            greatest: (0, 0),
            own: [None, None],
            views: 0,
            wrong: Vec::new(),
        })
    }

    /// Somebody was told this epoch; `new` if by a change of device.
    fn hear(&mut self, epoch: &str, new: bool) -> anyhow::Result<()> {
        let heard = parse(epoch)?;
        if heard < self.greatest || (new && heard == self.greatest) {
            self.wrong.push(format!(
                "{}: {epoch} was told after {:?}",
                self.email, self.greatest
            ));
        }
        self.greatest = self.greatest.max(heard);
        Ok(())
    }

    fn beat(&mut self, place: &Place, device: usize, epoch: Option<&str>) -> Option<Said> {
        self.views += 1;
        let epoch = epoch.map_or("null".to_owned(), |epoch| format!("\"{epoch}\""));
        let json = format!(
            r#"{{"view":"{}","seq":{},"epoch":{epoch},"focused":true,"idle":0,"back":false}}"#,
            device + 1,
            self.views
        );
        said(&self.devices[device].tell(place, "/reading/beat", &json)?)
    }

    fn take(&mut self, place: &Place, device: usize, epoch: &str) -> Option<Said> {
        let (op, next) = (place.number().to_string(), self.article.clone());
        let form = [
            ("epoch", epoch),
            ("op", op.as_str()),
            ("next", next.as_str()),
        ];
        let page = self.devices[device].post_by_script(place, "/reading/take", &form)?;
        said(&page)
    }
}

impl Person for Taker {
    fn act(&mut self, place: &Place, tally: &mut Tally) -> anyhow::Result<bool> {
        let device = usize::try_from(place.number() % 2)?;
        let path = self.article.clone();
        let Some(page) = self.devices[device].get(place, &path) else {
            return Ok(false);
        };
        if page.access == Access::Full {
            let Some(said) = self.beat(place, device, None) else {
                return Ok(false);
            };
            self.hear(&said.epoch, false)?;
            if said.held {
                self.own[device] = Some(said.epoch);
            }
            return Ok(true);
        }
        let Some(epoch) = field(&page.body, "epoch").map(str::to_owned) else {
            anyhow::ensure!(
                page.status == 503,
                "a reader with a seat was answered with {}",
                page.status
            );
            return Ok(true);
        };
        self.hear(&epoch, false)?;
        let Some(said) = self.take(place, device, &epoch) else {
            tally.count(verdict::TAKE, Fate::Unanswered);
            return Ok(false);
        };
        self.hear(&said.epoch, said.held)?;
        if said.held {
            tally.count(verdict::TAKE, Fate::Done);
            self.own[device] = Some(said.epoch);
        }
        Ok(true)
    }

    /// The second device opens the article, which nobody holds after a restart; the first one tries its old epoch.
    fn look(
        &mut self,
        place: &Place,
        _: bool,
        _: &mut Tally,
        verdict: &mut Verdict,
    ) -> anyhow::Result<()> {
        verdict.back.append(&mut self.wrong);
        let before = self.greatest;
        let path = self.article.clone();
        let [old, new] = if place.number().is_multiple_of(2) {
            [0, 1]
        } else {
            [1, 0]
        };
        let page = self.devices[new].look(place, &path)?;
        if page.access != Access::Full {
            // Somebody holds it: this look is a second one after the same start.
            return Ok(());
        }
        verdict.looked += 1;
        let silent = || anyhow::anyhow!("a device was not answered, and nothing was broken");
        let opened = self.beat(place, new, None).ok_or_else(silent)?;
        let told = parse(&opened.epoch)?;
        if !opened.held || told < before || (told.0 == before.0 && told.1 < before.1) {
            verdict.back(format!(
                "{}: {} after a start, and {before:?} before",
                self.email, opened.epoch
            ));
        }
        self.hear(&opened.epoch, false)?;
        let Some(lost) = self.own[old].take() else {
            return Ok(());
        };
        if parse(&lost)? >= told {
            // Not lost: no restart lies between.
            return Ok(());
        }
        let beat = self.beat(place, old, Some(&lost)).ok_or_else(silent)?;
        let page = self.devices[old].look(place, &path)?;
        let take = self.take(place, old, &lost).ok_or_else(silent)?;
        if beat.held || page.access == Access::Full || take.held {
            verdict.back(format!(
                "{}: the lost epoch {lost} served again (beat {}, page {:?}, take {})",
                self.email, beat.held, page.access, take.held
            ));
        }
        // By the epoch of now it is taken as ever.
        let take = self.take(place, old, &opened.epoch).ok_or_else(silent)?;
        if !take.held || parse(&take.epoch)? <= told {
            verdict.back(format!(
                "{}: Read here after a start gave {} (held: {})",
                self.email, take.epoch, take.held
            ));
        }
        self.hear(&take.epoch, true)?;
        verdict.back.append(&mut self.wrong);
        Ok(())
    }
}
