// Every kind of page a reader can meet, in every state, and how to get there: for axe, the validator, the keyboard and
// pictures. `look(kind, page)` is called with each of them on show.

import { link, mail } from "./mail.mjs";
import { OPERATOR, SITE } from "./paper.mjs";
import { ARTICLE, PASSWORD, fill, isAsked, listening, paused, reads, speaks, submit, take } from "./people.mjs";

const PATHS = {
  en: { topic: "/en/topic/mexico", story: "/en/story/the-fall-of-el-mencho", open: "/en/2026-02-26/nineteen-trainers-and-a-plane-at-toluca" },
  es: { topic: "/es/topic/mexico", story: "/es/story/la-caida-de-el-mencho", open: "/es/2026-02-26/diecinueve-instructores-y-un-avion-en-toluca" },
};

/** Pages that anybody can open by their address. */
const plain = (language) => [
  ["front", `/${language}`],
  ["topic", PATHS[language].topic],
  ["topic-page-2", `${PATHS[language].topic}?page=2`],
  ["story", PATHS[language].story],
  ["story-from-the-beginning", `${PATHS[language].story}?order=oldest`],
  ["article-open", PATHS[language].open],
  ["wall", ARTICLE[language]],
  ["plans", `/plans?lang=${language}`],
  ["about", `/about?lang=${language}`],
  ["terms", `/about/terms?lang=${language}`],
  ["privacy", `/about/privacy?lang=${language}`],
  ["sign-in", `/sign-in?lang=${language}`],
  ["sign-in-proved", `/sign-in?lang=${language}&notice=proved`],
  ["cookie-refused", `/sign-in/done?lang=${language}`],
  ["sign-up", `/sign-up?lang=${language}`],
  ["reset", `/reset?lang=${language}`],
  ["link", `/sign-in/link?lang=${language}`],
  ["code-none", `/sign-in/code?lang=${language}`],
  ["link-dead", `/reset/no-such-link?lang=${language}`],
  ["invitation-gone", `/invitation/no-such-invitation?lang=${language}`],
  ["gate-lost", `/gate/message?back=nowhere&lang=${language}`],
  ["error-404", `/${language}/2026-01-01/no-such-article`],
  ["error-400", `/sign-out?lang=${language}`], // there is a form for it, but no page
];

/** What the web server in front of another site is given to show: it stands under an address of that site. */
async function doorway(page, kind, look) {
  await page.setExtraHTTPHeaders({ "x-forwarded-proto": "http", "x-forwarded-host": new URL(SITE).host, "x-forwarded-uri": "/1987" });
  await page.goto("/gate/check");
  await look(kind, page);
  await page.setExtraHTTPHeaders({});
}

/** What is seen without an account, and on the way to one. */
export async function withoutAccount({ people, paper }, language, look) {
  const locale = language === "es" ? "es-ES" : "en-US";
  const guest = await people.device("laptop", { locale });
  const page = await guest.opens(`/${language}`);
  for (const [kind, path] of plain(language)) {
    await page.goto(path);
    await look(kind, page);
  }
  await doorway(page, "doorway-guest", look);
  const email = `first-look-${language}@example.com`;
  await page.goto(`/sign-in?lang=${language}`);
  await fill(page, { email: "nobody@example.com", password: "not this one" });
  await submit(page);
  await look("sign-in-wrong", page);

  await page.goto(`/sign-up?lang=${language}`);
  await fill(page, { name: "", email: `first-look-${language}@example`, password: "short" });
  await submit(page);
  await look("sign-up-wrong", page);
  await fill(page, { email, password: PASSWORD });
  await submit(page);
  await look("sign-up-sent", page);
  await page.goto(link(paper, await mail(paper, email)));
  await look("proof", page);
  await submit(page);

  await page.goto(`/sign-in/link?lang=${language}`);
  await fill(page, { email });
  await submit(page);
  await look("code", page);
  await fill(page, { code: "no code" });
  await submit(page);
  await look("code-wrong", page);
  const opened = link(paper, await mail(paper, email, 2));
  await page.goto(opened);
  await look("link-opened", page);
  const elsewhere = await (await people.device("phone", { locale })).opens(opened);
  await look("link-elsewhere", elsewhere);

  for (let count = 1; count <= 6; count += 1) {
    await page.goto(`/reset?lang=${language}`);
    await fill(page, { email });
    await submit(page);
    if (count === 1) await look("reset-sent", page);
  }
  await look("error-429", page);
  await page.goto(link(paper, await mail(paper, email, 3)));
  await look("new-password", page);
}

/** The article and the message, on two devices of one reader. */
export async function reading({ people }, language, look) {
  const options = { locale: language === "es" ? "es-ES" : "en-US" };
  const laptop = await (await people.device("laptop", options)).signsIn("sam@demo.test");
  const phone = await (await people.device("phone", options)).signsIn("sam@demo.test");
  await speaks(laptop, language);
  const page = await laptop.opens(ARTICLE[language]);
  await reads(page);
  await listening(page);
  await look("article", page);
  const asked = await phone.opens(ARTICLE[language]);
  await isAsked(asked);
  await look("message", asked);
  await doorway(asked, "doorway-elsewhere", look);
  await asked.goto(`/gate/message?back=${SITE}/1987`);
  await isAsked(asked);
  await look("gate-message", asked);
  await asked.goto(ARTICLE[language]);
  await take(asked);
  await reads(asked);
  await paused(page);
  await look("dialog", page);
  await page.keyboard.press("Escape");
  await page.locator(".moved-here").waitFor();
  await look("left-for-now", page);
  await laptop.signsOut();
  await page.goto(ARTICLE[language]);
  await speaks(phone, "en");
}

