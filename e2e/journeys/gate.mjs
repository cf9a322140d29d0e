// A page of another site that asks the paper who may read (forward auth): signing in on the way, going from device to
// device, and coming back to the very page.

import assert from "node:assert/strict";
import { freePort } from "../paper.mjs";
import { PASSWORD, fill, isAsked, submit, take, until } from "../people.mjs";
import { Site } from "../site.mjs";

const SAM = "sam@demo.test";
const port = await freePort();
const settings = { GACETA_GATE__SITES: `http://localhost:${port}` };

const withSite = (walk) => async (scene) => {
  const site = await Site.open(port);
  site.paper = scene.paper.origin;
  try {
    const note = await walk({ ...scene, page: `${site.origin}/1987/may?page=2#old`, site });
    const { troubles } = scene.people;
    assert.deepEqual(troubles, [], "the browser has nothing to complain about");
    return note;
  } finally {
    site.close();
  }
};

const there = (page, address) => until(() => page.url() === address, `the page of the site, not ${page.url()}`);
const asked = (page) => until(() => page.url().includes("/gate/message?back="), "the message");
/** Its first heartbeat is answered and its stream stands. */
const listening = (page, site) =>
  page.waitForFunction((paper) => {
    const names = performance.getEntriesByType("resource").map((each) => each.name);
    return names.some((name) => name.startsWith(`${paper}/reading/beat`));
  }, site.paper).then(() => page.waitForTimeout(300));

async function two({ people }) {
  const laptop = await (await people.device("laptop")).signsIn(SAM);
  const phone = await (await people.device("phone")).signsIn(SAM);
  return [laptop, phone];
}

async function signsInOnTheWay({ people, page: address }) {
  const guest = await people.device("laptop");
  const page = await guest.opens(address);
  await until(() => page.url().includes("/sign-in?"), "the sign-in page");
  await fill(page, { email: SAM, password: PASSWORD });
  await submit(page);
  // A fragment never reaches a server, so it is not among what comes back.
  await there(page, address.replace(/#.*/, ""));
  assert.ok((await page.locator("#old").innerText()).includes("1987"));
}

async function goesBackAndForth(scene) {
  const { page: address, site } = scene;
  const [laptop, phone] = await two(scene);
  const a = await laptop.opens(address);
  await there(a, address);
  await listening(a, site);
  const b = await phone.opens(address);
  await asked(b);
  await isAsked(b);
  assert.ok((await b.locator("main").innerText()).includes("localhost"), "it says what was asked for");
  const delays = [];
  const place = await a.evaluate(() => (scrollTo(0, 400), scrollY));
  for (let [taker, loser] = [b, a], times = 0; times < 6; [taker, loser] = [loser, taker], times += 1) {
    await taker.bringToFront();
    await take(taker);
    await until(() => taker.url().startsWith(`${site.origin}/1987/may?page=2`), "the page, after the press");
    const since = Date.now();
    await asked(loser);
    delays.push(Date.now() - since);
    await isAsked(loser);
    await listening(taker, site);
  }
  assert.ok(Math.max(...delays) < 2_000, `the other page went after ${delays} ms`);
  assert.notEqual(place, 0);
  await until(() => a.evaluate((place) => scrollY === place, place), "the place in the page is kept");
  assert.ok(b.url().endsWith("#old") || a.url().endsWith("#old"), "the script knows the place in the page");
  return `the other page had gone after ${delays.sort((x, y) => x - y)[3]} ms (median)`;
}

async function waitsWhileTyping(scene) {
  const { page: address, site } = scene;
  const [laptop, phone] = await two(scene);
  const a = await laptop.opens(address);
  await listening(a, site);
  await a.locator("#notes").pressSequentially("the mill, page");
  const b = await phone.opens(address);
  await asked(b);
  await take(b);
  await there(b, address.replace(/#.*/, ""));
  const bar = a.locator("div[role=status]");
  await until(async () => (await bar.innerText()).includes("Chrome · Android"), "a bar that names the device");
  assert.equal(a.url(), address, "nobody is torn from what they type");
  await a.locator("#notes").evaluate((field) => field.blur());
  await asked(a);
}

async function passesSilently(scene) {
  const { page: address, site } = scene;
  const [laptop, phone] = await two(scene);
  const a = await laptop.opens(address);
  await listening(a, site);
  await a.goto("about:blank");
  // The last word of the page is on its way for a moment.
  await until(async () => {
    const b = await phone.opens(address);
    const silent = b.url() === address;
    await b.close();
    return silent;
  }, "the phone reads without being asked", 4_000);
  // And the lease is one with the paper's own.
  await phone.opens(address);
  assert.equal(await laptop.access("/en/2026-02-07/the-auction-where-nobody-shouts"), "lead");
}

async function showsADoorway(scene) {
  const { page: address, site, people } = scene;
  site.denied = "";
  const guest = await people.device("laptop", { locale: "es-ES" });
  const page = await guest.opens(address);
  assert.equal(page.url(), address, "the page stands under the address that was asked for");
  assert.equal(await page.locator("h1").innerText(), "Entra para leer esta página");
  const colour = await page.locator("a").evaluate((link) => getComputedStyle(link).backgroundColor);
  assert.equal(colour, "rgb(10, 90, 85)", "its style is taken");
  await page.locator("a").click();
  await until(() => page.url().includes("/sign-in?lang=es"), "the sign-in page in Spanish");
}

export const journeys = [
  { name: "another site: a guest signs in on the way and comes back", walk: withSite(signsInOnTheWay), settings },
  { name: "another site: reading goes from device to device", walk: withSite(goesBackAndForth), settings },
  { name: "another site: who is typing is not torn away", walk: withSite(waitsWhileTyping), settings },
  { name: "another site: a page that was left hands over silently", walk: withSite(passesSilently), settings },
  { name: "another site: a page that says why not, in its own style", walk: withSite(showsADoorway), settings },
];
