// One reader, two devices: how reading goes from one to the other.

import assert from "node:assert/strict";
import { ARTICLE, NAMES, delayOf, focused, hasText, isAsked, listening, noteLoss, noteTakes, paused, reads, take, takeBack, until } from "../people.mjs";

const SAM = "sam@demo.test";
const path = ARTICLE.en;

async function two(people, options = {}) {
  const laptop = await (await people.device("laptop", options)).signsIn(SAM);
  const phone = await (await people.device("phone", options)).signsIn(SAM);
  return [laptop, phone];
}

async function opensAndReads(device) {
  const page = await device.opens(path);
  await reads(page);
  await listening(page);
  await noteLoss(page);
  return page;
}

/** Of two devices exactly this one gets the text. */
async function onlyHere(here, there) {
  assert.deepEqual([await here.access(path), await there.access(path)], ["full", "lead"], "exactly one device has the text");
}

async function takesFromThePage({ people }) {
  const [laptop, phone] = await two(people);
  const a = await opensAndReads(laptop);
  // In the middle of the text, so that there is a place to come back to.
  await a.evaluate(() => document.querySelectorAll("#text > p")[7].scrollIntoView({ block: "start" }));
  const scroll = await a.evaluate(() => scrollY);

  const b = await phone.opens(path);
  await isAsked(b);
  const words = await b.locator("main").innerText();
  assert.ok(words.includes(NAMES.laptop), "the message names the device");
  assert.ok(!words.includes("the better arrangement"), "the text is not there");
  assert.ok(!(await b.content()).includes("give in. It is the better arrangement"), "nor in the source");
  const asked = noteTakes(b);
  await take(b);
  await reads(b);
  await paused(a);
  const delay = await delayOf(a, asked);
  assert.equal(await focused(a), "moved-title", "the heading has the focus, not a button");
  assert.ok((await a.locator("dialog[open]").innerText()).includes(NAMES.phone), "the dialog names the device");
  assert.equal(await a.evaluate(() => scrollY), scroll, "nothing has moved");
  await onlyHere(phone, laptop);

  await listening(b);
  await noteLoss(b);
  await takeBack(a);
  await reads(a);
  assert.equal(await a.locator(".moved").count(), 0, "no message is left");
  assert.equal(await a.evaluate(() => scrollY), scroll, "the place is kept");
  assert.match(await focused(a), /^p-\d+$/, "the focus is in the text");
  await paused(b);
  await onlyHere(laptop, phone);
  return `the other page knew after ${delay} ms`;
}

async function fiftyTimes({ people }) {
  const [laptop, phone] = await two(people);
  const a = await opensAndReads(laptop);
  const b = await phone.opens(path);
  await isAsked(b);
  let [here, there] = [{ device: laptop, page: a, takes: noteTakes(a) }, { device: phone, page: b, takes: noteTakes(b) }];
  let slowest = 0;
  for (let turn = 1; turn <= 50; turn += 1) {
    // Mostly by the dialog; each fifth time by loading the page and pressing there.
    const byPage = turn === 1 || turn % 5 === 0;
    if (byPage) {
      if (turn > 1) await there.page.reload();
      await isAsked(there.page);
      await take(there.page);
    } else {
      await takeBack(there.page);
    }
    await reads(there.page);
    await paused(here.page);
    slowest = Math.max(slowest, await delayOf(here.page, there.takes));
    await onlyHere(there.device, here.device);
    if (byPage) await listening(there.page);
    await noteLoss(there.page);
    [here, there] = [there, here];
  }
  return `slowest notice ${slowest} ms`;
}

async function withoutScript({ people }) {
  const [laptop, phone] = await two(people, { javaScriptEnabled: false });
  const a = await laptop.opens(path);
  const b = await phone.opens(path);
  // Without scripts nothing can be evaluated in the page: what stands there is read from the source.
  const full = async (page) => (await page.content()).includes("give in. It is the better arrangement");
  const asked = async (page) => (await page.locator("form[action='/reading/take'] button").count()) === 1;
  assert.ok(await full(a));
  let [here, there] = [a, b];
  for (let turn = 1; turn <= 10; turn += 1) {
    assert.ok((await asked(there)) && !(await full(there)), `turn ${turn}: the message`);
    await take(there);
    // Pressing a button does not wait for the page that answers, and it has the same address.
    await until(() => full(there), `turn ${turn}: the text`);
    assert.equal(new URL(there.url()).pathname, path, "back at the article");
    await here.reload();
    [here, there] = [there, here];
  }
}

