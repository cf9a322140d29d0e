// A browser with real tabs, driven by its own protocol (Chrome DevTools, over a pipe).
//
// The library of the other journeys keeps every page visible and focused, so with it there is no background tab. Here a
// page is hidden when another stands before it, as for people.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PASSWORD, until } from "./people.mjs";

const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"];

export class Tabs {
  #answers = new Map();
  #sent = 0;

  static async open() {
    const tabs = new Tabs();
    tabs.dir = mkdtempSync(join(tmpdir(), "gaceta-tabs-"));
    tabs.child = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [...FLAGS, `--user-data-dir=${tabs.dir}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    let text = "";
    tabs.child.stdio[4].on("data", (more) => {
      const parts = (text + more).split("\0");
      text = parts.pop();
      for (const part of parts.map((one) => JSON.parse(one))) tabs.#answers.get(part.id)?.(part);
    });
    return tabs;
  }

  /** Signs out, so that no journey leaves a lease behind for the next. */
  async close() {
    if (this.signedIn) await fetch(`${this.signedIn.origin}/sign-out`, { method: "POST", redirect: "manual", headers: { Cookie: this.signedIn.cookie } });
    const gone = new Promise((over) => this.child.on("exit", over));
    this.child.stdio[3].write(`${JSON.stringify({ id: 0, method: "Browser.close" })}\0`);
    await gone;
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  async send(method, params = {}, sessionId) {
    const id = (this.#sent += 1);
    const answer = new Promise((come) => this.#answers.set(id, come));
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Signs this browser in, by the form's own request. */
  async signsIn(origin, email) {
    const form = new URLSearchParams({ email, password: PASSWORD, next: "/" });
    const answer = await fetch(`${origin}/sign-in`, { method: "POST", body: form, redirect: "manual", headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36" } });
    const cookies = answer.headers.getSetCookie().map((line) => {
      const [name, value] = line.split(";")[0].split("=");
      return { name, value, url: origin, httpOnly: true, sameSite: "Lax" };
    });
    if (!cookies.some(({ name }) => name === "session")) throw new Error(`${email} cannot sign in: ${answer.status}`);
    this.signedIn = { origin, cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") };
    await this.send("Storage.setCookies", { cookies });
  }

  async tab(url, options = {}) {
    const { targetId } = await this.send("Target.createTarget", { url, ...options });
    return this.#attach(targetId);
  }

  /** The tab that shows this address, as soon as there is one. */
  async found(url) {
    let target;
    await until(async () => {
      const { targetInfos } = await this.send("Target.getTargets");
      target = targetInfos.find((one) => one.type === "page" && one.url === url);
      return target;
    }, `a tab with ${url}`);
    return this.#attach(target.targetId);
  }

  async #attach(targetId) {
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    return new Tab(this, targetId, sessionId);
  }
}

class Tab {
  constructor(tabs, id, session) {
    Object.assign(this, { tabs, id, session });
  }

  /** Nothing while one page is being replaced by the next. */
  async asks(expression) {
    const asked = this.tabs.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true }, this.session);
    const answer = await asked.catch((error) => (/context/.test(error.message) ? null : Promise.reject(error)));
    return answer?.result.value;
  }

  /** Puts it in front of the others. */
  looks() {
    return this.tabs.send("Target.activateTarget", { targetId: this.id });
  }

  /** Presses a link; with `Ctrl`, its page opens behind this one. */
  async clicks(selector, { modifiers = 0 } = {}) {
    const place = await this.asks(`(() => { const link = document.querySelector(${JSON.stringify(selector)}); link.scrollIntoView({ block: "center" }); const { left, top, width, height } = link.getClientRects()[0]; return [left + width / 2, top + height / 2]; })()`);
    const at = { x: place[0], y: place[1], button: "left", clickCount: 1, modifiers };
    for (const type of ["mousePressed", "mouseReleased"]) await this.tabs.send("Input.dispatchMouseEvent", { type, ...at }, this.session);
  }

  hidden() {
    return this.asks("document.hidden");
  }

  /** What of an article stands there. */
  state() {
    return this.asks(`(() => {
      const text = document.getElementById("text");
      return {
        text: Boolean(text) && !text.inert && text.innerText.length > 900,
        message: Boolean(document.querySelector("form[action='/reading/take']")),
        wall: Boolean(document.querySelector(".wall")),
        early: /prefetch/.test(performance.getEntriesByType("navigation")[0].deliveryType) || document.prerendering === true,
      };
    })()`);
  }

  reads() {
    return until(async () => (await this.state())?.text, "the text in the tab");
  }
}

/** Stands before a paper and adds what a content delivery network or a theme may add: rules by which pages are asked for early. */
export class Eager {
  asked = []; // early requests, in order: [path, status]

  static async open(paper, rules) {
    const eager = new Eager();
    eager.server = createServer((request, response) => {
      if (request.url === "/rules.json") return response.writeHead(200, { "Content-Type": "application/speculationrules+json" }).end(JSON.stringify(rules));
      const there = ask(paper + request.url, { method: request.method, headers: request.headers, agent: false }, (answer) => {
        if (request.headers["sec-purpose"]) eager.asked.push([request.url, answer.statusCode]);
        const html = answer.headers["content-type"]?.startsWith("text/html");
        response.writeHead(answer.statusCode, { ...answer.headers, ...(html && { "Speculation-Rules": '"/rules.json"' }) });
        answer.pipe(response);
      });
      there.on("error", () => response.destroy());
      request.pipe(there);
    });
    await new Promise((listening) => eager.server.listen(0, "127.0.0.1", listening));
    eager.origin = `http://localhost:${eager.server.address().port}`;
    return eager;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
