import { createHash } from "node:crypto";
import { currentRun } from "../../engine/reading/transcript.ts";
import { workspaceOf } from "../evaluation-threads.ts";
import type { World } from "../evaluation.ts";
import { createRuns } from "../had-run.ts";
import { endedAt } from "../scored-run.ts";
import { triedThread } from "../scoring/judge.ts";
import { proposalsIn, WRITER, type Proposal } from "./proposals.ts";
import type { WrittenTeam } from "./team-texts.ts";

interface AskedWriter {
  /** What else than the task makes it another question. */
  readonly of: readonly (string | number)[];
  readonly task: string;
  /** The team whose texts the task shows. */
  readonly team: WrittenTeam;
  /** What may be spent on it, in US dollars; infinite where nobody has said. */
  readonly usdMax: number;
  readonly signal: AbortSignal;
}

/** What came of asking. `why`: why there is no proposal. */
export interface Proposed {
  readonly kind: "proposed" | "short";
  readonly proposals: readonly Proposal[];
  readonly why: string;
  readonly usd: number;
}

/** As the threads of evaluations, so that nobody else goes on with one. */
const TUNING = "eval-tune-";
const THREAD_CHARS = 16;
export const USD_LEAST = 1e-9; // Nothing is no budget; with so much, nothing begins.

/** Asks the writer, of a Parley that has it among its teams. The same again is asked once; what an earlier, smaller budget cut off is asked again. */
export async function askWriter(
  { runner }: Pick<World, "runner">,
  start: (workspace: string) => Promise<void>,
  { of, task, team, usdMax, signal }: AskedWriter,
): Promise<Proposed> {
  const digest = createHash("sha256")
    .update(JSON.stringify([...of, task]))
    .digest("hex");
  const first = `${TUNING}${digest.slice(0, THREAD_CHARS)}`;
  const workspace = workspaceOf(first);
  const runs = createRuns(runner);
  try {
    await start(workspace);
    const wanted = { workspace, team: WRITER, task, answers: [], approvals: "end" as const };
    let usd = 0;
    for (let tries = 1; ; tries++) {
      const left = Math.max(usdMax - usd, USD_LEAST);
      const had = { ...wanted, thread: triedThread(first, tries), ...(Number.isFinite(left) ? { usdMax: left } : {}) };
      const { transcript } = await runs.have(had, signal);
      const run = currentRun(transcript);
      usd += run.usage.usd;
      const stopped = transcript.events.findLast((event) => event.type === "run.stopped");
      const proposals = proposalsIn(transcript, team);
      const isOver = run.usdMax !== undefined && run.usage.usd >= run.usdMax;
      const isCut = stopped?.type === "run.stopped" && run.usdMax !== undefined && (isOver || endedAt(stopped, run.usdMax));
      // It may have said all of it, and be over its money with that.
      if (proposals.length > 0 || !isCut) return { kind: "proposed", proposals, why: whyNone(stopped), usd };
      if ((run.usdMax ?? 0) >= left) return { kind: "short", proposals, why: stopped.reason, usd };
    }
  } finally {
    runs.close();
  }
}

const whyNone = (stopped: { readonly type: string; readonly outcome?: unknown; readonly reason?: unknown } | undefined): string =>
  stopped?.outcome === "failed" || stopped?.outcome === "limit"
    ? String(stopped.reason)
    : "what it answered holds no change of a text that it was shown";
