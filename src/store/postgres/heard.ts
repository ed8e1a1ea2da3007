import type { Commit, CommitResult, Heard } from "../store.ts";
import { DONE, type Given } from "./part-of-commit.ts";
import type { Query } from "./server/connection.ts";

/** No rate looks further back. */
const KEPT_MS = 3_600_000;
/** Each commit in which somebody is heard takes at most so many old ones out. */
const PRUNED_PER_COMMIT = 20;

const lockOf = (workspace: string, { person, kind }: Heard): string => `heard/${workspace}/${person}/${kind}`;

/** When persons were heard, for their rates: who has been heard too often by now. */
export async function refusedAsTooMany(
  within: Query,
  { workspace, heard = [], at }: Commit,
): Promise<Extract<CommitResult, { kind: "too many" }> | undefined> {
  const limited = heard.filter(({ perHour }) => perHour !== undefined);
  for (const one of limited) {
    const [first] = await within<{ at: number }>(
      "SELECT at FROM heard WHERE workspace = $1 AND person = $2 AND kind = $3 ORDER BY at DESC LIMIT 1 OFFSET $4",
      [workspace, one.person, one.kind, (one.perHour ?? 1) - 1],
    );
    if (first && first.at > Date.parse(at) - KEPT_MS) return { kind: "too many", heard: one, at: first.at };
  }
  return undefined;
}

/** To be had before the statement of a commit begins, so that who is heard by several processes at once is counted by one after the other. */
export const ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key";

/** The locks of those who are counted, in one order, so that none waits for the other for ever; and whether one more of them would be too many. `within`: the workspace, as given. */
export function ratesOf(
  { workspace, heard = [], at }: Commit,
  within: string,
  given: Given,
): { readonly alone: readonly string[]; readonly areFull: readonly string[] } {
  const limited = heard.filter(({ perHour }) => perHour !== undefined);
  return {
    alone: limited.map((one) => lockOf(workspace, one)).toSorted(),
    areFull: limited.map(
      ({ person, kind, perHour = 1 }) =>
        `EXISTS (SELECT 1 FROM (
          SELECT heard.at FROM heard WHERE workspace = ${within} AND person = ${given(person, "text")} AND kind = ${given(kind, "text")}
          ORDER BY heard.at DESC LIMIT 1 OFFSET ${given(perHour - 1, "bigint")}) AS first WHERE first.at > ${given(Date.parse(at) - KEPT_MS, "bigint")})`,
    ),
  };
}

/** Parts of the statement of a commit: who is heard, and those of long ago go. */
export function heardParts({ heard = [], at }: Commit, given: Given): readonly string[] {
  if (heard.length === 0) return [];
  const now = Date.parse(at);
  const columns = [
    given(
      heard.map(({ person }) => person),
      "text[]",
    ),
    given(
      heard.map(({ kind }) => kind),
      "text[]",
    ),
  ];
  return [
    `heard_now AS (INSERT INTO heard (workspace, person, kind, at)
      SELECT workspace, person, kind, ${given(now, "bigint")} FROM moved, unnest(${columns.join(", ")}) WITH ORDINALITY AS one (person, kind, n) ORDER BY n)`,
    // Another that prunes the same is not waited for.
    `pruned AS (DELETE FROM heard WHERE ${DONE} AND id IN (
      SELECT id FROM (SELECT id, at FROM heard ORDER BY id LIMIT ${PRUNED_PER_COMMIT} FOR UPDATE SKIP LOCKED) AS old WHERE at < ${given(now - KEPT_MS, "bigint")}))`,
  ];
}
