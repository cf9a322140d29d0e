// Every kind of page in both languages: accessible, valid, reachable past the masthead, narrow, pictured.

import assert from "node:assert/strict";
import { join } from "node:path";
import axe from "axe-core";
import { HtmlValidate } from "html-validate";
import { accounts, publishers, reading, readingWithoutScript, withoutAccount } from "../kinds.mjs";
import { focused } from "../people.mjs";

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
/** States that a script has made: the source is not what stands there, and the keyboard is inside the message. */
const scripted = (kind) => kind === "dialog" || kind === "left-for-now";

/** WCAG 2.2 A and AA, and axe's best practices, in both colour schemes. */
async function accessible(page, kind, problems) {
  await page.evaluate(axe.source);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    // In the dark only the contrast can be different.
    const options = colorScheme === "dark" ? { runOnly: { type: "rule", values: ["color-contrast"] } } : {};
    const violations = await page.evaluate(async (options) => {
      const found = await window.axe.run(document, { ...options, resultTypes: ["violations", "incomplete"] });
      const said = ({ id, help, nodes }) => `axe ${id}: ${help}\n  ${nodes.map((node) => node.html).join("\n  ")}`;
      // Words in the colour of their ground are no violation for axe: they might be hidden on purpose. Ours are not.
      const unseen = (node) => node.any.some((check) => check.data?.messageKey === "equalRatio");
      const invisible = found.incomplete.map((rule) => ({ ...rule, nodes: rule.nodes.filter(unseen) })).filter(({ nodes }) => nodes.length > 0);
      return [...found.violations, ...invisible].map(said);
    }, options);
    for (const each of violations) problems.push(`${kind} (${colorScheme}): ${each}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** As it was sent, not as the browser mended it. */
async function valid(source, kind, problems) {
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

/** WCAG 2.4.1: the first Tab reaches the skip link, it can be seen, and it leads into `main`. */
async function skips(page, kind, problems) {
  await page.evaluate(() => {
    history.replaceState(null, "", location.pathname + location.search);
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
  await page.keyboard.press("Tab");
  if (!/^skip/.test(await focused(page))) return problems.push(`${kind}: the first stop is ${await focused(page)}, not the skip link`);
  const box = await page.locator(".skip").boundingBox();
  if (box.width < 24 || box.height < 24 || box.x < 0 || box.y < 0) problems.push(`${kind}: the skip link cannot be seen`);
  await page.keyboard.press("Enter");
  if ((await focused(page)) !== "contenido") problems.push(`${kind}: the skip link leads to ${await focused(page)}`);
  await page.evaluate(() => {
    document.activeElement?.blur();
    scrollTo(0, 0);
  });
}

async function pictured(page, name, screens) {
  const size = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(screens, `${name}-${width}-${colorScheme}.png`), fullPage: !name.endsWith("dialog") });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(size);
}

/** What the server sent for the page on show, also where it answers a form. */
function sources(page) {
  const last = { source: "" };
  page.on("response", (response) => {
    if (response.request().isNavigationRequest() && response.status() !== 303) (last.source = response.text().catch(() => "")); // "": left before it was looked at
  });
  return last;
}

const walkIn = (language, walk) => async (scene) => {
  const problems = [];
  const kinds = [];
  const sent = new WeakMap();
  const { people, screens } = scene;
  people.onPage = (page) => sent.set(page, sources(page));
  await walk(scene, language, async (kind, page) => {
    kinds.push(kind);
    if (!scripted(kind)) await valid(await sent.get(page).source, kind, problems);
    await accessible(page, kind, problems);
    await reflows(page, kind, problems);
    // A doorway is one sentence and one link: there is nothing to skip.
    if (!scripted(kind) && !kind.startsWith("doorway")) await skips(page, kind, problems);
    if (screens) await pictured(page, `${language}-${kind}`, screens);
  });
  assert.deepEqual(problems, [], problems.join("\n"));
  return `${kinds.length} kinds of page`;
};

/** Without a script the browser cannot be asked anything: validity and pictures only. */
const walkWithoutScript = (language) => async (scene) => {
  const problems = [];
  const sent = new WeakMap();
  scene.people.onPage = (page) => sent.set(page, sources(page));
  await readingWithoutScript(scene, language, async (kind, page) => {
    await valid(await sent.get(page).source, kind, problems);
    if (scene.screens) await pictured(page, `${language}-${kind}`, scene.screens);
  });
  assert.deepEqual(problems, [], problems.join("\n"));
};

const CHECKS = "axe, HTML, reflow, skip link";
export const journeys = ["en", "es"].flatMap((language) => [
  { name: `${language}: pages without an account: ${CHECKS}`, walk: walkIn(language, withoutAccount) },
  { name: `${language}: the article and the message: ${CHECKS}`, walk: walkIn(language, reading) },
  { name: `${language}: the article and the message without a script`, walk: walkWithoutScript(language) },
  { name: `${language}: pages of an account: ${CHECKS}`, walk: walkIn(language, accounts) },
  { name: `${language}: pages of those who run the paper: ${CHECKS}`, walk: walkIn(language, publishers) },
]);