/** The same two without a script: the page of before stays, the next one is the message. */
export async function readingWithoutScript({ people }, language, look) {
  const options = { locale: language === "es" ? "es-ES" : "en-US", javaScriptEnabled: false };
  const laptop = await (await people.device("laptop", options)).signsIn("sam@demo.test");
  const phone = await (await people.device("phone", options)).signsIn("sam@demo.test");
  await speaks(laptop, language);
  const page = await laptop.opens(ARTICLE[language]);
  await look("article-no-script", page);
  const asked = await phone.opens(ARTICLE[language]);
  await look("message-no-script", asked);
  await take(asked);
  await page.reload();
  await look("message-again-no-script", page);
  await page.goto(`/${language}`);
  await look("front-no-script", page);
  await speaks(phone, "en");
}

/** Looks at pages as somebody who is signed in and speaks this language meanwhile. */
const owner = (people, language, look, options) => async (email, kinds, after = async () => {}) => {
  const device = await (await people.device("laptop", options)).signsIn(email);
  const before = await device.context.newPage();
  await before.goto("/account");
  const spoken = (await before.locator("#language-es").isChecked()) ? "es" : "en";
  await before.close();
  await speaks(device, language);
  const page = await device.opens("/account");
  for (const [kind, path] of kinds) {
    await page.goto(path);
    await look(kind, page);
  }
  await after(page);
  await page.close();
  await speaks(device, spoken);
};

/** Pages of one's own account, on each plan. */
export async function accounts({ people }, language, look) {
  const options = { locale: language === "es" ? "es-ES" : "en-US" };
  const own = owner(people, language, look, options);
  await (await people.device("phone", options)).signsIn("ana@demo.test");
  const premium = [
    ["account", "/account"],
    ["account-saved", "/account?notice=saved"],
    ["signed-in", "/sign-in"],
    ["devices", "/account/devices"],
    ["password", "/account/password"],
    ["email", "/account/email"],
    ["data", "/account/data"],
    ["subscription", "/account/subscription"],
    ["seats-premium", "/account/seats"],
    ["confirm", "/account/confirm?next=/account/seats"],
    ["plans-mine", `/plans?lang=${language}`],
    ["error-403", `/admin/subscriptions?lang=${language}`],
  ];
  await own("ana@demo.test", premium, async (page) => {
    await page.goto("/account/password");
    await fill(page, { current: "not this one", password: "short" });
    await submit(page);
    await look("password-wrong", page);
    await page.goto("/account/devices");
    await page.locator("details summary").first().click();
    await page.locator("details input").first().fill("  ");
    await page.locator("details .btn").first().click();
    await look("devices-wrong", page);
  });
  await own("sam@demo.test", [["seats-digital", "/account/seats"]]);
  await own("nora@demo.test", [["subscription-guest", "/account/subscription"], ["seats-guest", "/account/seats"]]);
  await own("luis@demo.test", [["account-without-plan", "/account"]]);
}

/** Pages of those who run the paper, and of a company. */
export async function publishers({ people, paper }, language, look) {
  const options = { locale: language === "es" ? "es-ES" : "en-US" };
  const own = owner(people, language, look, options);
  const admin = [
    ["admin-front", "/admin"],
    ["admin", "/admin/subscriptions"],
    ["admin-readers", "/admin/readers"],
    ["admin-readers-none", "/admin/readers?q=nobody+at+all"],
    ["admin-plans", "/admin/plans"],
    ["admin-plan", "/admin/plans/premium"],
  ];
  await own(OPERATOR, admin, async (page) => {
    await page.goto("/admin/readers?q=ana@demo.test");
    await page.locator("main a[href^='/admin/readers/']").first().click();
    await page.waitForURL("**/admin/readers/*");
    await look("admin-reader", page);
    await page.locator("main a[href^='/admin/subscriptions/']").first().click();
    await page.waitForURL("**/admin/subscriptions/*");
    await look("admin-subscription", page);
    await page.goto("/admin/subscriptions");
    await fill(page, { email: "nobody@example.com", until: "2030-01-01" });
    await submit(page);
    await look("admin-wrong", page);
    await invited({ people, paper }, language, look, page, options);
  });
}

/** Inviting people to a company's subscription, and what they see. */
async function invited({ people, paper }, language, look, page, options) {
  const email = `a.very.long.name.of.somebody.${language}@department.of.long.names.example.com`;
  await page.goto("/account/seats");
  await page.locator("#emails").fill("nobody at all");
  await page.locator("form[action$='/invite'] button:not(.quiet)").click();
  await look("seats-company-wrong", page);
  await page.locator("#emails").fill(`${email}, luis@demo.test`);
  await page.locator("form[action$='/invite'] button:not(.quiet)").click();
  await page.locator(".notice.ok").waitFor();
  await look("seats-company-invited", page);
  const guest = await people.device("phone", options);
  const theirs = await guest.opens(link(paper, await mail(paper, email)));
  await look("invitation-new", theirs);
  await fill(theirs, { password: "short" });
  await submit(theirs);
  await look("invitation-wrong", theirs);
  const known = await (await people.device("laptop", options)).opens(link(paper, await mail(paper, "luis@demo.test", language === "en" ? 1 : 2)));
  await look("invitation-known", known);
  for (let open = 2; open; open -= 1) {
    const last = page.locator("#people details").last();
    await last.locator("summary").click();
    await last.getByRole("button").click();
    await page.locator(".notice.ok").waitFor();
  }
}
