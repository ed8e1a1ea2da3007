import { isSameName } from "../../names.ts";
import { mentionedNames } from "./mentioned-names.ts";

export interface Choice {
  readonly kind: "choice";
  readonly next: string;
  readonly reason: string;
  readonly instruction: string;
  readonly progress: boolean | undefined;
}

/** Structured answer first; text matching is the second line. */
export function readChoice(
  text: string,
  names: readonly string[],
  actions: readonly string[],
  everybody: readonly string[],
): Choice | { kind: "none"; trouble: string } {
  const structured = parseAnswer(text);
  if (structured) {
    const next = [...names, ...actions].find((name) => isSameName(name, structured.next.trim()));
    if (next)
      return { kind: "choice", next, reason: structured.reason, instruction: structured.instruction, progress: structured.progress };
    return { kind: "none", trouble: `${JSON.stringify(structured.next.slice(0, NAME_CHARS_SHOWN))} cannot speak next.` };
  }
  const mentioned = mentionedNames(everybody, text);
  const [name] = mentioned;
  if (!name) return { kind: "none", trouble: "That named none of them." };
  if (mentioned.length > 1) return { kind: "none", trouble: `That named several: ${mentioned.join(", ")}. Name exactly one.` };
  if (!names.includes(name)) return { kind: "none", trouble: `${name} spoke last and cannot speak again at once.` };
  return { kind: "choice", next: name, reason: "", instruction: "", progress: undefined };
}

/** A name, or what was given as one. */
const NAME_CHARS_SHOWN = 100;
/** A reason is shown to people in one line. */
export const REASON_CHARS_MAX = 200;
const INSTRUCTION_CHARS_MAX = 1_000;

function parseAnswer(text: string): Omit<Choice, "kind"> | undefined {
  const json = /\{[\s\S]*\}/.exec(text)?.[0];
  if (!json) return undefined;
  try {
    const { next, reason, instruction, progress } = JSON.parse(json) as { [key: string]: unknown };
    if (typeof next !== "string") return undefined;
    const line = (value: unknown, max: number) => (typeof value === "string" ? value.trim().slice(0, max) : "");
    return {
      next,
      reason: line(reason, REASON_CHARS_MAX),
      instruction: line(instruction, INSTRUCTION_CHARS_MAX),
      progress: typeof progress === "boolean" ? progress : undefined,
    };
  } catch {
    return undefined;
  }
}
