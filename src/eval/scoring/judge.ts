import { messagesOfRun, type Transcript } from "../../engine/reading/transcript.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Spent } from "../../engine/limits/usage.ts";
import { asText, readTemplate } from "../cases/template.ts";
import type { ScorerSettings } from "../evaluation-file.ts";
import { refusedBy } from "./expected.ts";
import type { Scorer } from "./scorer.ts";

/** Has a judge's team answer, in a thread beside the one that is judged. */
export type AskJudge = (thread: string, words: string) => Promise<Transcript>;

const ANSWER_CHARS_MAX = 12_000; // Two answers and the task fit into what a thread takes at once.
const TASK_CHARS_MAX = 5_000;

/** A model says by a rubric whether the answer is good enough. */
export const judge = (
  settings: Extract<ScorerSettings, { readonly kind: "judge" }>,
  index: number,
  ask: AskJudge,
): Omit<Scorer, "name"> => ({
  refuses: ({ fields }) => refusedBy(() => settings.human && readTemplate(settings.human).fill(fields)),
  async score({ answer, thread, case: judged }) {
    const expected = judged.expected === undefined ? "" : `\n\n<expected>\n${cut(asText(judged.expected), ANSWER_CHARS_MAX)}\n</expected>`;
    const words = `<task>\n${cut(judged.input, TASK_CHARS_MAX)}\n</task>${expected}\n\n<answer>\n${cut(answer, ANSWER_CHARS_MAX)}\n</answer>`;
    const transcript = await ask(`${thread}-judge${index + 1}`, words);
    const { passes, reason } = saidBy(transcript);
    if (typeof passes !== "boolean") throw new Error(`the judge gave no judgement of ${thread}: ${stopReason(transcript)}`);
    const human = settings.human === undefined ? undefined : yesOrNo(asText(readTemplate(settings.human).fill(judged.fields)));
    return { passed: passes, why: asText(reason), spent: spentBy(transcript), ...(human === undefined ? {} : { human }) };
  },
});

/** What the judge says of two answers to a task, the first of which stands first. */
export async function prefer(
  { task, first, second }: { readonly task: string; readonly first: string; readonly second: string },
  thread: string,
  ask: AskJudge,
): Promise<{ readonly better: "first" | "second" | "neither"; readonly spent: Spent }> {
  const half = ANSWER_CHARS_MAX;
  const words = `<task>\n${cut(task, TASK_CHARS_MAX)}\n</task>\n\n<answer order="first">\n${cut(first, half)}\n</answer>\n\n<answer order="second">\n${cut(second, half)}\n</answer>`;
  const transcript = await ask(thread, words);
  const { better } = saidBy(transcript);
  if (better !== "first" && better !== "second" && better !== "neither")
    throw new Error(`the judge gave no judgement in ${thread}: ${stopReason(transcript)}`);
  return { better, spent: spentBy(transcript) };
}

function saidBy(transcript: Transcript): { readonly [key: string]: unknown } {
  const said = messagesOfRun(transcript).findLast((message) => "agent" in message && message.type === "message.posted");
  try {
    return JSON.parse(said?.text ?? "") as { readonly [key: string]: unknown };
  } catch {
    return {};
  }
}

function stopReason({ events }: Transcript): string {
  const last = events.findLast((event) => event.type === "run.stopped");
  return last?.type === "run.stopped" ? last.reason : "its run is not over";
}

const spentBy = (transcript: Transcript): Spent => {
  const { usage, priced } = currentRun(transcript);
  return { usage, priced };
};

/** People write it in many ways. */
const yesOrNo = (text: string): boolean | undefined =>
  /^(?:true|yes|y|1|good|pass(?:ed)?|👍)$/iu.test(text.trim())
    ? true
    : /^(?:false|no|n|0|bad|fail(?:ed)?|👎)$/iu.test(text.trim())
      ? false
      : undefined;

/** The beginning and the end, where it is too long to be judged whole. */
const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax
    ? text
    : `${text.slice(0, charsMax / 2)}\n[… ${text.length - charsMax} characters left out …]\n${text.slice(-charsMax / 2)}`;