async function passesSilently({ people }) {
  const [laptop, phone] = await two(people);
  const never = (page) => page.on("request", (request) => assert.ok(!request.url().includes("/reading/take"), "nothing had to be pressed"));

  const closed = await opensAndReads(laptop);
  await closed.waitForTimeout(2_100); // a "rest" that comes sooner could be of the page before
  await closed.close();
  await settles(laptop);
  const b = await phone.opens(path);
  never(b);
  await reads(b);
  await listening(b);
  await b.waitForTimeout(2_100);
  await b.goto("/en");
  await settles(phone);
  const a = await laptop.opens(path);
  never(a);
  await reads(a);
  await onlyHere(laptop, phone);

  // Hidden: said by the test, because a tab without a screen is never in the background.
  await listening(a);
  await a.waitForTimeout(2_100);
  await turns(a, "hidden");
  await settles(laptop);
  await b.goto(path);
  await reads(b);
  await listening(b);
  // Visible again while the phone reads: it asks, and shows the message.
  await turns(a, "visible");
  await paused(a);
  // And again when the phone is put away: the text comes back by itself.
  await b.waitForTimeout(2_100);
  await b.close();
  await turns(a, "hidden");
  await turns(a, "visible");
  await reads(a);
}

/** The beacon is on its way when a page goes; the browser does not say when it has arrived. */
const settles = (device) => device.context.request.get("/en").then(() => new Promise((later) => setTimeout(later, 150)));

export const turns = (page, visibility) =>
  page.evaluate((visibility) => {
    for (const [name, value] of [["hidden", visibility === "hidden"], ["visibilityState", visibility]]) Object.defineProperty(document, name, { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibility);

async function comesBackFromTheCache({ people }) {
  const [laptop, phone] = await two(people);
  const a = await opensAndReads(laptop);
  await a.evaluate(() => addEventListener("pageshow", (event) => event.persisted && (window.wasKept = true)));
  await a.waitForTimeout(2_100);
  await a.goto("/en");
  await settles(laptop);
  const b = await opensAndReads(phone);
  const order = [];
  a.on("response", (response) => response.url().endsWith("/reading/beat") && order.push("answered"));
  await goesBack(a);
  const kept = await a.evaluate(() => window.wasKept === true);
  if (kept) {
    await paused(a);
    assert.deepEqual(order.slice(0, 1), ["answered"], "it asked before it hid anything");
    await takeBack(a);
    await reads(a);
    await paused(b);
  } else {
    await isAsked(a); // not kept by this browser: then it is a navigation like any other
  }
  // Away and back while nobody reads: as if nothing had been.
  if (kept) {
    await a.waitForTimeout(2_100);
    await a.goto("/en");
    await settles(laptop);
    await goesBack(a);
    await reads(a);
    assert.equal(await a.locator(".moved").count(), 0);
  }
  assert.ok(kept, "the article comes back from the back/forward cache");
}

/** `page.goBack` waits for a load that a kept page never has. */
async function goesBack(page) {
  await page.evaluate(() => void setTimeout(() => history.back(), 0));
  await until(() => page.evaluate((path) => location.pathname === path && document.readyState === "complete", path).catch(() => false), "the article again");
}

async function selects({ people }) {
  const [laptop, phone] = await two(people);
  const a = await opensAndReads(laptop);
  await a.evaluate(() => getSelection().selectAllChildren(document.querySelector("#text > p:nth-of-type(3)")));
  const b = await phone.opens(path);
  await take(b);
  await reads(b);
  const bar = a.locator(".moved-bar");
  await until(async () => (await bar.innerText()).includes(NAMES.phone), "a bar that names the device");
  assert.ok(await hasText(a), "the text is still there");
  assert.equal(await a.locator("dialog").count(), 0);
  assert.notEqual(await a.evaluate(() => getSelection().toString()), "", "and still selected");
  await a.evaluate(() => getSelection().removeAllRanges());
  await paused(a);
}

export const journeys = [
  { name: "a second device asks, takes, and the first page knows within a second", walk: takesFromThePage },
  { name: "fifty changes of device, by the dialog and by the page", walk: fiftyTimes },
  { name: "ten changes of device without a script", walk: withoutScript },
  { name: "a device that was put away hands over silently", walk: passesSilently },
  { name: "coming back from the back/forward cache asks first", walk: comesBackFromTheCache },
  { name: "a bar first while text is being selected", walk: selects },
];
