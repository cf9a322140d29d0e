// What only a browser with real tabs does: pages that are opened behind others, pages that are asked for early, and many
// windows at once.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ARTICLE, hasMessage, listening, paused, reads, take, until } from "../people.mjs";
import { Eager, Tabs } from "../tabs.mjs";
import { turns } from "./lease.mjs";

const EVA = "eva@empresa.test";
const path = ARTICLE.en;
const METERED = "/en/2026-02-18/a-small-telescope-learns-to-wait";

const withTabs = (walk) => async (scene) => {
  const tabs = await Tabs.open();
  try {
    return await walk({ ...scene, tabs });
  } finally {
    await tabs.close();
  }
};

async function behind({ people, paper, tabs }) {
  await tabs.signsIn(paper.origin, EVA);
  const front = await tabs.tab(`${paper.origin}/en`);
  const link = "main a[href^='/en/20']";
  await until(() => front.asks(`Boolean(document.querySelector(${JSON.stringify(link)}))`), "a link");
  await front.asks(`document.querySelector(${JSON.stringify(link)}).href = ${JSON.stringify(path)}`);
  await front.clicks(link, { modifiers: 2 });
  const opened = await tabs.found(paper.origin + path);
  await opened.reads();
  assert.ok(await opened.hidden(), "it has never been looked at");
  await pause(5_000);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const page = await phone.opens(path);
  assert.ok(!(await hasMessage(page)), "nobody reads in a page that was never looked at");
  await reads(page);
  await listening(page);
  // It is looked at while the phone reads: it asks, and the message stands there.
  await opened.looks();
  await until(async () => (await opened.state())?.message, "the message in the tab");
}

