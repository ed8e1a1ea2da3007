import { messagesOfRun, type Transcript } from "../../engine/reading/transcript.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Spent } from "../../engine/limits/usage.ts";
import { asText, readTemplate } from "../cases/template.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { material } from "../material.ts";
import { refusedBy } from "./expected.ts";
import { NotScored, type Scorer } from "./scorer.ts";

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
  async score({ answer, thread, tries, case: one }) {
    const expected = one.expected === undefined ? "" : `\n\n<expected>\n${cut(asText(one.expected), ANSWER_CHARS_MAX)}\n</expected>`;
    const words = `<task>\n${cut(one.input, TASK_CHARS_MAX)}\n</task>${expected}\n\n<answer>\n${cut(answer, ANSWER_CHARS_MAX)}\n</answer>`;
    const asked = { thread: `${thread}-judge${index + 1}`, words, tries };
    const { said, spent } = await judged(ask, asked, ({ passes, reason }) =>
      typeof passes === "boolean" ? { passes, reason } : undefined,
    );
    const human = settings.human === undefined ? undefined : yesOrNo(asText(readTemplate(settings.human).fill(one.fields)));
    return { passed: said.passes, why: asText(said.reason), spent, ...(human === undefined ? {} : { human }) };
  },
});

/** What the judge says of two answers to a task, the first of which stands first. Rejects with {@link NotScored} where it says nothing. */
export async function prefer(
  { task, first, second }: { readonly task: string; readonly first: string; readonly second: string },
  { thread, tries }: { readonly thread: string; readonly tries: number },
  ask: AskJudge,
): Promise<{ readonly better: "first" | "second" | "neither"; readonly spent: readonly Spent[] }> {
  const half = ANSWER_CHARS_MAX;
  const words = `<task>\n${cut(task, TASK_CHARS_MAX)}\n</task>\n\n<answer order="first">\n${cut(first, half)}\n</answer>\n\n<answer order="second">\n${cut(second, half)}\n</answer>`;
  const { said, spent } = await judged(ask, { thread, words, tries }, ({ better }) =>
    better === "first" || better === "second" || better === "neither" ? better : undefined,
  );
  return { better: said, spent };
}

/** In which thread something is tried for the n-th time: what ended in one thread does not begin there again. */
export const triedThread = (thread: string, nth: number): string => (nth === 1 ? thread : `${thread}-try${nth}`);

/** What the judge says, asked up to so often. Of the tries before, what had ended is read and not asked again; all that they cost counts. */
async function judged<Said>(
  ask: AskJudge,
  { thread, words, tries }: { readonly thread: string; readonly words: string; readonly tries: number },
  read: (said: { readonly [key: string]: unknown }) => Said | undefined,
): Promise<{ readonly said: Said; readonly spent: readonly Spent[] }> {
  const spent: Spent[] = [];
  let why = "";
  for (let nth = 1; nth <= tries; nth++) {
    const transcript = await ask(triedThread(thread, nth), words).catch((error: unknown) => {
      throw new NotScored(error instanceof Error ? error.message : String(error), spent);
    });
    spent.push(spentBy(transcript));
    const said = read(saidBy(transcript));
    if (said !== undefined) return { said, spent };
    why = stopReason(transcript);
  }
  throw new NotScored(`the judge gave no judgement: ${why}`, spent);
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
export const yesOrNo = (text: string): boolean | undefined =>
  /^(?:true|yes|y|1|good|pass(?:ed)?|👍)$/iu.test(text.trim())
    ? true
    : /^(?:false|no|n|0|bad|fail(?:ed)?|👎)$/iu.test(text.trim())
      ? false
      : undefined;

/** The beginning and the end, where it is too long to be judged whole. */
const cut = (text: string, charsMax: number): string =>
  material(text, (whole) =>
    whole.length <= charsMax
      ? whole
      : `${whole.slice(0, charsMax / 2)}\n[… ${whole.length - charsMax} characters left out …]\n${whole.slice(-charsMax / 2)}`,
  );
