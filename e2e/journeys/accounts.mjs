// Accounts: from the first mail to signing a device out.

import assert from "node:assert/strict";
import { link, mail, mails } from "../mail.mjs";
import { ARTICLE, NAMES, PASSWORD, fill, isAsked, listening, reads, submit, until } from "../people.mjs";

const path = ARTICLE.en;

/** The page in front was told that this device is signed out; nothing can be taken back. */
const toldEnded = (page) => until(() => page.evaluate(() => Boolean(document.querySelector("dialog[open] .moved") && !document.querySelector("dialog[open] [data-act=take]"))), "the open page says that it is signed out");
const asksToSignIn = async (device) => {
  const page = await device.opens("/account");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.close();
};

async function signsUpByMail({ people, paper }) {
  const email = "marta@example.com";
  const device = await people.newcomer(email, { name: "Marta", next: path });
  assert.equal(new URL(device.page.url()).pathname, path, "back at the article one came from");
  assert.equal(mails(paper, email).length, 1);
  await device.page.goto("/account");
  assert.ok((await device.page.locator("main").innerText()).includes(email), "signed in at once, in the browser that asked");
  // The link is used up.
  await device.page.goto(link(paper, await mail(paper, email)));
  assert.match(await device.page.title(), /no longer works/);
  // Signing up again with the same address looks the same, and the owner is told.
  const other = await people.device("phone");
  const page = await other.opens("/sign-up?lang=en");
  await fill(page, { email, password: PASSWORD });
  await submit(page);
  assert.equal(new URL(page.url()).pathname, "/sign-up/sent");
  assert.match((await mail(paper, email, 2)).subject, /already have an account/);
}

async function resets({ people, paper }) {
  const email = "olga@example.com";
  const first = await people.newcomer(email, { language: "es" });
  const forgot = await people.device("phone", { locale: "es-ES" });
  const page = await forgot.opens("/sign-in?lang=es");
  await page.getByRole("link", { name: "¿Has olvidado tu contraseña?" }).click();
  await fill(page, { email });
  await submit(page);
  const letter = await mail(paper, email, 2);
  assert.match(letter.subject, /contraseña nueva/i);
  await page.goto(link(paper, letter));
  await fill(page, { password: "una lonja en silencio" });
  await submit(page);
  assert.equal(await page.locator(".notice.ok").count(), 1, "saved, and asked to sign in with it");
  await asksToSignIn(first);
  await fill(page, { email, password: PASSWORD });
  await submit(page);
  assert.equal(await page.locator("#problem").count(), 1, "the old one is no longer taken");
  await fill(page, { password: "una lonja en silencio" });
  await submit(page);
  await page.goto("/account");
  assert.equal(new URL(page.url()).pathname, "/account");
}

async function signsInWithoutThePassword({ people, paper }) {
  const email = "teo@example.com";
  await people.newcomer(email, { language: "es" });
  // By keyboard and without a script, in a browser that does not get the mail: the code is typed.
  const laptop = await people.device("laptop", { locale: "es-ES", javaScriptEnabled: false });
  const page = await laptop.opens(`/sign-in?lang=es&next=${encodeURIComponent(ARTICLE.es)}`);
  await page.locator("#email").press("End");
  await page.keyboard.type(email);
  for (let stop = 1; stop <= 3; stop += 1) await page.keyboard.press("Tab"); // password, the button of the form, and its other one
  await page.keyboard.press("Enter");
  await page.waitForURL(/sign-in\/code/);
  const letter = await mail(paper, email, 2);
  const [code] = /\d{4} \d{4}/.exec(letter.text);
  // On the phone the link signs nobody in, and says what to do.
  const phone = await people.device("phone", { locale: "es-ES" });
  const there = await phone.opens(link(paper, letter));
  assert.match(await there.locator("main").innerText(), /escribe allí el código del correo/);
  assert.equal(await there.locator("main form").count(), 0);
  await page.locator("#code").pressSequentially(` ${code} `);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === ARTICLE.es);
  // The phone asks for a mail of its own; there the button of the link is enough.
  await there.getByRole("link", { name: "O pide otro correo desde este navegador" }).click();
  await fill(there, { email });
  await submit(there);
  await there.goto(link(paper, await mail(paper, email, 3)));
  await submit(there);
  await there.goto("/account?lang=es");
  assert.equal(new URL(there.url()).pathname, "/account");
  assert.ok((await there.locator("main").innerText()).includes(email));
  // And in English, what was mistyped stays in its field.
  const other = await (await people.device("laptop")).opens("/sign-in/link?lang=en");
  await fill(other, { email: "teo@example" });
  await submit(other);
  assert.equal(await other.locator("#email").inputValue(), "teo@example");
  await fill(other, { email: "nobody-here@example.com" });
  await submit(other);
  await fill(other, { code: "12 34" });
  await submit(other);
  assert.equal(await other.locator("#code").inputValue(), "12 34");
  assert.equal(await other.locator("#code-error").count(), 1);
}

async function changesThePassword({ people, paper }) {
  const email = "pilar@example.com";
  const laptop = await people.newcomer(email);
  await people.grants(email, "digital");
  const phone = await (await people.device("phone")).signsIn(email);
  const reading = await phone.opens(path);
  await reads(reading);
  await listening(reading);
  const page = await laptop.opens("/account/password");
  await fill(page, { current: PASSWORD, password: "a thumb worth more than a word" });
  await submit(page);
  assert.equal(await page.locator(".notice.ok").count(), 1);
  await toldEnded(reading);
  await asksToSignIn(phone);
  assert.equal(await phone.access(path), "wall");
  assert.match((await mail(paper, email, 2)).subject, /password.*changed/);
  await reads(await laptop.opens(path));
}

