import type { CodeOutcome, CodeRan, Delta, EventBody, FileRef } from "../events.ts";
import type { Agent } from "../team.ts";
import { eventsOfTurn, isMessage, type Transcript } from "../transcript.ts";
import { approvalOf, asked, denial } from "./approvals.ts";
import { codeBlocks, type FencedBlock } from "./code-blocks.ts";

export interface CodeRunnerSettings {
  readonly name: string;
  readonly description: string;
  /** The agents whose code it runs. Never a person's. */
  readonly runs: readonly string[];
  /** What the sandbox can run; blocks in other languages are not code to run. */
  readonly languages: readonly string[];
  readonly run: RunCode;
  /** Whether a person is asked before each block runs; `auto` when absent. */
  readonly approval?: "auto" | "ask";
}

/** Runs one block in the thread's sandbox. A failure of the code, or of the sandbox, is a result; it throws only for a bug. */
export type RunCode = (
  block: FencedBlock,
  options: { readonly signal: AbortSignal; readonly onOutput: (text: string) => void },
) => Promise<CodeRun>;

export interface CodeRun {
  readonly outcome: CodeOutcome;
  readonly exitCode: number;
  readonly output: string;
  readonly elapsedMs: number;
  readonly executor: string;
  readonly files: readonly FileRef[];
  readonly memoryPeakBytes?: number;
  readonly limits?: NonNullable<CodeRan["limits"]>;
}

/** An agent without a model: it runs the code that the named agents have posted since its own last turn, and reports what came of it. */
export function codeRunner(settings: CodeRunnerSettings): Agent {
  const { name, description, languages } = settings;

  async function* turn(transcript: Transcript, signal: AbortSignal): AsyncGenerator<EventBody | Delta, void, void> {
    const blocks = blocksToRun(transcript);
    const ran = eventsOfTurn(transcript, name).filter(
      (event): event is CodeRan & typeof event => event.type === "code.ran" && event.agent === name,
    );
    const results: CodeRan[] = [...ran];
    for (const block of blocks.slice(ran.length)) {
      if (results.some((result) => result.outcome !== "ok")) break;
      const call = `code-${block.source.seq}-${block.source.block}`;
      const approval = settings.approval === "ask" ? approvalOf(transcript, call) : undefined;
      if (approval?.kind === "unasked") yield { type: "approval.requested", agent: name, call, what: asked(block.code) };
      if (approval && approval.kind !== "given") return;
      const result = approval && !approval.approved ? notRun(block, denial(approval)) : yield* runBlock(block, signal);
      // A run that was cut off by stopping or closing is no fact about the code: it is run again when the thread goes on.
      if (signal.aborted) return;
      yield result;
      results.push(result);
    }
    yield { type: "message.posted", agent: name, text: report(results, blocks.length, settings) };
  }

  async function* runBlock(block: PostedBlock, signal: AbortSignal): AsyncGenerator<Delta, CodeRan, void> {
    yield { type: "activity", agent: name, doing: `is running ${block.language}` };
    const { source, language } = block;
    // Output is shown when the block has ended; live output would need a place of its own in a thread.
    const run = await settings.run(block, { signal, onOutput: () => undefined });
    return { type: "code.ran", agent: name, source, language, ...run };
  }

  const notRun = ({ source, language }: PostedBlock, why: string): CodeRan => ({
    type: "code.ran",
    agent: name,
    source,
    language,
    outcome: "rejected",
    exitCode: 1,
    output: why,
    elapsedMs: 0,
    executor: "none",
    files: [],
  });

  function blocksToRun(transcript: Transcript): PostedBlock[] {
    const { events } = transcript;
    const lastReport = events.findLastIndex((event) => event.type === "message.posted" && "agent" in event && event.agent === name);
    const fresh = events.slice(lastReport + 1).filter(isMessage);
    const fromCoders = fresh.filter((message) => "agent" in message && settings.runs.includes(message.agent));
    return fromCoders.flatMap((message) =>
      codeBlocks(message.text)
        .filter((block) => languages.includes(block.language))
        .map((block, index) => ({ ...block, source: { seq: message.seq, block: index } })),
    );
  }

  return { name, description, turn };
}

interface PostedBlock extends FencedBlock {
  readonly source: CodeRan["source"];
}

/** What the other agents read: the output as it is, and in words only what the output does not say. */
function report(results: readonly CodeRan[], asked: number, settings: CodeRunnerSettings): string {
  if (asked === 0) {
    const who = settings.runs.join(" or ") || "the agents whose code I run";
    return `No code was found to run. I run fenced blocks (${settings.languages.join(", ") || "no language can be run here"}) that ${who} posted since my last turn.`;
  }
  const output = joined(results.map((result) => result.output));
  const last = results.at(-1);
  const files = results.flatMap((result) => result.files.map((file) => file.name));
  const kept = files.length > 0 ? `\nFiles: ${files.join(", ")}` : "";
  if (!last || last.outcome === "ok") {
    return (output.trim() === "" ? "The code ran and printed nothing (exit code 0)." : output) + kept;
  }
  const skipped = asked > results.length ? ` ${asked - results.length} later block(s) were not run.` : "";
  return `${FAILURES[last.outcome](last)}${skipped}\n${output}${kept}`;
}

/** One output after the other, each on lines of its own. */
const joined = (outputs: readonly string[]): string =>
  outputs.map((output, index) => (index < outputs.length - 1 && output !== "" && !output.endsWith("\n") ? `${output}\n` : output)).join("");

const FAILURES: { readonly [outcome in CodeOutcome]: (result: CodeRan) => string } = {
  ok: () => "The code ran.",
  error: (result) => `The code failed with exit code ${result.exitCode}. It printed:`,
  timeout: (result) => `The code was ended after ${Math.round(result.elapsedMs / 1_000)} s, the time limit. Until then it printed:`,
  oom: () => "The code was ended: it used more memory than it may. Until then it printed:",
  output_limit: () => "The code was ended: it printed more than it may. The beginning and the end:",
  cancelled: () => "The code was stopped. Until then it printed:",
  rejected: () => "The code was not run:",
  sandbox_lost: () => "The sandbox was lost while the code ran; files of earlier blocks may be gone. Until then it printed:",
};
