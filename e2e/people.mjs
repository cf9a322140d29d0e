// People and their devices: one browser context is one device, with its own cookies.
//
// The page helpers say what a person sees: whether the text is there to be read, whether the message stands before it.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { link, mail } from "./mail.mjs";
import { OPERATOR } from "./paper.mjs";

export const PASSWORD = "one device at a time";

/** What is read where. All of it is in the demo edition. */
export const ARTICLE = {
  en: "/en/2026-02-07/the-auction-where-nobody-shouts",
  es: "/es/2026-02-06/la-lonja-donde-nadie-grita",
};

const AGENTS = {
  laptop: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  phone: "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
};
/** What the paper calls these devices. */
export const NAMES = { laptop: "Chrome · Linux", phone: "Chrome · Android" };

/** Holds, or the journey fails saying what never came. */
export async function until(holds, what, limit = 8_000) {
  // A page that is just being replaced cannot be asked; the next one can.
  const changing = (error) => {
    if (!/context was destroyed|navigation/.test(error.message)) throw error;
    return false;
  };
  for (const end = Date.now() + limit; Date.now() < end; await pause(15)) if (await Promise.resolve(holds()).catch(changing)) return;
  assert.fail(`in ${limit} ms never: ${what}`);
}

export class Device {
  constructor(context, origin, troubles) {
    Object.assign(this, { context, origin, troubles });
  }

  /** Signs in by the form's own request; the form itself has a journey of its own. */
  async signsIn(email, password = PASSWORD) {
    const answer = await this.context.request.post("/sign-in", { form: { email, password, next: "/" }, maxRedirects: 0 });
    assert.equal(answer.status(), 303, `${email} can sign in`);
    return this;
  }

  async signsOut() {
    await this.context.request.post("/sign-out", { maxRedirects: 0 });
  }

  async opens(path) {
    const page = await this.context.newPage();
    this.page = watched(page, this.troubles);
    this.onPage?.(page);
    await page.goto(path);
    return page;
  }

  /** What the server would send this device now, without asking for the lease: `full`, `lead`, `wall` ... */
  async access(path, headers = {}) {
    const answer = await this.context.request.fetch(path, { method: "HEAD", headers });
    return answer.headers()["gaceta-access"];
  }
}

/** Whatever the browser complains about (a policy that is broken, a script that fails) makes the journey fail. */
export function watched(page, troubles) {
  page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error}`));
  page.on("console", (line) => {
    // Pages that are meant to answer 404 or 422 say so on the console, too.
    if (line.type() === "error" && !/status of 4(00|01|02|03|04|05|09|10|22|29)/.test(line.text())) troubles.push(`${page.url()}: ${line.text()}`);
  });
  return page;
}

export class People {
  devices = [];
  troubles = [];

  constructor(browser, paper) {
    Object.assign(this, { browser, paper, origin: paper.origin });
  }

  async device(kind = "laptop", options = {}) {
    const size = kind === "phone" ? { width: 390, height: 844 } : { width: 1280, height: 800 };
    const context = await this.browser.newContext({ baseURL: this.origin, userAgent: AGENTS[kind], viewport: size, locale: "en-US", ...options });
    context.setDefaultTimeout(10_000);
    const device = new Device(context, this.origin, this.troubles);
    device.onPage = this.onPage;
    this.devices.push(device);
    return device;
  }

  /** Somebody new: signs up by the form, opens the mail, presses the button. Returns their device, signed in. */
  async newcomer(email, { language = "en", kind = "laptop", name = "", next = "" } = {}) {
    const device = await this.device(kind, { locale: language === "es" ? "es-ES" : "en-US" });
    const page = await device.opens(`/sign-up?lang=${language}&next=${encodeURIComponent(next)}`);
    await fill(page, { name, email, password: PASSWORD });
    await submit(page);
    const letter = await mail(this.paper, email);
    await page.goto(link(this.paper, letter));
    await submit(page);
    return device;
  }

  /** The people who run the paper give somebody a plan, on their page. */
  async grants(email, plan, { seats = "", company = "" } = {}) {
    const operator = await (await this.device("laptop")).signsIn(OPERATOR);
    const page = await operator.opens("/admin/subscriptions");
    await page.locator("#plan").selectOption(plan);
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await fill(page, { email, seats, company, until });
    await submit(page);
    assert.equal(await page.locator(".notice.ok").count(), 1, `${email} has ${plan}`);
  }

  /** Everybody goes home: no journey leaves a lease behind for the next. */
  async leave() {
    for (const device of this.devices) {
      await device.signsOut().catch(() => {});
      await device.context.close();
    }
  }
}

// ---- What one does on a page --------------------------------------------------------------------------------------

/** Types into fields by their id. */
export async function fill(page, fields) {
  for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
}

/** Presses the first button of the first form in `main`. */
export const submit = (page) => page.locator("main form button").first().click();

/** The language of somebody's pages and mails, by their own form. */
export async function speaks(device, language) {
  const page = await device.opens("/account");
  await page.locator(`#language-${language}`).check();
  await submit(page);
  await page.locator(".notice.ok").waitFor();
  await page.close();
}

// ---- What is on a page -------------------------------------------------------------------------------------------

const state = (page) =>
  page.evaluate(() => {
    const text = document.getElementById("text");
    return {
      text: Boolean(text) && !text.inert && getComputedStyle(text).visibility === "visible" && text.innerText.length > 900,
      inert: Boolean(text?.inert) && getComputedStyle(text).visibility === "hidden",
      dialog: Boolean(document.querySelector("dialog[open] .moved")),
      page: Boolean(document.querySelector(".seat form[action='/reading/take']")),
    };
  });

export const hasText = async (page) => (await state(page)).text;
export const hasMessage = async (page) => (await state(page)).page;
export const isPaused = async (page) => {
  const now = await state(page);
  return now.dialog && now.inert && !now.text;
};

export const reads = (page) => until(() => hasText(page), "the text");
export const paused = (page) => until(() => isPaused(page), "the dialog, and the text hidden and inert");
export const isAsked = (page) => until(() => hasMessage(page), `the device message on ${page.url()}`);

/** The page listens: its first heartbeat is answered and its live stream stands. */
export const listening = (page) =>
  page.waitForFunction(() => performance.getEntriesByType("resource").some((each) => each.name.endsWith("/reading/beat") && each.responseEnd > 0));

export const take = (page) => page.getByRole("button", { name: /^(Read here|Leer aquí)$/ }).click();
export const takeBack = (page) => page.locator("dialog[open] [data-act=take]").click();

/** Where the keyboard is. */
export const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.dataset.act || document.activeElement?.className || document.activeElement?.localName);

/** Notes the moment at which a page loses its text. */
export const noteLoss = (page) =>
  page.evaluate(() => {
    window.lostAt = 0;
    const look = () => document.querySelector("dialog[open]") && (window.lostAt ||= Date.now());
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
export const lostAt = (page) => page.evaluate(() => window.lostAt);
/** Milliseconds from each request that took the lease to the moment at which the other open page had hidden its text. */
export const delays = [];
/** The delay of the last change of device; it is noted, and must be within the second that is promised. */
export async function delayOf(loser, takes) {
  const delay = (await lostAt(loser)) - takes.at;
  delays.push(delay);
  assert.ok(delay <= 1_000, `the other page knew after ${delay} ms`);
  return delay;
}
/** Notes when a page asks for the lease, as its browser says (wall time, as `lostAt`: one machine, one clock). */
export function noteTakes(page) {
  let last = null;
  page.on("request", (request) => request.url().endsWith("/reading/take") && (last = request));
  return { get at() { return Math.round(last.timing().startTime); } };
}
