// By keyboard alone.

import assert from "node:assert/strict";
import { ARTICLE, focused, isAsked, listening, paused, reads } from "../people.mjs";

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
  await a.locator(".moved-here").waitFor(); // a dialog says that it was closed a moment later
  assert.equal(await focused(a), "moved-title", "the same message, in the page");
  assert.equal(await a.locator("dialog").count(), 0);
  await a.keyboard.press("Tab");
  await a.keyboard.press("Enter");
  await reads(a);
  assert.match(await focused(a), /^p-\d+$/);
  await paused(b);
}

/** Tab by Tab to the end of the page: every link and button is reached once, in order, on screen, with its outline. */
const wholePage = (address, act) => async ({ people }) => {
  const page = await (await people.device("laptop")).opens(address);
  const all = await page.evaluate(() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary, [tabindex='0']")].filter((each) => each.checkVisibility()).length);
  for (let stop = 1; stop <= all; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const each = document.activeElement;
      const wanted = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), summary, [tabindex='0']")].filter((one) => one.checkVisibility());
      const box = each.getBoundingClientRect();
      const { outlineWidth, outlineStyle } = getComputedStyle(each);
      return { number: wanted.indexOf(each) + 1, name: each.textContent.trim(), seen: box.bottom > 0 && box.top < innerHeight && box.width > 0, outline: `${outlineWidth} ${outlineStyle}` };
    });
    assert.equal(at.number, stop, `stop ${stop} is "${at.name}"`);
    assert.ok(at.seen, `"${at.name}" is on screen`);
    assert.equal(at.outline, "3px solid", `"${at.name}" shows that it has the focus`);
  }
  await act(page);
  return `${all} stops`;
};

async function turnsTheStory(page) {
  const days = () => page.locator(".day h2").allInnerTexts();
  const newest = await days();
  await page.getByRole("link", { name: "Read it from the beginning" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Latest first" }).waitFor();
  assert.deepEqual(await days(), newest.reverse());
}

async function goesToTheTerms(page) {
  await page.getByRole("link", { name: "Terms of the digital subscription" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/about/terms*");
}

export const journeys = [
  { name: "the message and the dialog by keyboard alone", walk: theMessage },
  { name: "the page of a running story by keyboard", walk: wholePage("/en/story/the-fall-of-el-mencho", turnsTheStory) },
  { name: "the plans by keyboard", walk: wholePage("/plans?lang=en", goesToTheTerms) },
];
