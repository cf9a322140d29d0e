// Pictures of mails, as a mail program on a phone shows them, light and dark: `node letters.mjs FOLDER` takes one of each HTML
// file there. A mail wider than the phone, or one that asks anybody for anything, is a failure.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const folder = resolve(process.argv[2]);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
let passed = 0;
for (const colorScheme of ["light", "dark"]) {
  const context = await browser.newContext({ viewport: { width: 390, height: 700 }, colorScheme });
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    asked.length = 0;
    await page.goto(`file://${join(folder, name)}`);
    assert.equal(asked.length, 1, `${name} asks for nothing: ${asked}`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${name} is ${width} wide`);
    await page.screenshot({ path: join(folder, name.replace(/\.html$/, `-${colorScheme}.png`)), fullPage: true });
    passed += 1;
  }
  await context.close();
}
await browser.close();
console.log(`${passed} passed, 0 failed`);
