// By keyboard alone.

import assert from "node:assert/strict";
import { ARTICLE, focused, isAsked, listening, paused, reads } from "../people.mjs";
import { everyKind } from "../kinds.mjs";

/** WCAG 2.4.1: the first Tab reaches the skip link, and it leads into `main`. */
async function skipLink({ people }) {
  const seen = [];
  await everyKind(people, "en", async (kind, page) => {
    if (kind === "dialog" || kind === "left-for-now") return; // the keyboard is inside the message then
    seen.push(kind);
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("Tab");
    assert.match(await focused(page), /^skip/, `${kind}: the first stop is the skip link`);
    const box = await page.locator(".skip").boundingBox();
    assert.ok(box.width > 24 && box.height >= 24 && box.x >= 0 && box.y >= 0, `${kind}: it can be seen`);
    await page.keyboard.press("Enter");
    assert.equal(await focused(page), "contenido", `${kind}: it leads into main`);
  });
  return `${seen.length} kinds of page`;
}

// Nora has not changed devices before: for somebody who did so often, "Add a reader" stands first.
async function theMessage({ people }) {
  const laptop = await (await people.device("laptop")).signsIn("nora@demo.test");
  const phone = await (await people.device("phone")).signsIn("nora@demo.test");
  const a = await laptop.opens(ARTICLE.en);
  await reads(a);
  await listening(a);
  const b = await phone.opens(ARTICLE.en);
  await isAsked(b);
  assert.equal(await focused(b), "body", "the focus does not move on load");
  await b.locator("#contenido").focus();
  const stops = [];
  for (let n = 0; n < 6; n += 1) {
    await b.keyboard.press("Tab");
    stops.push(await b.evaluate(() => document.activeElement.textContent.trim()));
    const [width, style] = await b.evaluate(() => {
      const look = getComputedStyle(document.activeElement);
      return [look.outlineWidth, look.outlineStyle];
    });
    assert.deepEqual([width, style], ["3px", "solid"], `"${stops.at(-1)}" shows that it has the focus`);
  }
  assert.deepEqual(stops.slice(0, 4), ["Read here", "Not now, go to the front page", "Add a reader", "Check my devices"], "what one wants comes first");
  await b.locator("#contenido").focus();
  await b.keyboard.press("Tab");
  await b.keyboard.press("Enter");
  await reads(b);

  // The dialog: Space on the heading does nothing; Tab walks inside; Esc leaves it as a part of the page.
  await paused(a);
  assert.equal(await focused(a), "moved-title");
  await a.keyboard.press("Space");
  await a.waitForTimeout(200);
  await paused(a);
  const inside = [];
  for (let n = 0; n < 4; n += 1) {
    await a.keyboard.press("Tab");
    inside.push(await a.evaluate(() => document.activeElement.textContent.trim()));
  }
  assert.deepEqual(inside, ["Read here again", "Leave it for now", "It wasn't me", "Add a reader"]);
  await a.keyboard.press("Escape");
  assert.equal(await focused(a), "moved-title", "the same message, in the page");
  assert.equal(await a.locator("dialog").count(), 0);
  await a.keyboard.press("Tab");
  await a.keyboard.press("Enter");
  await reads(a);
  assert.match(await focused(a), /^p-\d+$/);
  await paused(b);
}

export const journeys = [
  { name: "the skip link comes first on every kind of page", walk: skipLink },
  { name: "the message and the dialog by keyboard alone", walk: theMessage },
];
