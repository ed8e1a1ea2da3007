import { shownName } from "../../reading/attribution.ts";
import type { AgentMessage, CodeOutcome, CodeRan, Delta, EventBody, RunEvent } from "../../events/events.ts";
import type { Agent } from "../../team.ts";
import type { Turn } from "../../turn.ts";
import { beginOfTurn, eventsOfTurn, type Transcript } from "../../reading/transcript.ts";
import { codeBlocks, maySayCode } from "../../code-blocks.ts";
import { policyOf } from "../../approvals.ts";
import { holding, type CodeRunners } from "../../held-code/holding.ts";
import { changeOf, runBlock, type BlockRunner, type WrittenBlock } from "./run-block.ts";

export interface CodeRunnerSettings extends BlockRunner {
  readonly description: string;
  /** The agents whose code it runs. Never a person's. */
  readonly runs: readonly string[];
  /** What the sandbox can run; blocks in other languages are not code to run. */
  readonly languages: readonly string[];
  /** Everybody in the team who runs others' code: what a person skipped at one is held back at all. It alone when absent. */
  readonly runners?: CodeRunners["runners"];
}

/**
 * An agent without a model: it runs the code that the named agents have posted since its own last turn, and reports what came of it. Code is
 * what they said to the team in a finished message, and nothing else that bears their name.
 */
export function codeRunner(settings: CodeRunnerSettings): Agent {
  const { name, description, languages, runners = [{ name, runs: settings.runs }] } = settings;
  const held = holding({ languages, runners });

  async function* speak(turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
    const { transcript } = turn;
    const blocks = blocksToRun(transcript);
    const ran = eventsOfTurn(transcript, name).filter(
      (event): event is CodeRan & typeof event => event.type === "code.ran" && event.agent === name,
    );
    const results: CodeRan[] = [...ran];
    for (const block of blocks.slice(ran.length)) {
      if (results.some((result) => result.outcome !== "ok")) break;
      const result = yield* runBlock(settings, held, block, turn);
      if (!result) return;
      yield result;
      results.push(result);
    }
    yield { type: "message.posted", agent: name, ...report(results, blocks.length, settings) };
  }

  /** `before`: the seq at which its turn begins; all that there is while it has none. */
  function blocksToRun(transcript: Transcript, before?: number): WrittenBlock[] {
    return unheard(transcript, name, before).flatMap((message) =>
      !maySayCode(message) || !settings.runs.includes(message.agent)
        ? []
        : codeBlocks(message.text)
            .filter((block) => languages.includes(block.language))
            .map((block, index) => ({ ...block, source: { seq: message.seq, block: index } })),
    );
  }

  function wouldActOn(transcript: Transcript): readonly number[] {
    if (policyOf(transcript).code === "off") return [];
    return [...new Set(blocksToRun(transcript, Infinity).map(({ source }) => source.seq))];
  }

  return { name, description, wouldActOn, turn: speak };
}

/**
 * What was said since its last turn began, and before this one did: those who speak beside it are heard next time. A turn that a person
 * skipped, or stopped with the run, was its last too: what it was to run is not taken up again by itself.
 */
function unheard(transcript: Transcript, name: string, before = beginOfTurn(transcript, name)): readonly RunEvent[] {
  const { events } = transcript;
  const isOwn = (event: RunEvent) => "agent" in event && event.agent === name && event.within === undefined;
  const isEnd = (event: RunEvent) =>
    event.type === "run.stopped"
      ? event.outcome === "stopped"
      : isOwn(event) && (event.type === "message.posted" || event.type === "turn.skipped");
  const lastEnd = events.findLastIndex(isEnd);
  const from = events.slice(0, lastEnd + 1).findLastIndex((event) => event.type === "speaker.selected" && isOwn(event));
  return events.slice(from + 1).filter((event) => event.seq < before);
}

/** What the other agents read: the output as it is, and in words only what the output does not say. */
function report(results: readonly CodeRan[], asked: number, settings: CodeRunnerSettings): Pick<AgentMessage, "text" | "printed"> {
  if (asked === 0) {
    const who = settings.runs.join(" or ") || "the agents whose code I run";
    const text = `No code was found to run. I run fenced blocks (${settings.languages.join(", ") || "no language can be run here"}) that ${who} posted since my last turn.`;
    return { text };
  }
  const output = joined(results.map((result) => result.output));
  // A no is told in place of an output, and no code printed it.
  const printed = joined(results.map((result) => (result.outcome === "rejected" ? "" : result.output))).length;
  const last = results.at(-1);
  const changes = results.map(changeOf).join("");
  const files = results.flatMap((result) => result.files.map((file) => shownName(file.name)));
  const kept = files.length > 0 ? `\nFiles: ${files.join(", ")}` : "";
  if (!last || last.outcome === "ok") {
    if (output.trim() === "") return { text: `${changes}The code ran and printed nothing (exit code 0).${kept}` };
    return { text: changes + output + kept, printed: { from: changes.length, to: changes.length + printed } };
  }
  const before = `${changes}${withSkipped(FAILURES[last.outcome](last, results.length), asked - results.length)}\n`;
  const range = printed > 0 ? { printed: { from: before.length, to: before.length + printed } } : {};
  return { text: before + output + kept, ...range };
}

/** One output after the other, each on lines of its own. */
const joined = (outputs: readonly string[]): string =>
  outputs.map((output, index) => (index < outputs.length - 1 && output !== "" && !output.endsWith("\n") ? `${output}\n` : output)).join("");

/** The last words are about what stands below them. */
function withSkipped(failure: string, skipped: number): string {
  if (skipped === 0) return failure;
  const [, what, below = " Why:"] = /^([^]*?)[.:](?: ([^.]*:))?$/.exec(failure) ?? [failure, failure];
  return `${what}. ${skipped} later block(s) were not run. ${below.trim()}`;
}

const FAILURES: { readonly [outcome in Exclude<CodeOutcome, "ok">]: (result: CodeRan, nth: number) => string } = {
  error: (result) => `The code failed with exit code ${result.exitCode}. It printed:`,
  timeout: (result) => `The code was ended after ${Math.round(result.elapsedMs / 1_000)} s, the time limit. Until then it printed:`,
  oom: () => "The code was ended: it used more memory than it may. Until then it printed:",
  output_limit: () => "The code was ended: it printed more than it may. The beginning and the end:",
  cancelled: () => "The code was stopped. Until then it printed:",
  rejected: (_result, nth) =>
    nth === 1 ? "The code was not run:" : `Block ${nth} was not run; those before it were. What they printed, and why it was not run:`,
  sandbox_lost: () => "The sandbox was lost while the code ran; files of earlier blocks may be gone. Until then it printed:",
};
