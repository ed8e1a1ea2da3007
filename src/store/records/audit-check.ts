import type { AuditCheck } from "../audit.ts";
import { BEGIN, digestOf, hashOf, repeatsHash, WORD_FIELDS, type Forgot, type WordField, type Words } from "../audit-chain.ts";
import type { AuditEnds, AuditRow } from "./audit-entries.ts";

/** A broken chain has one for each entry behind the break; the first tell as much. */
const PROBLEMS_MAX = 20;

/**
 * Whether the chain is as it was written: each entry's hash, its place behind the one before, each word by its digest, nothing blank that no
 * later entry says was forgotten, both ends where they should be. It cannot tell when somebody who may write to the database has made all
 * of it anew; a head that was noted elsewhere, or the log as it was written out, can.
 */
export function checkChain({ rows, ...about }: About & { readonly rows: Iterable<AuditRow> }): AuditCheck {
  const { add, end } = chainCheck(about);
  for (const row of rows) add(row);
  return end();
}

interface About {
  readonly ends: AuditEnds | undefined;
  readonly forgetting: readonly { readonly id: number; readonly forgot: string }[];
}

/** As {@link checkChain}, of rows that come one after the other. */
export function chainCheck({ ends, forgetting }: About): { add(row: AuditRow): void; end(): AuditCheck } {
  const problems: string[] = [];
  const tell = (problem: string) => void (problems.length < PROBLEMS_MAX && problems.push(problem));
  const named = forgottenBy(forgetting);
  const hashes = new Set<string>();
  let [expected, prev] = [ends?.first ?? 1, ends?.before ?? BEGIN];
  let forgotten = 0;
  return {
    add(row) {
      const { id } = row;
      if (id !== expected) tell(`entry ${expected} is missing; ${id} is in its place`);
      if (row.prev !== prev) tell(`entry ${id} does not follow the one before it: something was changed, taken out or moved`);
      if (hashOf(row) !== row.hash) tell(`entry ${id} was changed`);
      if (repeatsHash(row.hash, row) !== row.repeats) tell(`how often entry ${id} was told again was changed`);
      const blank = wordTrouble(row, named.get(id), tell);
      if (blank) forgotten++;
      hashes.add(row.hash);
      [expected, prev] = [id + 1, row.hash];
    },
    end() {
      if (expected !== (ends?.last ?? 0) + 1) tell(`the log should end with entry ${ends?.last ?? 0}, and ends with ${expected - 1}`);
      else if (ends && prev !== ends.hash) tell("the end of the log is not what it was");
      return { entries: hashes.size, first: ends?.first ?? 1, head: hashes.size > 0 ? prev : undefined, hashes, forgotten, problems };
    },
  };
}

/** Which words which entry says were forgotten: by the id of the entry that lost them, with the ids of those who say so. */
function forgottenBy(forgetting: readonly { readonly id: number; readonly forgot: string }[]): Map<number, Map<WordField, number>> {
  const named = new Map<number, Map<WordField, number>>();
  for (const { id, forgot } of forgetting)
    for (const [of, fields] of Object.entries(parsed<Forgot>(forgot) ?? {})) {
      const known = named.get(Number(of)) ?? new Map<WordField, number>();
      for (const field of fields) known.set(field, id);
      named.set(Number(of), known);
    }
  return named;
}

/** Whether some of its words are gone, as they may be. */
function wordTrouble(row: AuditRow, named: ReadonlyMap<WordField, number> | undefined, tell: (problem: string) => void): boolean {
  const words = parsed<Words>(row.words);
  const digests = parsed<{ readonly [field: string]: string }>(row.digests);
  if (!words || !digests) {
    tell(`entry ${row.id} cannot be read`);
    return false;
  }
  for (const field of Object.keys(words))
    if (!(WORD_FIELDS as readonly string[]).includes(field) || digests[field] === undefined)
      tell(`entry ${row.id} has a ${field} that was put in`);
  let isBlank = false;
  for (const field of WORD_FIELDS) {
    const [digest, word] = [digests[field], words[field]];
    if (digest === undefined) continue;
    const forgottenIn = named?.get(field);
    if (!word) {
      isBlank = true;
      if (forgottenIn === undefined || forgottenIn <= row.id)
        tell(`the ${field} of entry ${row.id} is gone, and no entry says that it was forgotten`);
    } else if (!Array.isArray(word) || digestOf(String(word[0]), String(word[1])) !== digest)
      tell(`the ${field} of entry ${row.id} was changed`);
    else if (forgottenIn !== undefined) tell(`the ${field} of entry ${row.id} was forgotten, and is there again`);
  }
  return isBlank;
}

function parsed<T extends object>(json: string): T | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