async function restored({ people, paper, tabs }) {
  await tabs.signsIn(paper.origin, EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const page = await phone.opens(path);
  await reads(page);
  await listening(page);
  await page.waitForTimeout(2_100); // a "rest" that comes sooner could be of the page before
  await turns(page, "hidden");
  await page.waitForTimeout(300);
  const before = await tabs.tab("about:blank");
  await before.looks();
  const three = [];
  for (let count = 0; count < 3; count += 1) three.push(await tabs.tab(paper.origin + path, { background: true }));
  for (const one of three) await one.reads();
  assert.ok((await Promise.all(three.map((one) => one.hidden()))).every(Boolean));
  await pause(10_000);
  await turns(page, "visible");
  await pause(1_500);
  await reads(page);
  assert.equal(await page.locator(".moved").count(), 0, "nothing was asked");
  // And the other way round: the phone is put away, and one of them is looked at.
  await page.waitForTimeout(2_100);
  await turns(page, "hidden");
  await page.waitForTimeout(300);
  await three[1].looks();
  await pause(1_500);
  assert.deepEqual(await three[1].state(), { text: true, message: false, wall: false, early: false });
}

const askedFor = (kind, ...urls) => ({ [kind]: [{ source: "list", urls, eagerness: "immediate" }] });

const early = (kind, email, article) => async ({ paper, tabs }) => {
  const eager = await Eager.open(paper.origin, askedFor(kind, article));
  try {
    if (email) await tabs.signsIn(paper.origin, email);
    const front = await tabs.tab(`${eager.origin}/en`);
    await until(() => eager.asked.some(([asked]) => asked === article), `an early request by ${kind}`);
    assert.ok(eager.asked.every(([asked, status]) => asked !== article || status >= 400), JSON.stringify(eager.asked));
    await pause(500);
    await front.asks(`location.href = ${JSON.stringify(article)}; 0`);
    await until(async () => (await front.asks("location.pathname")) === article, "the article");
    await front.reads();
    assert.deepEqual(await front.state(), { text: true, message: false, wall: false, early: false });
  } finally {
    eager.close();
  }
};

async function open({ paper, tabs }) {
  const article = "/en/2026-02-26/nineteen-trainers-and-a-plane-at-toluca";
  const eager = await Eager.open(paper.origin, askedFor("prefetch", article));
  try {
    await tabs.tab(`${eager.origin}/en`);
    await until(() => eager.asked.length, "an early request");
    assert.deepEqual(eager.asked[0], [article, 200]);
  } finally {
    eager.close();
  }
}

async function eightWindows({ people, paper, tabs }) {
  await tabs.signsIn(paper.origin, EVA);
  const windows = [];
  for (let count = 0; count < 8; count += 1) {
    const one = await tabs.tab(paper.origin + path, { newWindow: true });
    await one.reads(); // a seventh page never came
    assert.equal(await one.hidden(), false);
    windows.push(one);
  }
  await pause(500);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const page = await phone.opens(path);
  assert.ok(await hasMessage(page));
  await take(page);
  await reads(page);
  const all = async () => (await Promise.all(windows.map((one) => one.state()))).every((state) => state?.message);
  await until(all, "the message in all eight", 3_000);
}

async function somebodyElse({ people }) {
  const laptop = await (await people.device("laptop")).signsIn("ana@demo.test");
  const page = await laptop.opens(path);
  await reads(page);
  await listening(page);
  await laptop.signsIn(EVA);
  const dialog = page.locator("dialog[open]");
  await until(async () => /^Ahora hay otra cuenta abierta aquí\s+Eva /.test(await dialog.innerText()), "who is signed in now");
  // Nobody reads for Eva: her phone is not asked.
  const phone = await (await people.device("phone")).signsIn(EVA);
  await reads(await phone.opens(path));
  await dialog.getByRole("link", { name: "Cargar la página otra vez" }).click();
  await page.waitForURL(`**${path}`);
  assert.ok(await hasMessage(page), "it is Eva's page now, and she reads on her phone");
}

async function narrow({ people, screens }) {
  const size = { viewport: { width: 320, height: 568 } };
  const phone = await (await people.device("phone", size)).signsIn(EVA);
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const wide = await laptop.opens(path);
  await reads(wide);
  const page = await phone.opens(path);
  assert.ok(await hasMessage(page));
  const shows = (name) => screens && page.screenshot({ path: `${screens}/narrow-${name}.png` });
  await shows("message");
  const box = (selector) => page.locator(selector).first().boundingBox();
  const [title, holder, button] = [await box("h1"), await box(".holder"), await box("form.actions .btn")];
  const why = await page.locator(".what").first().boundingBox();
  assert.ok(title.y < why.y && why.y < holder.y && holder.y < button.y, "title, sentence, device, button");
  assert.ok(holder.x >= 0 && holder.x + holder.width <= 320, "the device fits");
  const inside = () => page.evaluate(() => document.documentElement.scrollWidth <= 320);
  assert.ok(await inside(), "nothing hangs over the edge");
  // The same when the open page loses its turn: as a dialog, and where the text was.
  await take(page);
  await reads(page);
  await listening(page);
  await page.evaluate(() => document.querySelectorAll("#text > p")[7].scrollIntoView());
  await wide.reload();
  await take(wide);
  await paused(page);
  await shows("dialog");
  const dialog = await box("dialog[open]");
  assert.ok(dialog.x >= 0 && dialog.x + dialog.width <= 320 && dialog.y >= 0 && dialog.y + dialog.height <= 568, "the dialog is on the screen");
  await page.keyboard.press("Escape");
  await page.locator(".moved-here").waitFor();
  await shows("left");
  const left = await box(".moved-here");
  assert.ok(left.x >= 0 && left.x + left.width <= 320 && left.y >= 0 && left.y < 200, `where the text was, and in sight: ${JSON.stringify(left)}`);
  assert.ok(await inside());
}

export const journeys = [
  { name: "a page opened in the background and never looked at makes nobody wait", walk: withTabs(behind) },
  { name: "tabs restored behind another take nothing from a phone that is looked at again", walk: withTabs(restored) },
  { name: "prefetched by a subscriber, then opened: the text", walk: withTabs(early("prefetch", EVA, path)) },
  { name: "prerendered by a subscriber, then opened: the text", walk: withTabs(early("prerender", EVA, path)) },
  { name: "prefetched by a guest with free articles, then opened: the text", walk: withTabs(early("prefetch", "", METERED)) },
  { name: "an article for everybody may be prefetched", walk: withTabs(open) },
  { name: "eight visible windows over HTTP/1.1 load and hear", walk: withTabs(eightWindows) },
  { name: "somebody else signs in: the page says who, and does not read for them", walk: somebodyElse },
  { name: "the device message on a screen of 320 px", walk: narrow },
];
