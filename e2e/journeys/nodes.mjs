// Two nodes over one PostgreSQL, and one reader with a browser at each: reading goes to and fro between machines that know
// of each other only what the database tells them.

import assert from "node:assert/strict";
import { Nodes } from "../paper.mjs";
import { isAsked, listening, lostAt, noteLoss, noteTakes, paused, reads, take, takeBack } from "../people.mjs";

const TIMES = 200;

/** A device whose browser is signed in at this node. */
async function deviceAt(people, node, cookie, kind) {
  const device = await people.device(kind, { baseURL: node.origin });
  await device.context.addCookies([{ name: "session", value: cookie, url: node.origin }]);
  return device;
}

async function toAndFro({ people }) {
  const nodes = await Nodes.start(people.paper.binary);
  try {
    const [one, two] = nodes.list;
    const laptop = await deviceAt(people, one, nodes.cookies[0], "laptop");
    const phone = await deviceAt(people, two, nodes.cookies[1], "phone");
    const a = await laptop.opens(`${one.origin}${nodes.path}`);
    await reads(a);
    await listening(a);
    const b = await phone.opens(`${two.origin}${nodes.path}`);
    await isAsked(b);
    let [here, there] = [a, b].map((page) => ({ page, takes: noteTakes(page) }));
    const delays = [];
    for (let turn = 0; turn < TIMES; turn += 1) {
      await noteLoss(here.page);
      await (turn ? takeBack(there.page) : take(there.page));
      await reads(there.page);
      await paused(here.page);
      delays.push((await lostAt(here.page)) - there.takes.at);
      if (!turn) await listening(there.page);
      [here, there] = [there, here];
    }
    await Promise.all([a.close(), b.close()]);
    delays.sort((x, y) => x - y);
    const of = (share) => delays[Math.floor((delays.length - 1) * share)];
    assert.ok(of(0.99) <= 1_000, `an open page at the other node knew after ${of(0.99)} ms (p99)`);
    return `${TIMES} times; the page at the other node knew after ${of(0.5)} ms (median), ${of(0.99)} ms (p99), ${delays.at(-1)} ms at most`;
  } finally {
    await nodes.close();
  }
}

export const journeys = [{ name: "two nodes: to and fro between two browsers", walk: toAndFro }];
