// Every kind of page a reader can meet, and how to get there: for the keyboard, for axe, for the validator, for pictures.

import { ARTICLE, isAsked, listening, paused, reads, take } from "./people.mjs";

const WORDS = { en: { reader: "sam@demo.test", topic: "/en/topic/cities" }, es: { reader: "ana@demo.test", topic: "/es/topic/ciudades" } };

/** Pages that anybody can open by their address. */
export const plain = (language) => [
  ["front", `/${language}`],
  ["topic", WORDS[language].topic],
  ["wall", ARTICLE[language]],
  ["sign-in", `/sign-in?lang=${language}`],
  ["not-found", `/${language}/2026-01-01/no-such-article`],
];

/** Calls `look(kind, page)` with each kind of page of this language on show. */
export async function everyKind(people, language, look) {
  const options = { locale: language === "es" ? "es-ES" : "en-US" };
  const guest = await people.device("laptop", options);
  const page = await guest.opens(`/${language}`);
  for (const [kind, path] of plain(language)) {
    await page.goto(path);
    await look(kind, page);
  }
  await page.goto(`/sign-in?lang=${language}`);
  await page.locator("#email").fill("nobody@demo.test");
  await page.locator("#password").fill("not this one");
  await page.locator("main form button").first().click();
  await page.locator("#problem").waitFor();
  await look("sign-in-wrong", page);

  const laptop = await (await people.device("laptop", options)).signsIn(WORDS[language].reader);
  const phone = await (await people.device("phone", options)).signsIn(WORDS[language].reader);
  const reading = await laptop.opens(ARTICLE[language]);
  await reads(reading);
  await listening(reading);
  await look("article", reading);
  const asked = await phone.opens(ARTICLE[language]);
  await isAsked(asked);
  await look("message", asked);
  await take(asked);
  await reads(asked);
  await paused(reading);
  await look("dialog", reading);
  await reading.keyboard.press("Escape");
  await reading.locator(".moved-here").waitFor();
  await look("left-for-now", reading);
}
