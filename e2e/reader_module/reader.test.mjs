// assets/reader.js in a real browser, branch by branch, against the stand-in of seat.mjs.
//
//     CHROMIUM=/usr/bin/chromium node --test e2e/reader_module/reader.test.mjs
//
// Time is the page's own mock clock where a test waits for more than a moment. "Hidden" is said by the test, because a
// headless tab is never in the background; leaving for the back/forward cache is real.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { ended, message, Seat } from "./seat.mjs";

let browser, context, seat, page, troubles;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser.close());
beforeEach(async () => {
  seat = await Seat.open();
});
afterEach(async () => {
  await context.close();
  seat.close();
  assert.deepEqual(troubles, [], "nothing on the page's console");
});

// ---- What a test says -------------------------------------------------------------------------------------------

async function newPage() {
  const one = await context.newPage();
  one.on("pageerror", (error) => troubles.push(String(error)));
  one.on("console", (line) => line.type() === "error" && !line.text().includes("503") && troubles.push(line.text()));
  return one;
}

async function opens({ path = "/article", clock = false, hidden = false } = {}) {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  troubles = [];
  page = await newPage();
  if (hidden) await page.addInitScript(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
  if (clock) await page.clock.install();
  await page.goto(seat.origin + path);
}

async function isReading(options) {
  await opens(options);
  await until(() => seat.streams.size === 1, "a first beat, then a stream");
}

async function until(holds, what, limit = 6_000) {
  for (const end = Date.now() + limit; Date.now() < end; await page.waitForTimeout(20)) if (await holds()) return;
  assert.fail(`in ${limit} ms never: ${what}`);
}

const later = (milliseconds) => page.clock.runFor(milliseconds);
const beats = () => seat.of("beat");
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.act);
const bar = () => page.locator(".moved-bar").textContent();
const hidden = () => page.locator("#text").evaluate((text) => text.inert && getComputedStyle(text).visibility === "hidden");
const shown = () => page.locator("#text").evaluate((text) => !text.inert && getComputedStyle(text).visibility === "visible");
const asked = () => until(() => page.locator("dialog[open]").count(), "the dialog");
const back = () => until(async () => (await shown()) && !(await page.locator(".moved").count()), "the text, and no message");
const press = (act) => page.click(`[data-act=${act}]`);
const select = (id) => page.evaluate((id) => getSelection().selectAllChildren(document.getElementById(id)), id);
const deselect = () => page.evaluate(() => getSelection().removeAllRanges());
const online = () => page.evaluate(() => dispatchEvent(new Event("online"))); // makes it ask
const turns = (visibility) =>
  page.evaluate((visibility) => {
    Object.defineProperty(document, "hidden", { value: visibility === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibility);

// ---- Beats ------------------------------------------------------------------------------------------------------

test("a page says that it is read, at load and each 30 s, and opens one stream", async () => {
  await isReading({ clock: true });
  const [first] = beats();
  assert.equal(first.type, "application/json");
  assert.match(first.view, /^\d{1,16}$/);
  assert.ok(Number.isSafeInteger(Number(first.view)));
  assert.deepEqual([first.seq, first.epoch, first.back, typeof first.focused], [1, null, false, "boolean"]);
  await later(30_500);
  await until(() => beats().length === 2, "a second beat");
  assert.equal(beats()[1].epoch, "100.1");
  assert.ok(beats()[1].idle >= 30_000 && beats()[1].seq > first.seq);
  assert.deepEqual(seat.of("stream"), [{ kind: "stream", view: first.view }]);
});

test("a page without a text is left alone", async () => {
  await opens({ path: "/no-text" });
  await page.waitForTimeout(300);
  assert.deepEqual(seat.heard, []);
});

test("204 stops everything, and nothing is said on leaving", async () => {
  seat.beats = "nothing";
  await opens({ clock: true });
  await until(() => beats().length === 1, "a beat");
  await later(300_000);
  await turns("hidden");
  await turns("visible");
  await page.waitForTimeout(200);
  assert.deepEqual(seat.heard.map((each) => each.kind), ["beat"]);
});

test("a failing server changes nothing on the page and is asked again after growing pauses", async () => {
  await isReading({ clock: true });
  seat.beats = "fails";
  for (const [count, wait] of [[2, 30_500], [3, 3_100], [4, 6_100]]) {
    await later(wait);
    await until(() => beats().length >= count, `beat ${count}`);
    await page.waitForTimeout(100);
  }
  assert.ok(await shown());
});

test("a refused stream is opened again; a notice that cannot be read makes it ask", async () => {
  seat.refusesStreams = true;
  await opens();
  await until(() => seat.of("stream").length === 1, "a refused stream");
  seat.refusesStreams = false;
  await until(() => seat.streams.size === 1, "an open stream");
  const count = beats().length;
  seat.notify("nonsense");
  await until(() => beats().length > count, "a beat");
  assert.ok(await shown());
});

test("focus and blur are told, but not each of them", async () => {
  await isReading();
  await page.evaluate(() => {
    let has = true;
    document.hasFocus = () => has;
    globalThis.turn = (focus) => dispatchEvent(new Event((has = focus) ? "focus" : "blur"));
    for (let i = 0; i < 20; i += 1) turn(i % 2 === 0);
  });
  await until(() => beats().at(-1).focused === false, "a blur");
  assert.ok(beats().length <= 3);
  await page.evaluate(() => turn(true));
  await until(() => beats().at(-1).focused, "a focus");
});

test("focus that comes back while a beat is on its way is told after it", async () => {
  await isReading();
  seat.beatDelay = 500;
  await page.evaluate(() => {
    document.hasFocus = () => globalThis.has;
    globalThis.turn = (focus) => dispatchEvent(new Event((globalThis.has = focus) ? "focus" : "blur"));
    turn(false);
  });
  await until(() => beats().at(-1).focused === false, "a blur");
  await page.evaluate(() => turn(true));
  await until(() => beats().at(-1).focused, "a focus");
});

test("reading on after a while is told at once", async () => {
  await isReading({ clock: true });
  await later(30_500);
  await until(() => beats().length === 2, "a second beat");
  await page.waitForTimeout(100);
  await later(20_000);
  await page.mouse.move(50, 50);
  await later(50);
  await until(() => beats().length === 3, "a third");
  assert.ok(beats()[2].idle < 1_000);
});

// ---- Coming and going -------------------------------------------------------------------------------------------

test("hidden, it is at rest and hears nothing; visible again, it asks before it hides anything", async () => {
  await isReading();
  const { view } = beats()[0];
  await turns("hidden");
  await until(() => seat.of("rest").length === 1 && seat.streams.size === 0, "rest, and no stream");
  const [rest] = seat.of("rest");
  assert.deepEqual([rest.type, rest.view, rest.epoch], ["application/json", view, "100.1"]);
  assert.ok(rest.seq > beats().at(-1).seq);
  seat.moves();
  seat.beats = "rest";
  let count = beats().length;
  await turns("visible");
  await until(() => seat.streams.size === 1, "an answer, then a stream");
  assert.deepEqual([beats()[count].back, beats()[count].view, beats().length], [true, view, count + 1]);
  assert.ok(await shown());
  await turns("hidden");
  seat.moves();
  assert.ok(await shown());
  await turns("visible");
  await asked();
  assert.ok(await hidden());
});

test("that it comes back is said until there is an answer", async () => {
  await isReading();
  await turns("hidden");
  seat.beats = "fails";
  const count = beats().length;
  await turns("visible");
  await until(() => beats().length === count + 1, "an unanswered beat");
  seat.beats = "rest";
  await until(() => beats().length === count + 2, "another");
  assert.ok(beats().at(-1).back);
});

test("a page that begins hidden is at rest, learns whose it is, and asks when it is looked at", async () => {
  await opens({ hidden: true, clock: true });
  await until(() => seat.of("rest").length === 1, "a first word");
  await page.waitForTimeout(100);
  await later(3_100);
  await until(() => seat.of("rest").length === 2, "the same, when it is not that of the page before");
  await later(300_000);
  assert.deepEqual(seat.heard.map((each) => [each.kind, each.seq, each.epoch]), [["rest", 1, null], ["rest", 2, null]]);
  assert.equal(seat.of("rest")[1].reader, seat.owner);
  await turns("visible");
  await until(() => seat.streams.size === 1, "an answer, then a stream");
  assert.deepEqual([beats()[0].back, beats()[0].reader, beats()[0].seq], [true, seat.owner, 3]);
});

test("a page says whose it is from its first answer on, whoever answers later", async () => {
  await isReading();
  const { owner } = seat;
  assert.equal(beats()[0].reader, undefined);
  seat.owner = "somebody-else";
  await online();
  await until(() => beats().length === 2, "a second beat");
  await page.waitForTimeout(100);
  await turns("hidden");
  await until(() => seat.of("rest").length === 1, "rest");
  await turns("visible");
  await until(() => beats().length === 3, "a third");
  assert.deepEqual([beats()[1].reader, seat.of("rest")[0].reader, beats()[2].reader], [owner, owner, owner]);
});

test("signed out, it asks whether somebody else is signed in, and says so once", async () => {
  await isReading();
  seat.beats = "other";
  seat.notify(JSON.stringify({ message: ended }));
  await until(() => page.getByText("Ahora hay otra cuenta abierta aquí").count(), "who is signed in");
  assert.deepEqual([await page.locator(".moved").count(), await hidden(), await focused()], [1, true, "moved-title"]);
  await page.evaluate(() => document.activeElement.blur());
  const count = beats().length;
  await online();
  await until(() => beats().length > count, "another beat");
  await page.waitForTimeout(200);
  assert.notEqual(await focused(), "moved-title");
  seat.returns();
  await online();
  await back();
});

test("a clock that is set back, or on, changes nothing", async () => {
  await isReading({ clock: true });
  const sets = (by) =>
    page.evaluate((by) => {
      const was = Date.now;
      Date.now = () => was() + by;
    }, by);
  await sets(-3_600_000);
  await later(3_100);
  await online(); // asks to tell at once
  await later(100);
  await until(() => beats().length === 2, "a beat within seconds");
  await later(30_500);
  await until(() => beats().length === 3, "and after the usual span");
  assert.ok(beats().every((beat) => beat.idle >= 0 && beat.idle < 60_000));
  assert.deepEqual(beats().map((beat) => beat.back), [false, false, false]);
  await page.waitForTimeout(100);
  await page.mouse.move(60, 60);
  await sets(7_200_000);
  await later(3_100); // reading on after a while is told soon; the answer must not come later than it may take
  await until(() => beats().length === 4, "a fourth");
  assert.ok(beats()[3].idle < 60_000, "nobody has been away for hours");
});

test("eight visible windows over HTTP/1.1 share one stream, and all of them hear", async () => {
  await isReading();
  const windows = [page];
  for (let count = 2; count <= 8; count += 1) {
    const one = await newPage();
    await one.goto(`${seat.origin}/article`, { timeout: 5_000 });
    windows.push(one);
  }
  await until(() => new Set(beats().map((beat) => beat.view)).size === 8, "a beat of each");
  await page.waitForTimeout(200);
  assert.equal(seat.streams.size, 1);
  seat.moves();
  const all = async (holds) => (await Promise.all(windows.map(holds))).every(Boolean);
  await until(() => all((one) => one.locator("dialog[open]").count()), "the message in each", 2_000);
  // The one that listens goes: another takes its place.
  page = windows[1];
  await windows[0].close();
  await until(() => seat.streams.size === 1 && seat.of("stream").length === 2, "a second stream");
});

test("a machine that slept with the page in front comes back, too", async () => {
  await isReading({ clock: true });
  await page.clock.fastForward(3_600_000);
  await until(() => beats().length === 2, "a beat");
  assert.ok(beats()[1].back);
});

test("the back/forward cache: at rest on leaving, one question on return, the same view", async () => {
  await isReading();
  const { view } = beats()[0];
  await page.evaluate(() => (globalThis.kept = true));
  await page.goto(`${seat.origin}/elsewhere`);
  await until(() => seat.of("rest").length === 1, "one rest");
  const count = beats().length;
  await page.evaluate(() => history.back()).catch(() => {}); // the page that asks goes away
  await until(() => beats().length > count, "a beat");
  await page.waitForTimeout(300);
  assert.ok(await page.evaluate(() => globalThis.kept), "it came from the cache");
  assert.deepEqual([beats()[count].back, beats()[count].view, beats().length], [true, view, count + 1]);
});

// ---- Losing the seat and taking it back -------------------------------------------------------------------------

test("told: text hidden, nothing moves, the heading has focus; Read here brings it back to its place", async () => {
  await isReading();
  await page.evaluate(() => scrollTo(0, document.getElementById("p-9").offsetTop + 20));
  const where = () => page.evaluate(() => [scrollY, document.documentElement.scrollHeight]);
  const place = await where();
  seat.moves();
  await asked();
  assert.ok(await hidden());
  assert.equal(await focused(), "moved-title");
  assert.deepEqual(await where(), place);
  const dialog = page.getByRole("alertdialog", { name: "La lectura sigue en otro dispositivo" });
  assert.equal(await dialog.getAttribute("aria-describedby"), "moved-text");
  await page.keyboard.press("Space"); // pressed to scroll
  assert.deepEqual(seat.of("take"), []);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "take");
  seat.takeDelay = 400;
  await page.keyboard.press("Enter");
  const button = page.locator("[data-act=take]");
  await until(async () => (await button.textContent()) === "Pasando…", "a busy button");
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  await page.keyboard.press("Enter");
  await back();
  assert.equal(seat.of("take").length, 1);
  const { type, accept, epoch, op, next } = seat.of("take")[0];
  assert.match(type, /^application\/x-www-form-urlencoded/);
  assert.deepEqual([accept, epoch, op, next], ["application/json", "100.2", "op-100.2", "/article"]);
  assert.equal(await focused(), "p-9");
  assert.deepEqual(await where(), place);
  assert.equal(await page.locator("p[role=status]").textContent(), "Ya puedes leer aquí.");
  await page.evaluate(() => document.activeElement.blur());
  assert.equal(await page.locator("#p-9").getAttribute("tabindex"), null);
});

for (const [name, leave] of [["Esc", () => page.keyboard.press("Escape")], ["Leave it", () => press("leave")]]) {
  test(`${name}: the message stays where the text was, follows the scroll, and can still be pressed`, async () => {
    await isReading();
    await page.evaluate(() => scrollTo(0, 900));
    seat.moves();
    await asked();
    await leave();
    const section = page.locator(".frame > section.moved-here");
    await until(() => section.count(), "a section");
    assert.equal(await page.locator("dialog").count(), 0);
    assert.ok((await hidden()) && (await page.locator("#moved-title").isVisible()));
    assert.ok(!(await page.locator("[data-act=leave]").isVisible()));
    assert.equal(await focused(), "moved-title");
    await page.evaluate(() => scrollTo(0, 1_800));
    const { y } = await section.boundingBox();
    assert.ok(y >= 0 && y < 100);
    await press("take");
    await back();
  });
}

test("a take that fails is said in the dialog, and tried again under the same operation", async () => {
  await isReading();
  seat.moves();
  await asked();
  seat.takes = "fails";
  await press("take");
  await until(() => page.getByRole("alert").filter({ hasText: "No hemos podido" }).count(), "the failure");
  assert.ok(await hidden());
  assert.equal(await page.locator("[data-act=take]").textContent(), "Leer aquí de nuevo");
  seat.takes = "held";
  await press("take");
  await back();
  assert.deepEqual(seat.of("take").map((take) => take.op), ["op-100.2", "op-100.2"]);
});

test("where another device was quicker, its message stands there instead", async () => {
  await isReading();
  seat.moves();
  await asked();
  seat.takes = "elsewhere";
  await press("take");
  await until(() => page.getByText("Tableta").count(), "the other device");
  assert.deepEqual([await focused(), await page.locator(".moved").count(), await hidden()], ["moved-title", 1, true]);
  seat.takes = "held";
  await press("take");
  await back();
  assert.equal(seat.of("take").at(-1).op, "op-100.3");
});

test("a beat tells of the loss where the stream does not, and of the return", async () => {
  await isReading({ clock: true });
  seat.counter += 1;
  seat.beats = "lost";
  await later(30_500);
  await asked();
  seat.returns();
  await page.waitForTimeout(100);
  await later(30_500);
  await back();
});

test("paused, away, and back while another tab has the seat again: it is simply read on", async () => {
  await isReading();
  seat.moves();
  await asked();
  await turns("hidden");
  seat.returns();
  await turns("visible");
  await back();
  assert.match(await focused(), /^p-\d+$/);
});

test("overtaken news: a late old answer does not restore, a late old notice does not hide", async () => {
  await isReading();
  seat.beatDelay = 500;
  const count = beats().length;
  await online();
  await until(() => beats().length > count, "a slow beat");
  seat.moves();
  await asked();
  await page.waitForTimeout(800);
  assert.ok(await hidden());
  seat.beatDelay = 0;
  await press("take");
  await back();
  seat.notify(JSON.stringify({ message: message("100.2", "Tableta") }));
  await page.waitForTimeout(300);
  assert.ok(await shown());
});

test("sixty alternations leave nothing behind", async () => {
  await isReading();
  for (let turn = 0; turn < 60; turn += 1) {
    seat.moves();
    await asked();
    await press("take");
    await back();
  }
  assert.equal(await page.locator("dialog, section.moved-here").count(), 0);
  assert.equal(await page.locator("[role=status]").count(), 2);
});

// ---- Not in the middle of a word --------------------------------------------------------------------------------

test("typing: a bar at once, the text hidden afterwards, the field as it was", async () => {
  await isReading();
  await page.locator("#mail").pressSequentially("ana@");
  seat.moves();
  await until(bar, "the bar");
  const { y, height } = await page.locator(".moved-bar").boundingBox();
  assert.ok(height > 30 && Math.abs(y + height - 800) <= 1, "it stands at the bottom of the window");
  await page.locator("#mail").pressSequentially("x");
  assert.ok(await shown());
  await page.evaluate(() => document.activeElement.blur());
  await asked();
  assert.deepEqual([await page.locator("#mail").inputValue(), await bar(), await hidden()], ["ana@x", "", true]);
});

test("a ticked box is not typing", async () => {
  await isReading();
  await page.click("#tick");
  seat.moves();
  await asked();
});

test("selecting: a bar, and the text hidden when the selection ends", async () => {
  await isReading();
  await select("p-2");
  seat.moves();
  await until(bar, "the bar");
  assert.ok(await shown());
  await deselect();
  await asked();
  assert.ok(await hidden());
});

test("a seat that is back meanwhile takes the bar away", async () => {
  await isReading();
  await select("p-2");
  seat.moves();
  await until(bar, "the bar");
  seat.returns();
  await online();
  await until(async () => (await bar()) === "", "no bar");
  await deselect();
  await page.waitForTimeout(500);
  assert.ok(await shown());
});

test("a selection puts it off for 60 s at most", async () => {
  await isReading({ clock: true });
  await select("p-2");
  seat.moves();
  await until(bar, "the bar");
  await later(55_000);
  assert.ok(await shown());
  await later(6_000);
  await asked();
  assert.ok(await hidden());
});
