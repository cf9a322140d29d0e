// People without a seat: what is open, what is counted, where the wall stands.

import assert from "node:assert/strict";
import { ARTICLE } from "../people.mjs";

/** Addresses of articles of these access rules, as the front and topic pages list them. */
async function articles(page, edition) {
  const found = new Set();
  await page.goto(`/${edition}`);
  const topics = await page.locator(`a[href^='/${edition}/topic/']`).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const address of [`/${edition}`, ...new Set(topics)]) {
    await page.goto(address);
    const links = await page.locator(`main a[href^='/${edition}/2']`).evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    for (const link of links) found.add(link);
  }
  return [...found];
}

async function theMeter({ people }) {
  const guest = await people.device("laptop");
  const page = await guest.opens("/en");
  const all = await articles(page, "en");
  assert.ok(all.length >= 10, `${all.length} articles are linked`);
  const got = [];
  // HEAD counts nothing, and tells a metered article (which a navigation might count) from an open and a closed one.
  const kinds = new Map();
  for (const path of all) kinds.set(path, await guest.access(path));
  assert.ok([...kinds.values()].includes("open"));
  const closed = all.filter((path) => kinds.get(path) !== "open");
  for (const path of closed) {
    const answer = await page.goto(path);
    got.push([path, answer.headers()["gaceta-access"]]);
  }
  const metered = got.filter(([, access]) => access === "metered");
  assert.equal(metered.length, 3, `three are free: ${JSON.stringify(got)}`);
  assert.ok(got.length > 3 && got.filter(([, access]) => access === "wall").length === got.length - 3, "then the wall");
  for (const [path] of metered) {
    const again = await page.goto(path);
    assert.equal(again.headers()["gaceta-access"], "metered", "reading again is free");
  }
  await page.goto(ARTICLE.en);
  assert.equal(await page.locator(".wall").count(), 1);
  assert.ok(!(await page.content()).includes("give in. It is the better arrangement"), "the text is not in the source");
}

/** Nothing that everybody can fetch carries the text of a subscribers' article. */
async function nothingLeaks({ people }) {
  const guest = await people.device("laptop");
  const secret = "give in. It is the better arrangement";
  const sam = await (await people.device("phone")).signsIn("sam@demo.test");
  const whole = await (await sam.context.request.get(ARTICLE.en)).text();
  assert.ok(whole.includes(secret), "the reader with a seat has it");
  for (const path of [ARTICLE.en, `${ARTICLE.en}?amp=1`, "/en", "/en/topic/cities", "/es"]) {
    const answer = await guest.context.request.get(path);
    assert.ok(!(await answer.text()).includes(secret), path);
  }
}

export const journeys = [
  { name: "a guest reads three metered articles, then meets the wall; reading again is free", walk: theMeter },
  { name: "nothing that everybody may fetch carries a subscribers' text", walk: nothingLeaks },
];
