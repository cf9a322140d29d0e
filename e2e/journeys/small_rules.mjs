// The small rules that leave honest people in peace, as a browser can show them. The others of that table are walked
// elsewhere: what counts as reading, and a restart, in spans.mjs; hidden, closed, the back/forward cache and selecting in
// lease.mjs; password, removed seat, new browsers, the password again and the third change in accounts.mjs and seats.mjs;
// typing, and one stream in the visible tab only, in reader_module/.

import assert from "node:assert/strict";
import { ARTICLE, hasMessage, isAsked, listening, paused, reads, take, until, watched } from "../people.mjs";
import { turns } from "./lease.mjs";

// A reader with few sign-ins behind: an account may try twenty times in an hour.
const EVA = "eva@empresa.test";
const path = ARTICLE.en;

async function prefetchTakesNothing({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const get = async (device, headers) => {
    const answer = await device.context.request.get(path, { headers });
    return [answer.headers()["gaceta-access"], (await answer.text()).includes("give in. It is the better arrangement")];
  };
  const early = [{ "Sec-Purpose": "prefetch" }, { "Sec-Purpose": "prefetch;prerender" }, { Purpose: "prefetch" }];
  for (const headers of early) assert.deepEqual(await get(phone, headers), [undefined, false], JSON.stringify(headers));
  assert.deepEqual(await get(phone, { "Sec-Fetch-Mode": "cors" }), ["lead", false]);
  assert.equal(await phone.access(path), "lead", "HEAD");
  // Nobody has the lease: the laptop opens it without being asked, and prefetching on the phone moves nothing.
  const a = await laptop.opens(path);
  await reads(a);
  for (const device of [phone, laptop]) assert.deepEqual(await get(device, early[0]), [undefined, false], "it would be shown later, wherever reading is then");
  assert.equal(await laptop.access(path), "full");
}

async function tabsAreOneDevice({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const one = await laptop.opens(path);
  const two = await laptop.opens(path);
  for (const page of [one, two]) await reads(page);
  for (const page of [one, two]) await listening(page);
  await one.close();
  await two.waitForTimeout(300);
  // The other tab is read on, so the phone is asked; and all tabs lose the text together.
  const three = await laptop.opens(path);
  await listening(three);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const b = await phone.opens(path);
  await isAsked(b);
  await take(b);
  await reads(b);
  await paused(two);
  await paused(three);
}

async function signingOutFrees({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  await laptop.signsOut();
  await until(() => a.locator("dialog[open]").count(), "the open page says that it is signed out");
  assert.equal(await a.locator("dialog[open] [data-act=take]").count(), 0, "nothing to take");
  const b = await phone.opens(path);
  await reads(b);
  const again = watched(await laptop.context.newPage(), people.troubles);
  await again.goto(path);
  assert.equal(await again.locator(".wall").count(), 1, "signed out: the wall");
  assert.ok(!(await hasMessage(again)));
}

async function signsInByTheForm({ people }) {
  const laptop = await people.device("laptop");
  const page = await laptop.opens(path);
  assert.equal(await page.locator(".wall").count(), 1);
  await page.locator(".wall a[href^='/sign-in']").click();
  await page.locator("#email").fill(EVA);
  await page.locator("#password").fill("not this one");
  await page.locator("main form button").first().click();
  await page.locator("#problem").waitFor();
  assert.match(await page.title(), /^Error:/);
  assert.equal(await page.locator("#email").inputValue(), EVA, "what was typed is kept");
  await page.locator("#password").fill("one device at a time");
  await page.locator("main form button").first().click();
  await page.waitForURL(`**${path}`);
  await reads(page);
}

async function aStaleMessageIsShownAgain({ people }) {
  const [laptop, phone, tablet] = [await people.device("laptop"), await people.device("phone"), await people.device("laptop")];
  for (const device of [laptop, phone, tablet]) await device.signsIn(EVA);
  await reads(await laptop.opens(path));
  const b = await phone.opens(path);
  const c = await tablet.opens(path);
  await isAsked(b);
  await isAsked(c);
  await take(b);
  await reads(b);
  await take(c); // what it shows is no longer so: the message again, with the device that reads now
  await isAsked(c);
  assert.match(await c.locator("main").innerText(), /Android/);
  await take(c);
  await reads(c);
}

/** The epoch has moved twice, but the other device is at rest by now: the old message still gets the text. */
async function aStaleMessageMayStillTake({ people }) {
  const [laptop, phone, tablet] = [await people.device("laptop"), await people.device("phone"), await people.device("laptop")];
  for (const device of [laptop, phone, tablet]) await device.signsIn(EVA);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  const c = await tablet.opens(path);
  await isAsked(c);
  const b = await phone.opens(path);
  await take(b);
  await reads(b);
  await listening(b);
  await b.waitForTimeout(2_100); // a "rest" that comes sooner could be of the page before
  await turns(b, "hidden");
  await c.waitForTimeout(200);
  await take(c);
  await reads(c);
}

async function theMeterIsForSubscribersToo({ people }) {
  const metered = "/en/2026-02-18/a-small-telescope-learns-to-wait";
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  const b = await phone.opens(metered);
  assert.ok(!(await hasMessage(b)), "a subscriber never gets less than a guest");
  await reads(b);
  assert.equal(await laptop.access(path), "full", "and the lease stays where it is");
}

/** Where the live stream does not get through, the heartbeat's answer says it; where it does, proxies let it pass. */
async function proxies({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const b = await phone.context.newPage();
  const stream = b.waitForResponse((response) => response.url().includes("/reading/notices"));
  await b.goto(path);
  await reads(b);
  const headers = (await stream).headers();
  assert.equal(headers["x-accel-buffering"], "no");
  assert.match(headers["content-type"], /^text\/event-stream/);
  await laptop.context.route("**/reading/notices*", (route) => route.fulfill({ status: 204 }));
  const a = await laptop.opens(path);
  await take(a);
  await reads(a);
  await listening(a);
  await b.reload();
  await take(b);
  await reads(b);
  await a.waitForTimeout(3_100); // beats are not sent more often
  await a.evaluate(() => dispatchEvent(new Event("online")));
  await paused(a);
}

async function onPaper({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(EVA);
  const phone = await (await people.device("phone")).signsIn(EVA);
  const a = await laptop.opens(path);
  await reads(a);
  await listening(a);
  await a.emulateMedia({ media: "print" });
  const printed = () =>
    a.evaluate(() => {
      const shown = (selector) => [...document.querySelectorAll(selector)].some((each) => each.checkVisibility({ visibilityProperty: true }));
      return { text: shown("#text > p"), address: shown(".printed"), around: shown(".nav, .colophon, .side, dialog") };
    });
  assert.deepEqual(await printed(), { text: true, address: true, around: false });
  assert.equal(await a.locator(".printed").textContent(), `${people.origin}${path}`);
  // What was sent is theirs to print, but it does not hold the lease.
  await a.waitForTimeout(2_100);
  await turns(a, "hidden");
  const b = await phone.opens(path);
  await reads(b);
  await turns(a, "visible");
  await a.emulateMedia({ media: "screen" });
  await paused(a);
  await a.emulateMedia({ media: "print" });
  assert.equal((await printed()).text, false, "a text that is paused prints one line");
  assert.match(await a.evaluate(() => getComputedStyle(document.getElementById("text"), "::before").content), /Reading has moved|lectura sigue/);
}

export const journeys = [
  { name: "prefetching, previews and HEAD take nothing", walk: prefetchTakesNothing },
  { name: "several tabs are one device", walk: tabsAreOneDevice },
  { name: "signing out frees the lease and tells the open page", walk: signingOutFrees },
  { name: "signing in by the form leads back to the article", walk: signsInByTheForm },
  { name: "a message that is no longer true is shown again", walk: aStaleMessageIsShownAgain },
  { name: "a stale message still takes from a device that is at rest", walk: aStaleMessageMayStillTake },
  { name: "a metered article while reading is elsewhere", walk: theMeterIsForSubscribersToo },
  { name: "the heartbeat tells of the loss where the stream does not get through", walk: proxies },
  { name: "on paper: the text and its address, or one line", walk: onPaper },
];
