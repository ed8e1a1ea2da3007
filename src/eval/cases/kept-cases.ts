import { createHash } from "node:crypto";
import { casesIn } from "../../store/cases/kept-cases.ts";
import type { Settings } from "../../store/settings.ts";

const ID_CHARS = 10;

/** Which of them; all of all workspaces when absent. */
interface KeptWanted {
  readonly workspace?: string | undefined;
  readonly team?: string | undefined;
}

/**
 * The results that people have kept as cases, one JSON object a line, as an evaluation's `cases: { file }` reads them: `id`, `input`, `expected`,
 * `answers`, and beside them `team`, `answer` (what the team came to), `helpful` and `why`. The same case has the same id each time.
 */
export async function keptCaseLines(
  settings: Pick<Settings, "list" | "workspaces">,
  { workspace, team }: KeptWanted,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const one of workspace === undefined ? await settings.workspaces() : [workspace])
    for (const { name, kept } of await casesIn(settings, one)) {
      if (team !== undefined && kept.team !== team) continue;
      const { version: _, ...fields } = kept;
      const id = `case-${createHash("sha256").update(`${one} ${name}`).digest("hex").slice(0, ID_CHARS)}`;
      lines.push(JSON.stringify({ id, ...fields }));
    }
  return lines;
}
