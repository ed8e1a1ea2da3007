import { z } from "zod";
import { SETTING_BYTES_MAX, SETTING_NAME_CHARS_MAX, SETTINGS_LISTED_MAX, type Decision, type Settings } from "../settings.ts";

/**
 * Results that people have kept as cases, for an evaluation: settings of the workspace, whose names say of which run they are and who had part in it, so
 * that whoever forgets a thread, a place or a person forgets them too. What is in them names nobody.
 */
export const KeptCase = z.object({
  version: z.literal(1),
  /** ISO 8601, UTC. */
  at: z.string(),
  team: z.string(),
  input: z.string(),
  /** What the team came to. */
  answer: z.string(),
  /** What it should have come to: the answer, or what a person has made of it; absent where it was found bad, and nobody has put it right. */
  expected: z.string().optional(),
  /** What people answered to questions of the agents, in their order. */
  answers: z.array(z.string()),
  /** What a person thinks of the answer, and why. */
  helpful: z.boolean().optional(),
  why: z.string().optional(),
});
export type KeptCase = z.output<typeof KeptCase>;

/** Of which run a case is. */
interface CaseOf {
  readonly thread: string;
  /** Of its `run.started`. */
  readonly seq: number;
  /** Ids of whoever started it or spoke in it, and of who keeps it, whose words stand in it too. */
  readonly people: readonly string[];
}

/** As many as are listed at once. */
const CASES_KEPT_MAX = SETTINGS_LISTED_MAX;
const KIND = "case/";
const TRIES_MAX = 10; // Each time somebody else has pressed at the same instant.

/** `full`: {@link CASES_KEPT_MAX} are kept. `large`: it is more than a setting holds. `many people`: not all of them fit into its name. */
type Keeping = "kept" | "full" | "large" | "many people";

/** Keeps it in the place of what was kept of this run before. */
export async function keepCase(
  settings: Pick<Settings, "list" | "put">,
  of: CaseOf,
  { kept, decision }: { readonly kept: KeptCase; readonly decision: Decision },
): Promise<Keeping> {
  const ofRun = `${casesOf(of.thread)}${of.seq}/`;
  const name = `${ofRun}${[...new Set(of.people)].toSorted().join("/")}`;
  if (name.length > SETTING_NAME_CHARS_MAX) return "many people";
  if (Buffer.byteLength(JSON.stringify(kept)) > SETTING_BYTES_MAX) return "large";
  const { workspace } = decision;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = await settings.list(workspace, ofRun);
    const same = before.find((one) => one.name === name);
    if (before.length === 0 && (await settings.list(workspace, KIND)).length >= CASES_KEPT_MAX) return "full";
    if (!(await settings.put({ name, value: kept, revision: same?.revision ?? 0, decision }))) continue;
    // Somebody has spoken since, and stands in its name now.
    for (const one of before)
      if (one !== same)
        await settings.put({ name: one.name, value: undefined, revision: one.revision, decision: { ...decision, deed: "drop case" } });
    return "kept";
  }
  throw new Error(`the case ${name} could not be put: others did so at the same time, ${TRIES_MAX} times`);
}

/** The cases of a workspace, with their names, in the order of these. */
export async function casesIn(
  settings: Pick<Settings, "list">,
  workspace: string,
): Promise<readonly { readonly name: string; readonly kept: KeptCase }[]> {
  const found = await settings.list(workspace, KIND);
  return found.flatMap(({ name, value }) => {
    const { data } = KeptCase.safeParse(value);
    return data ? [{ name, kept: data }] : [];
  });
}

/** How the names of a thread's cases begin: without the workspace, which the setting has. */
export const casesOf = (thread: string): string => `${KIND}${thread.slice(thread.indexOf("/") + 1)}/`;
