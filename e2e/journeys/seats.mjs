// Two people on one Premium plan, and what becomes of them.

import assert from "node:assert/strict";
import { link, mail } from "../mail.mjs";
import { ARTICLE, fill, hasMessage, hasText, listening, reads, submit, until } from "../people.mjs";

const path = ARTICLE.en;
const OWNER = "tomas@example.com";
const GUEST = "uma@example.com";

async function twoOfThem({ people, paper }) {
  const owner = await people.newcomer(OWNER, { name: "Tomás" });
  await people.grants(OWNER, "premium");
  const seats = await owner.opens("/account");
  await seats.getByRole("link", { name: "Readers on my plan" }).click();
  await fill(seats, { emails: GUEST });
  await seats.getByRole("button", { name: "Send the invitation" }).click();
  assert.equal(await seats.locator(".notice.ok").count(), 1);

  const letter = await mail(paper, GUEST);
  assert.match(letter.subject, /^“Tomás” invites you to read Gaceta$/);
  const guest = await people.device("phone");
  const theirs = await guest.opens(link(paper, letter));
  assert.ok((await theirs.locator("main").innerText()).includes("“Tomás” invites you"));
  await fill(theirs, { name: "Uma", password: "a press of the thumb" });
  await submit(theirs);
  assert.equal(new URL(theirs.url()).pathname, "/account/subscription");

  // Both read at the same time; nobody is asked anything, however often they load.
  const [a, b] = [await owner.opens(path), await guest.opens(path)];
  for (const page of [a, b]) {
    await reads(page);
    await listening(page);
  }
  for (let turn = 0; turn < 3; turn += 1) {
    for (const page of [a, b]) {
      await page.reload();
      assert.ok(!(await hasMessage(page)));
      await reads(page);
    }
  }
  await a.waitForTimeout(500);
  assert.ok((await hasText(a)) && (await hasText(b)), "both texts are there");
  assert.equal((await a.locator(".moved").count()) + (await b.locator(".moved").count()), 0, "and no message");

  // The seat is taken away: the open page is told, the next page is the wall; the owner reads on.
  await listening(b);
  await seats.reload();
  await seats.locator("summary", { hasText: GUEST }).click();
  await seats.getByRole("button", { name: `Remove ${GUEST}` }).click();
  assert.equal(await seats.locator(".notice.ok").count(), 1);
  await until(async () => !(await hasText(b)), "the open page is told");
  await b.goto(path);
  assert.equal(await b.locator(".wall").count(), 1);
  assert.ok(await hasText(a));
  await a.reload();
  await reads(a);
  // The link does not work a second time.
  await theirs.goto(link(paper, letter));
  assert.match(await theirs.title(), /closed/);
}

async function withdrawn({ people, paper }) {
  const eva = await (await people.device("laptop", { locale: "es-ES" })).signsIn("eva@empresa.test");
  const page = await eva.opens("/account/seats");
  await fill(page, { emails: "uno@example.com\ndos@example.com" });
  await page.getByRole("button", { name: "Enviar la invitación" }).click();
  const letters = [await mail(paper, "uno@example.com"), await mail(paper, "dos@example.com")];
  for (const name of ["uno", "dos"]) {
    await page.locator("summary", { hasText: `${name}@example.com` }).click();
    await page.getByRole("button", { name: `Retirar la invitación a ${name}@example.com` }).click();
    assert.equal(await page.locator(".notice.ok").count(), 1);
  }
  const guest = await people.device("phone");
  for (const letter of letters) {
    const theirs = await guest.opens(link(paper, letter));
    assert.match(await theirs.title(), /cerrada/);
  }
}

export const journeys = [
  { name: "premium: a second person is invited, reads at the same time, and is removed", walk: twoOfThem },
  { name: "company: several are invited at once, and the invitations withdrawn", walk: withdrawn },
];
