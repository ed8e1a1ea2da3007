import { SandboxUnavailable, type CodeResult, type RunLimits } from "../executor.ts";
import type { CappedOutput } from "./output.ts";

/** What is told of code whose sandbox ended under it, so that it was tried twice: nobody should wonder at the marks of the first time. */
export function toldOfLoss(end: { readonly outcome: CodeResult["outcome"]; readonly neverBegan?: true }, hadBegun: boolean): string[] {
  if (end.outcome !== "sandbox_lost")
    return hadBegun ? ["The sandbox ended while the code ran, so the code was run a second time, from its beginning, in a fresh one."] : [];
  if (!hadBegun && end.neverBegan) return ["The sandbox ended before the code had begun, and so did a fresh one: the code was not run."];
  if (end.neverBegan) return ["The sandbox ended under the code, and a fresh one before the code could be run again."];
  return [`The sandbox ended under the code${hadBegun ? ", and again when the code was run a second time in a fresh one" : ""}.`];
}

/** What was lost with a box. */
export interface Losses {
  /** A block ran before, in another box of this session. */
  readonly hasRun: boolean;
  /** Variables stay in a box as well. */
  readonly variables: boolean;
}

/** What is told of a fresh box that has nothing of the one before. */
export const toldOfReset = ({ hasRun, variables }: Losses): string[] =>
  hasRun ? [`The workspace was reset: ${variables ? "files and variables" : "files"} of earlier blocks are gone.`] : [];

const BEGUN =
  "The code had begun, and may have run to its end; what it printed until then is all that is known. No fresh sandbox could be had to run it again.";

/** A fresh sandbox, or what is told when there is none for code that had begun in another. Throws where nothing was run. */
export async function freshOr<Box>(
  fresh: Promise<Box>,
  hadBegun: boolean,
): Promise<{ readonly box: Box } | { readonly notices: readonly string[] }> {
  try {
    return { box: await fresh };
  } catch (error) {
    if (!hadBegun || !(error instanceof SandboxUnavailable)) throw error;
    return { notices: [BEGUN, error.message] };
  }
}

/** What came of code that had begun and lost its sandbox for good: it is never told as if it had not run. */
export function lostFor(
  lost: CappedOutput | undefined,
  { startMs, limits, notices }: { readonly startMs: number; readonly limits: RunLimits; readonly notices: readonly string[] },
): CodeResult {
  const printed = lost?.read() ?? { output: "", stdout: "", stderr: "", outputBytesCut: 0 };
  return { outcome: "sandbox_lost", exitCode: 1, ...printed, elapsedMs: Date.now() - startMs, limits, files: [], notices };
}
