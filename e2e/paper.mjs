// The demo edition on a free port, served by the binary under test, in a folder that is thrown away afterwards.
//
// What it deliberately does not do: reach into the database. A journey does what a person can do, nothing else.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = 240_000; // ms for filling the paper with its pictures; a debug build on a busy machine is slow

function freePort() {
  return new Promise((found, failed) => {
    const probe = createServer().on("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

export class Paper {
  /** Starts it and returns when the front page answers. */
  static async open(binary) {
    const paper = new Paper();
    const port = await freePort();
    paper.dir = mkdtempSync(join(tmpdir(), "gaceta-e2e-"));
    paper.mail = join(paper.dir, "mail");
    paper.origin = `http://localhost:${port}`;
    paper.said = "";
    paper.child = spawn(binary, ["demo", "--dir", paper.dir, "--listen", `127.0.0.1:${port}`]);
    for (const out of [paper.child.stdout, paper.child.stderr]) out.on("data", (text) => (paper.said = (paper.said + text).slice(-20_000)));
    const ended = new Promise((over) => paper.child.on("exit", over));
    paper.ended = ended;
    process.on("exit", () => paper.child.kill("SIGKILL"));
    for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(100)) {
      if (paper.child.exitCode !== null) break;
      const answer = await fetch(`${paper.origin}/en`).catch(() => null);
      if (answer?.ok) return paper;
    }
    await paper.close();
    throw new Error(`the paper did not open:\n${paper.said}`);
  }

  async close() {
    this.child.kill("SIGTERM");
    const stubborn = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await this.ended;
    clearTimeout(stubborn);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
