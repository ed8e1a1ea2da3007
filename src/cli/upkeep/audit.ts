import type { RecordedDecision, StoreReader } from "../../parley.ts";
import { readArguments, readDay } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { keptAt, readHere } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley audit [--workspace ID] [--since DAY] [--db PATH] [--json]
parley audit --verify [--head HASH] [--audit-file FILE] [--db PATH]

Who decided what in Slack, oldest first: what was allowed, denied by a person or by time, changed before it ran, stopped, raised or set, and
what somebody was not let do. Can be used while Parley runs; changes nothing.

  --workspace ID  of this workspace alone, such as T0123ABCD; all of them when absent
  --since DAY     of that day and later, such as 2026-11-23, or today; days begin and end in UTC
  --db PATH       the database; PARLEY_DB, then the team file's, when absent
  --json          one line as JSON each, with every text whole
  --verify        read the chain of entries through instead: none was changed, taken out, put in or moved. What was forgotten breaks nothing
  --head HASH     with --verify: this entry, noted from an earlier --verify, must be in the chain still
  --audit-file FILE  with --verify: each entry of this file, as it was written out, must be in the chain still, or have been dropped in time

Exit codes: 0 told, or the chain holds; 1 it does not, or the database cannot be read; 2 bad usage or settings.`;

/** Read at once. */
const PAGE = 500;
/** Of a detail, in a line; --json has the whole. */
const DETAIL_CHARS = 160;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { workspace: text, since: text, db: text, json: flag, verify: flag, head: text, "audit-file": text };
  const { values } = readArguments(args, { options });
  if (values.verify) {
    const { verifyAudit } = await import("./audit-verify.ts");
    return verifyAudit({ at: await keptAt(io, values.db), head: values.head, file: values["audit-file"] }, io);
  }
  if (values.head !== undefined || values["audit-file"] !== undefined) throw new UsageError("--head and --audit-file go with --verify.");
  const since = readDay("--since", values.since) ?? "";
  const store = await readHere(io, values.db);
  try {
    const workspaces = values.workspace === undefined ? await store.settings.workspaces() : [values.workspace];
    let told = 0;
    for (const workspace of workspaces) {
      const decisions = await decisionsSince(store.settings, workspace, since);
      told += decisions.length;
      for (const decision of decisions) await print(io.stdout, values.json ? JSON.stringify(decision) : line(decision));
    }
    if (told === 0 && !values.json) await print(io.stdout, "Nothing was decided.");
    return 0;
  } finally {
    await store.close();
  }
}

type Reader = StoreReader["settings"];

/** They are kept newest first, and read oldest first. */
async function decisionsSince(settings: Reader, workspace: string, since: string): Promise<readonly RecordedDecision[]> {
  const found: RecordedDecision[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await settings.decisions(workspace, { limit: PAGE, ...(before === undefined ? {} : { before }) });
    const wanted = page.filter(({ at }) => at >= since);
    found.push(...wanted);
    if (page.length < PAGE || wanted.length < page.length) return found.reverse();
  }
}

function line({ at, workspace, person, deed, subject, allowed, detail = "", times, lastAt = "" }: RecordedDecision): string {
  const words = detail.replaceAll(/\s+/g, " ");
  const shown = words.length > DETAIL_CHARS ? `${words.slice(0, DETAIL_CHARS)}…` : words;
  const parts = [
    `${at.slice(0, 19).replace("T", " ")}`,
    workspace,
    `${person.name} (${person.id})`,
    allowed ? deed : `refused: ${deed}`,
    subject,
    ...(times === undefined ? [] : [`${times} times until ${lastAt.slice(0, 19).replace("T", " ")}`]),
  ];
  return harmless([...parts, ...(shown ? [shown] : [])].join("  ")).replaceAll("\n", " ");
}
