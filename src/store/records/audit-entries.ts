import type { AuditEntry } from "../audit.ts";
import { WORD_FIELDS, type Digests, type Forgot, type Link, type WordField, type Words } from "../audit-chain.ts";
import { DECISION_CHARS_MAX, type Decision, type RecordedDecision } from "../settings.ts";

/** How entries of the audit log are kept and read, wherever that is. */

/** An entry as it is kept. `words` is JSON; `repeats` binds how often it was told again to it. */
export interface AuditRow extends Link {
  readonly words: string;
  readonly hash: string;
  readonly times: number;
  readonly lastAt: string;
  readonly lastKey: string | null;
  readonly repeats: string;
}

/** Where the chain begins and ends: without it, nobody would miss what was cut off at an end. */
export interface AuditEnds {
  readonly first: number;
  /** Of the entry before the first, which was dropped when its time was over. */
  readonly before: string;
  readonly last: number;
  readonly hash: string;
}

/** A refusal of one kind is counted with the first one for so long; then it is an entry again. */
export const FOLDED_MS = 24 * 3_600_000;
/** Refusals are looked for among so many of the last entries: more of other kinds in between are rare, and cost one entry more. */
export const LOOKED_BACK_MAX = 1_000;
/** Named in one entry; more make several. */
export const FORGOT_PER_ENTRY_MAX = 1_000;
export const PAGE_ENTRIES = 500;

/** The words that are left, as JSON. */
export const without = (words: Words, fields: readonly WordField[]): string =>
  JSON.stringify(Object.fromEntries(Object.entries(words).filter(([field]) => !fields.includes(field as WordField))));

/** Whether an entry of the same deed tells of the same refusal. */
export function isSameRefusal(
  { words }: AuditRow,
  { person, detail }: { readonly person: Decision["person"]; readonly detail: string | undefined },
): boolean {
  const { personId, detail: said } = JSON.parse(words) as Words;
  return personId?.[0] === cut(person.id) && said?.[0] === (detail === undefined ? undefined : cut(detail));
}

export const cut = (text: string): string => text.slice(0, DECISION_CHARS_MAX);

export const valuesOf = ({ person, subject, detail }: Decision) => ({
  personId: cut(person.id),
  personName: cut(person.name),
  subject: cut(subject),
  detail: detail === undefined ? undefined : cut(detail),
});

const GONE = "(forgotten)";

export function entryOf({ id, workspace, at, deed, allowed, words: json, digests, times, lastAt }: AuditRow): RecordedDecision {
  const words = JSON.parse(json) as Words;
  const known = JSON.parse(digests) as Digests;
  const forgotten = WORD_FIELDS.filter((field) => known[field] !== undefined && !words[field]);
  const detail = words.detail?.[0] ?? (forgotten.includes("detail") ? GONE : undefined);
  return {
    id,
    workspace,
    at,
    person: { id: words.personId?.[0] ?? GONE, name: words.personName?.[0] ?? GONE },
    deed,
    subject: words.subject?.[0] ?? GONE,
    allowed: allowed === 1,
    ...(detail === undefined ? {} : { detail }),
    ...(times > 1 ? { times, lastAt } : {}),
    ...(forgotten.length > 0 ? { forgotten } : {}),
  };
}

export const proofOf = (row: AuditRow): AuditEntry["proof"] => {
  const { prev, hash, digests, forgot } = row;
  const words = JSON.parse(row.words) as Words;
  const salts = Object.fromEntries(Object.entries(words).map(([field, [, salt]]) => [field, salt])) as Digests;
  return { prev, hash, digests: JSON.parse(digests) as Digests, salts, ...(forgot ? { forgot: JSON.parse(forgot) as Forgot } : {}) };
};
