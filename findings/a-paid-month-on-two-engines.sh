#!/usr/bin/env bash
# Packages: sql.js 1.17.0 (npm, SQLite 3.54.1) and @electric-sql/pglite 0.5.17 (npm, PostgreSQL 18.7).
#
# The guess was: adding one month to a date means the same in both, the last day of a shorter month; at most the spelling
# differs.
#
# What they do: SQLite counts on into the next month, 31 January + 1 month = 3 March; PostgreSQL stops at the last day, 28
# February. A year after 29 February is 1 March and 28 February. Added month by month, each to the last result, both lose the
# 31st for good and in opposite directions: twelve months from 31 January 2027 end on 3 February 2028 and on 28 January 2028.
# SQLite's modifier 'floor' makes it do as PostgreSQL does.
#
# Output seen: the lines at the end.
#
# Why it hurts a paper: one that offers both engines ends the same subscription on two dates, up to three days apart, and the
# notice that must go out before a renewal is early or late on one of them. A reader who signed up on the 31st and pays twelve
# months gets three days too many on one engine and three too few on the other. Tests that start on the 1st are green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline sql.js@1.17.0 @electric-sql/pglite@0.5.17

cat > months.mjs <<'JS'
import initSqlJs from "sql.js";
import { PGlite } from "@electric-sql/pglite";

const sqlite = new (await initSqlJs()).Database();
const postgres = new PGlite();

async function later(day, step) {
  const [[plain, floor]] = sqlite.exec(`select date('${day}', '+1 ${step}'), date('${day}', '+1 ${step}', 'floor')`)[0].values;
  const answer = await postgres.query(`select (date '${day}' + interval '1 ${step}')::date::text as day`);
  return { plain, floor, postgres: answer.rows[0].day };
}

for (const [day, step] of [["2027-01-30", "month"], ["2027-01-31", "month"], ["2027-03-31", "month"], ["2028-02-29", "year"]]) {
  const end = await later(day, step);
  console.log(`${day} + 1 ${step}: SQLite ${end.plain}, with floor ${end.floor}, PostgreSQL ${end.postgres}`);
}
const ends = { plain: "2027-01-31", postgres: "2027-01-31" };
for (let month = 0; month < 12; month += 1) {
  for (const engine of Object.keys(ends)) ends[engine] = (await later(ends[engine], "month"))[engine];
}
console.log(`twelve months, one by one: SQLite ${ends.plain}, PostgreSQL ${ends.postgres}`);
process.exit(0);
JS

diff - <(node months.mjs) <<'SEEN'
2027-01-30 + 1 month: SQLite 2027-03-02, with floor 2027-02-28, PostgreSQL 2027-02-28
2027-01-31 + 1 month: SQLite 2027-03-03, with floor 2027-02-28, PostgreSQL 2027-02-28
2027-03-31 + 1 month: SQLite 2027-05-01, with floor 2027-04-30, PostgreSQL 2027-04-30
2028-02-29 + 1 year: SQLite 2029-03-01, with floor 2029-02-28, PostgreSQL 2029-02-28
twelve months, one by one: SQLite 2028-02-03, PostgreSQL 2028-01-28
SEEN
