// Every kind of page in both languages: accessible, valid, pictured.

import assert from "node:assert/strict";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { HtmlValidate } from "html-validate";
import { everyKind } from "../kinds.mjs";

// html-validate's own recommendation, less the rules that are about taste and not about HTML:
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // How the source is typed. Nobody sees it, and our templates are closely set to be small.
    "no-trailing-whitespace": "off",
    "doctype-style": "off",
    "void-style": "off",
    "attr-quotes": "off",
    "long-title": "off", // a headline is as long as it is
    // A `<button>` in a form submits; that is its meaning in HTML, and what all of ours do.
    "no-implicit-button-type": "off",
    "no-implicit-input-type": "off",
    // The rule wants a `role` taken away that older screen readers need; axe judges roles better.
    "no-redundant-role": "off",
    // Wants integrity hashes on our own files; they carry their hash in the address.
    "require-sri": "off",
  },
});

const WIDTHS = [390, 1280];

/** WCAG 2.2 A and AA, and axe's best practices, in both colour schemes. */
async function accessible(page, kind, problems) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    if (colorScheme === "dark") axe.withRules(["color-contrast"]); // nothing else depends on it
    const { violations } = await axe.analyze();
    for (const each of violations) problems.push(`${kind} (${colorScheme}): axe ${each.id}: ${each.help}\n  ${each.nodes.map((node) => node.html).join("\n  ")}`);
  }
}

async function valid(page, kind, problems) {
  // As it was sent, not as the browser mended it. The dialog is judged by axe.
  if (kind === "dialog" || kind === "left-for-now") return;
  const source = await page.evaluate(async () => (await fetch(location.href, { headers: { "X-Purpose": "preview" } })).text());
  const report = await validator.validateString(source);
  for (const result of report.results) {
    for (const each of result.messages) problems.push(`${kind}: html ${each.ruleId} ${each.line}:${each.column}: ${each.message}`);
  }
}

/** No part of the page is wider than the window (WCAG 1.4.10, at 320 CSS pixels). */
async function reflows(page, kind, problems) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 320) problems.push(`${kind}: ${wide} px wide in a window of 320`);
  await page.setViewportSize(size);
}

async function pictured(page, name, screens) {
  const size = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(screens, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(size);
}

const walkIn = (language) => async ({ people, screens }) => {
  const problems = [];
  const kinds = [];
  await everyKind(people, language, async (kind, page) => {
    kinds.push(kind);
    await accessible(page, kind, problems);
    await valid(page, kind, problems);
    await reflows(page, kind, problems);
    if (screens) await pictured(page, `${language}-${kind}`, screens);
  });
  assert.deepEqual(problems, [], problems.join("\n"));
  return `${kinds.length} kinds of page`;
};

export const journeys = [
  { name: "every kind of page in English: axe, HTML, reflow", walk: walkIn("en") },
  { name: "every kind of page in Spanish: axe, HTML, reflow", walk: walkIn("es") },
];
