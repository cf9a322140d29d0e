// The demo edition on free ports, served by the binary under test, in folders that are thrown away afterwards.
//
// It is filled once, by `gaceta demo`; each paper is a copy of that folder, served by `gaceta serve`. So a journey that
// needs shorter spans, or kills the paper, has a paper of its own for the price of a copy.
//
// What it deliberately does not do: reach into the database. A journey does what a person can do, nothing else.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = 300_000; // ms for filling the paper with its pictures; a debug build on a busy machine is slow
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1)); // or "exit" would not be said

/** Another site, which nobody serves. */
export const SITE = "http://localhost:9099";

/** Who works for the paper in the journeys. */
export const OPERATOR = "eva@empresa.test";

export function freePort() {
  return new Promise((found, failed) => {
    const probe = createServer().on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

class Process {
  said = "";

  constructor(binary, words, options = {}) {
    this.child = spawn(binary, words, options);
    running.add(this.child);
    for (const out of [this.child.stdout, this.child.stderr]) out.on("data", (text) => (this.said = (this.said + text).slice(-20_000)));
    this.ended = new Promise((over) => this.child.on("exit", over)).then(() => running.delete(this.child));
  }

  async answers(origin) {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(50)) {
      if (this.child.exitCode !== null) break;
      const answer = await fetch(`${origin}/en`).catch(() => null);
      if (answer?.ok) return;
    }
    await this.stop();
    throw new Error(`the paper did not open:\n${this.said}`);
  }

  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    const stubborn = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(stubborn);
  }
}

/** The demo edition in a folder, to be copied. */
export class Edition {
  /** Fills it, and lets one reader into the pages of the people who run the paper. */
  static async fill(binary) {
    const edition = new Edition();
    edition.binary = binary;
    edition.root = mkdtempSync(join(tmpdir(), "gaceta-e2e-"));
    edition.dir = join(edition.root, "filled");
    mkdirSync(edition.dir);
    const port = await freePort();
    const demo = new Process(binary, ["demo", "--dir", edition.dir, "--listen", `127.0.0.1:${port}`], { cwd: edition.root });
    await demo.answers(`http://localhost:${port}`);
    await demo.stop();
    const staff = new Process(binary, ["staff", "add", OPERATOR], { cwd: edition.root, env: { ...process.env, GACETA_DATABASE__DIR: edition.dir } });
    await staff.ended;
    if (staff.child.exitCode !== 0) throw new Error(`nobody runs the paper:\n${staff.said}`);
    return edition;
  }

  /** A paper with these settings on top of the demo's (`GACETA_...`). */
  async paper(settings = {}) {
    const paper = new Paper();
    const port = await freePort();
    paper.binary = this.binary;
    paper.dir = mkdtempSync(join(this.root, "paper-"));
    cpSync(this.dir, paper.dir, { recursive: true });
    paper.mail = join(paper.dir, "mail");
    paper.origin = `http://localhost:${port}`;
    paper.env = {
      ...process.env,
      GACETA_SITE__PUBLIC_URL: paper.origin,
      GACETA_SERVER__LISTEN: `127.0.0.1:${port}`,
      GACETA_DATABASE__DIR: paper.dir,
      GACETA_MAIL__DIR: paper.mail,
      // Many journeys sign the same few people in, from one address.
      GACETA_ACCOUNTS__ATTEMPTS_PER_ACCOUNT: "500",
      GACETA_ACCOUNTS__ATTEMPTS_PER_NETWORK: "2000",
      // And they walk from one device to another faster and more often than people do.
      GACETA_READING__SETTLE_FOR: "0s",
      GACETA_READING__SILENT_PASSES: "16",
      GACETA_READING__CALLS_PER_MINUTE: "10000",
      // A site that asks who may read; where a journey opens none, only the paper's own pages about it are looked at.
      GACETA_GATE__SITES: SITE,
      // Short archives, so that there is a second page.
      GACETA_PAGES__ARCHIVE_LENGTH: "3",
      ...settings,
    };
    await paper.start();
    return paper;
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }
}

class Paper {
  async start() {
    this.process = new Process(this.binary, ["serve"], { cwd: this.dir, env: this.env });
    await this.process.answers(this.origin);
  }

  /** As when the power fails. */
  async dies() {
    await this.process.stop("SIGKILL");
  }

  async close() {
    await this.process.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Two nodes over the PostgreSQL of GACETA_TEST_POSTGRES, with one reader who is signed in on two devices. */
export class Nodes {
  list = [];

  static async start(binary) {
    const url = process.env.GACETA_TEST_POSTGRES;
    if (!url) throw new Error("GACETA_TEST_POSTGRES is not set; `cargo xtask e2e` starts a PostgreSQL and sets it");
    const nodes = new Nodes();
    nodes.root = mkdtempSync(join(tmpdir(), "gaceta-nodes-"));
    const data = join(nodes.root, "data");
    const fill = new Process(process.env.GACETA_WORKLOAD, ["fill", "--dir", data, "--url", url, "--readers", "1", "--articles", "1", "--devices", "2"], { cwd: nodes.root });
    await fill.ended;
    if (fill.child.exitCode !== 0) throw new Error(`the paper on PostgreSQL is not filled:\n${fill.said}`);
    const line = (name) => readFileSync(join(data, name), "utf8").split("\n")[0];
    nodes.path = line("urls.txt");
    nodes.cookies = ["cookies.txt", "second.txt"].map((name) => line(name).replace("session=", ""));
    for (const name of ["one", "two"]) {
      const [port, dir] = [await freePort(), join(nodes.root, name)];
      mkdirSync(dir);
      const origin = `http://localhost:${port}`;
      const env = {
        ...process.env,
        GACETA_DATABASE__URL: url,
        GACETA_DATABASE__DIR: dir,
        GACETA_SITE__PUBLIC_URL: origin,
        GACETA_SERVER__LISTEN: `127.0.0.1:${port}`,
        GACETA_MAIL__TRANSPORT: "memory",
      };
      const node = { origin, process: new Process(binary, ["serve"], { cwd: dir, env }) };
      nodes.list.push(node);
      await node.process.answers(origin);
    }
    return nodes;
  }

  async close() {
    for (const node of this.list) await node.process.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}
