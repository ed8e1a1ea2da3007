import { expect, test } from "vitest";
import { BEGIN, hashOf, repeatsHash, sealed, type Forgot } from "../../../src/store/audit-chain.ts";
import { checkChain } from "../../../src/store/records/audit-check.ts";
import type { AuditEnds, AuditRow } from "../../../src/store/records/audit-entries.ts";

const AT = "2026-11-23T10:00:00.000Z";

/** A chain whose hashes fit; each entry with what it says was forgotten. */
function chainOf(...forgot: readonly (Forgot | undefined)[]): readonly AuditRow[] {
  let prev = BEGIN;
  return forgot.map((forgets, index) => {
    const { words, digests } = sealed({ subject: `T1/C1/${index}`, detail: "a detail" });
    const said = forgets ? JSON.stringify(forgets) : null;
    const link = { id: index + 1, workspace: "T1", at: AT, deed: "stop", allowed: 1, key: null, forgot: said, digests, prev };
    const hash = hashOf(link);
    prev = hash;
    const told = { times: 1, lastAt: AT, lastKey: null };
    return { ...link, ...told, words, hash, repeats: repeatsHash(hash, told) };
  });
}

function check(rows: readonly AuditRow[], more: Partial<AuditEnds> = {}) {
  const { id: last = 0, hash = BEGIN } = rows.at(-1) ?? {};
  const forgetting = rows.flatMap(({ id, forgot }) => (forgot === null ? [] : [{ id, forgot }]));
  return checkChain({ rows, ends: { first: 1, before: BEGIN, last, hash, ...more }, forgetting });
}

const withWords = (rows: readonly AuditRow[], id: number, words: string) => rows.map((row) => (row.id === id ? { ...row, words } : row));
const bare = (rows: readonly AuditRow[], id: number) => withWords(rows, id, "{}");

test("words that are gone are in order where a later entry says that they were forgotten", () => {
  const rows = bare(chainOf(undefined, { 1: ["subject", "detail"] }), 1);
  expect(check(rows)).toMatchObject({ problems: [], forgotten: 1, entries: 2, head: rows[1]?.hash });
});

test("what an entry says was forgotten excuses no entry behind it, nor itself", () => {
  const before = bare(chainOf({ 2: ["subject", "detail"] }, undefined), 2);
  expect(check(before).problems).toEqual([
    "the subject of entry 2 is gone, and no entry says that it was forgotten",
    "the detail of entry 2 is gone, and no entry says that it was forgotten",
  ]);
  expect(check(bare(chainOf({ 1: ["subject", "detail"] }), 1)).problems).toHaveLength(2);
});

test("words that were forgotten and are there again are told, and so is what was put in their place", () => {
  const rows = chainOf(undefined, { 1: ["detail", "subject"] });
  expect(check(withWords(rows, 1, '{"subject":"it"}')).problems).toEqual(["the subject of entry 1 was changed"]);
  expect(check(chainOf(undefined, { 1: ["detail"] })).problems).toEqual(["the detail of entry 1 was forgotten, and is there again"]);
});

test("a chain that fits, and is not the one whose end was written down, was made anew", () => {
  expect(check(chainOf(undefined, undefined), { hash: BEGIN }).problems).toEqual(["the end of the log is not what it was"]);
  expect(check(chainOf(undefined), { last: 2 }).problems).toEqual(["the log should end with entry 2, and ends with 1"]);
});

test("how often an entry was told again is bound to it", () => {
  const rows = chainOf(undefined).map((row) => ({ ...row, times: 7 }));
  expect(check(rows).problems).toEqual(["how often entry 1 was told again was changed"]);
});

test("of a chain that is broken throughout the first twenty problems are told", () => {
  const rows = chainOf(...Array.from({ length: 30 }, () => undefined)).map((row) => ({ ...row, deed: "start" }));
  expect(check(rows).problems).toEqual(Array.from({ length: 20 }, (_, index) => `entry ${index + 1} was changed`));
});
