import type { CodeOutcome, CodeRan, Delta, EventBody, FileRef, HeldCode, Withheld } from "../../events/events.ts";
import type { Fold } from "../../reading/fold.ts";
import type { Turn } from "../../turn.ts";
import { approvalOf, denial, isCodeAllowed, policyOf, stricter } from "../../approvals.ts";
import type { FencedBlock } from "../../code-blocks.ts";
import { heldBack, whyHeld } from "../../held-code/held-code.ts";
import type { Holding } from "../../held-code/holding.ts";

/** Runs one block in the sandbox of the turn's thread. A failure of the code, or of the sandbox, is a result; it throws only for a bug. */
export type RunCode = (block: FencedBlock, turn: Turn) => Promise<CodeRun>;

export interface CodeRun {
  readonly outcome: CodeOutcome;
  readonly exitCode: number;
  readonly output: string;
  readonly elapsedMs: number;
  readonly executor: string;
  readonly files: readonly FileRef[];
  readonly memoryPeakBytes?: number;
  readonly limits?: NonNullable<CodeRan["limits"]>;
  readonly withheld?: Withheld;
}

/** Who runs code, with what, and whether a person is asked before each block; `auto` when absent. */
export interface BlockRunner {
  readonly name: string;
  readonly run: RunCode;
  readonly approval?: "auto" | "ask";
}

export interface WrittenBlock extends FencedBlock {
  readonly source: CodeRan["source"];
}

/**
 * What came of one block, after a person's yes where that is wanted; a no is a result too, and holds for the same block in this run. Nothing
 * when it waits for the answer, or when it was cut off by stopping or closing: that is no fact about the code, and it is run again when the
 * thread goes on.
 */
export async function* runBlock(
  { name, run, approval = "auto" }: BlockRunner,
  holding: Fold<Holding>,
  { source, language, code }: WrittenBlock,
  turn: Turn,
): AsyncGenerator<EventBody | Delta, CodeRan | undefined, void> {
  const { transcript } = turn;
  const ran = (result: CodeRun): CodeRan => ({ type: "code.ran", agent: name, source, language, ...result });
  const policy = stricter(approval, policyOf(transcript).code);
  if (policy === "off") return ran(OFF);
  const call = `code-${source.seq}-${source.block}`;
  const answer = approvalOf(transcript, call);
  switch (answer.kind) {
    case "unasked": {
      const held = heldBack(transcript, holding, { language, code });
      if (held && !held.isToBeAsked) return ran({ ...notRun(whyHeld(held)), withheld: withheldFor(held) });
      if (!held && (policy === "auto" || isCodeAllowed(transcript, name))) break;
      yield { type: "approval.requested", agent: name, call, what: code, language };
      return undefined;
    }
    case "asked":
      return undefined;
    case "expired":
      return ran(notRun(denial(answer)));
    case "given":
      if (!answer.approved) return ran(notRun(denial(answer)));
  }
  const changed = answer.kind === "given" && answer.edited !== undefined ? { person: answer.person, code: answer.edited } : undefined;
  yield { type: "activity", agent: name, doing: `is running ${language}` };
  // Output is shown when the block has ended; live output would need a place of its own in a thread.
  const result = await run({ language, code: changed?.code ?? code }, turn);
  return turn.signal.aborted ? undefined : { ...ran(result), ...(changed ? { changed } : {}) };
}

/** What those who asked for it read before the output, where it is not their own code that ran. */
export const changeOf = ({ changed, language }: CodeRan): string =>
  changed ? `${changed.person.name} changed the code before it ran. What ran:\n\`\`\`${language}\n${changed.code}\n\`\`\`\n` : "";

const notRun = (output: string): CodeRun => ({ outcome: "rejected", exitCode: 1, output, elapsedMs: 0, executor: "none", files: [] });

const withheldFor = ({ why, by, reason }: HeldCode): Withheld => ({
  why,
  ...(by === undefined ? {} : { by }),
  ...(reason === undefined ? {} : { reason }),
});

const OFF: CodeRun = {
  outcome: "rejected",
  exitCode: 1,
  output: "Code is not run here: this place, or the team, has it off. Go on without.",
  elapsedMs: 0,
  executor: "off: by the rule for code here",
  files: [],
  withheld: { why: "off" },
};
