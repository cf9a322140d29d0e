// The mails of the paper, as it writes them into its folder; read as a mail program reads them.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const PATIENCE = 15_000; // ms until a mail has been written

function decoded(head, body) {
  const encoding = /content-transfer-encoding:\s*([\w-]+)/i.exec(head)?.[1].toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** RFC 2047, as far as our subjects need it. */
const words = (text) =>
  text.replace(/\r?\n[ \t]+/g, " ").replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, data) => Buffer.from(data, "base64").toString("utf8"));

function read(file) {
  const [head, ...rest] = readFileSync(file, "utf8").split(/\r?\n\r?\n/);
  const field = (name) => words(new RegExp(`^${name}:(.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(head)?.[1] ?? "").trim();
  const boundary = /boundary="([^"]+)"/.exec(head)[1];
  const parts = rest.join("\r\n\r\n").split(`--${boundary}`);
  const part = (type) => {
    const [head, ...body] = parts.find((each) => each.includes(type)).split(/\r?\n\r?\n/);
    return decoded(head, body.join("\r\n\r\n"));
  };
  return { file, to: field("To"), subject: field("Subject"), text: part("text/plain"), html: part("text/html") };
}

/** All mails to an address, oldest first. */
export function mails(paper, to) {
  if (!existsSync(paper.mail)) return [];
  const files = readdirSync(paper.mail).filter((name) => name.endsWith(".eml")).map((name) => join(paper.mail, name));
  return files.map((file) => ({ ...read(file), at: statSync(file).mtimeMs })).filter((mail) => mail.to.includes(to)).sort((a, b) => a.at - b.at);
}

/** Pages to which mails lead that only tell of what was done. */
const TOLD = /\/(account|account\/devices|account\/subscription|plans)?\?lang=/;

/** Waits for the mail number `count` to this address, but for those that only tell of what was done. */
export async function mail(paper, to, count = 1) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await pause(50)) {
    const all = mails(paper, to).filter((mail) => !TOLD.test(mail.text));
    if (all.length >= count) return all[count - 1];
  }
  assert.fail(`${to} never got mail number ${count}`);
}

/** The path of the one link in a mail; the plain text and the HTML name the same. */
export function link(paper, mail) {
  const addresses = mail.text.match(/https?:\/\/\S+/g) ?? [];
  assert.equal(addresses.length, 1, `one link in:\n${mail.text}`);
  assert.ok(mail.html.replaceAll("&amp;", "&").includes(`href="${addresses[0]}"`), "the HTML has the same link");
  assert.ok(addresses[0].startsWith(`${paper.origin}/`), addresses[0]);
  return addresses[0].slice(paper.origin.length);
}