async function signsOneOut({ people }) {
  const email = "quim@example.com";
  const laptop = await people.newcomer(email);
  await people.grants(email, "digital");
  const phone = await (await people.device("phone")).signsIn(email);
  const reading = await phone.opens(path);
  await reads(reading);
  await listening(reading);
  const page = await laptop.opens("/account/devices");
  assert.equal(await page.locator(".item").count(), 2);
  const row = page.locator(".item", { hasText: NAMES.phone });
  assert.ok((await row.innerText()).includes("Reading now"));
  await row.getByRole("button", { name: `Sign out ${NAMES.phone}`, exact: true }).click();
  assert.equal(await page.locator(".notice.ok").count(), 1);
  assert.equal(await page.locator(".item").count(), 1);
  await toldEnded(reading);
  await asksToSignIn(phone);
  await reads(await laptop.opens(path));
}

async function knowsNotThisDevice({ people, paper }) {
  const email = "rita@example.com";
  const laptop = await people.newcomer(email);
  await people.grants(email, "digital");
  const phone = await (await people.device("phone")).signsIn(email);
  const reading = await phone.opens(path);
  await reads(reading);
  await listening(reading);
  const page = await laptop.opens("/account/devices");
  const form = page.locator("form[action='/account/devices/unknown']");
  await form.locator("#current").fill("not this one");
  await form.getByRole("button").click();
  assert.equal(await page.locator("#problem").count(), 1);
  await page.locator("#current").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".notice.ok").waitFor();
  assert.equal(await page.locator(".item").count(), 1);
  await toldEnded(reading);
  await asksToSignIn(phone);
  assert.match((await mail(paper, email, 2)).subject, /signed out/);
  await reads(await laptop.opens(path));
}

async function returnsInItsLanguage({ people }) {
  // A browser in English on an article in Spanish: everything on the way speaks Spanish.
  const device = await people.device("laptop", { locale: "en-US" });
  const page = await device.opens(ARTICLE.es);
  await page.locator(".wall a[href^='/sign-in']").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  assert.equal(await page.title(), "Entrar · Gaceta");
  await fill(page, { email: "ana@demo.test", password: "esta no es" });
  await submit(page);
  assert.equal(await page.locator("html").getAttribute("lang"), "es", "also when something was wrong");
  await fill(page, { password: PASSWORD });
  await submit(page);
  assert.equal(new URL(page.url()).pathname, ARTICLE.es);
  await reads(page);
}

async function keepsThePassword({ people }) {
  // Somebody who borrowed a session may look, and no more: the password is asked for again.
  const laptop = await (await people.device("laptop")).signsIn("sam@demo.test");
  const phone = await (await people.device("phone")).signsIn("sam@demo.test");
  await laptop.page?.close();
  const page = await laptop.opens("/account/devices");
  await page.waitForTimeout(1_200); // longer than the password is remembered in this paper
  await page.locator(".item", { hasText: NAMES.phone }).first().getByRole("button").click();
  assert.equal(await page.title(), "Your password, please · Gaceta");
  await fill(page, { "confirm-password": "not this one" });
  await submit(page);
  assert.equal(await page.locator("#problem").count(), 1);
  const still = await phone.opens("/account");
  assert.equal(new URL(still.url()).pathname, "/account", "nobody was signed out");
  await fill(page, { "confirm-password": PASSWORD });
  await submit(page);
  assert.equal(new URL(page.url()).pathname, "/account/devices");
  assert.equal(new URL((await phone.opens("/account")).url()).pathname, "/sign-in", "what was begun is done");
}

async function manyDevices({ people }) {
  // Private windows, cleared cookies, new browsers: new devices, as many as one likes.
  const email = "rosa@example.com";
  const first = await people.newcomer(email);
  await people.grants(email, "digital");
  await reads(await first.opens(path));
  let last = first;
  for (let count = 2; count <= 5; count += 1) {
    const next = await (await people.device(count % 2 ? "laptop" : "phone")).signsIn(email);
    const page = await next.opens(path);
    await isAsked(page);
    // After three changes in ten minutes "Add a reader" stands first; "Read here" stays.
    const offered = await page.evaluate(() => Boolean(document.querySelector(".offer")?.compareDocumentPosition(document.querySelector(".holder")) & Node.DOCUMENT_POSITION_FOLLOWING));
    assert.equal(offered, count > 4, `device ${count}: the offer stands ${offered ? "first" : "below"}`);
    await page.getByRole("button", { name: "Read here" }).click();
    await reads(page);
    await listening(page);
    last = next;
  }
  const page = await last.opens("/account/devices");
  assert.equal(await page.locator(".item").count(), 5);
}

export const journeys = [
  { name: "signing up by the link in the mail leads back to the article", walk: signsUpByMail },
  { name: "a forgotten password: a mail, a new one, everybody signed out", walk: resets },
  { name: "signing in by a mail: the code where it was asked for, the link nowhere else", walk: signsInWithoutThePassword },
  { name: "changing the password signs the other browser out", walk: changesThePassword },
  { name: "signing one device out on the devices page", walk: signsOneOut },
  { name: "who does not know a device signs everything else out", walk: knowsNotThisDevice },
  { name: "signing in leads back to the article in its language", walk: returnsInItsLanguage },
  { name: "looking at devices is free, signing one out needs the password again", walk: keepsThePassword, settings: { GACETA_ACCOUNTS__CONFIRMED_FOR: "1s" } },
  { name: "five browsers of one reader; after three changes the offer comes first", walk: manyDevices },
];
