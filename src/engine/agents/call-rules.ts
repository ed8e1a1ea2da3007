import type { Leak, Person } from "../events/events.ts";
import type { ToolCall } from "../model.ts";
import type { Tool } from "../tool.ts";
import type { Turn } from "../turn.ts";
import type { Transcript } from "../reading/transcript.ts";
import { leakFrom } from "../reading/touched.ts";
import { approvalOf, isToolAllowed, mustAskFor, policyOf, wasApproved, wasRefused } from "../approvals.ts";
import type { Handoffs } from "./handoff.ts";
import { isRepeated } from "./repetition.ts";

/** Whose calls, and what can be called. */
export interface Caller {
  readonly name: string;
  readonly tools: readonly Tool[];
  readonly handoffs: Handoffs;
}

/** Calls that a person has not been asked about and must be; of a tool that needs one yes, the first. */
export function unapproved(caller: Caller, calls: readonly ToolCall[], turn: Turn): readonly ToolCall[] {
  const { transcript } = turn;
  const needing = calls.filter((call) => {
    const rule = ruleOf(caller, call, transcript);
    if (isRepeated(call, transcript)) return false;
    if (wasRefused(transcript, call.tool, call.args)) return rule !== "off";
    if (askedAlone(caller, call, turn)) return rule !== "off";
    const { spec } = toolOf(caller, call) ?? {};
    const isLeak = leakOf(caller, call, turn) !== undefined;
    if (isToolAllowed(transcript, call.tool, { spec, isLeak })) return false;
    if (isLeak) return rule !== "off";
    return rule === "always" || (isLasting(caller, call, transcript) && !wasApproved(transcript, call.tool, spec));
  });
  const open = needing.filter((call) => approvalOf(transcript, call.call).kind === "unasked");
  return open.filter(
    (call, index) =>
      ruleOf(caller, call, transcript) === "always" ||
      askedAlone(caller, call, turn) !== undefined ||
      leakOf(caller, call, turn) !== undefined ||
      open.findIndex((other) => other.tool === call.tool) === index,
  );
}

export const toolOf = ({ tools }: Caller, { tool: name }: ToolCall): Tool | undefined => tools.find((tool) => tool.name === name);

/** Whether a yes to it holds for more than this call: by its rule, or since it says something new of itself. */
export function isLasting(caller: Caller, call: ToolCall, transcript: Transcript): boolean {
  const rule = ruleOf(caller, call, transcript);
  return rule === "first-time" || (rule === "never" && toolOf(caller, call)?.hasChanged?.() === true);
}

/** What is at risk with this call, which reaches others. */
export function leakOf(caller: Caller, call: ToolCall, { transcript, thread }: Turn): Leak | undefined {
  if (!toolOf(caller, call)?.touches?.includes("outside")) return undefined;
  return leakFrom([...new Set([...thread.logs, transcript])]);
}

/** How it is marked, and, where it says something new, what that is. */
export function specOf(caller: Caller, call: ToolCall): { readonly spec?: string; readonly says?: string } {
  const tool = toolOf(caller, call);
  if (tool?.spec === undefined) return {};
  return { spec: tool.spec, ...(tool.hasChanged?.() ? { says: wordsOf(tool) } : {}) };
}

/** On a card, and in the log. */
const WORDS_CHARS_MAX = 4_000;

/** What it says of itself, and of its arguments, which are words to models too. */
function wordsOf({ description, parameters, annotations = "" }: Tool): string {
  const { properties = {} } = parameters as { readonly properties?: object };
  const words = [
    description,
    ...(annotations === "" ? [] : [`It says further: ${annotations}`]),
    ...(Object.keys(properties).length > 0 ? [`Its arguments: ${JSON.stringify(properties)}`] : []),
  ];
  return words.join("\n").slice(0, WORDS_CHARS_MAX).toWellFormed();
}

/** The person whose yes alone counts, where the tool acts for them and others have had a word in it. */
export function askedAlone({ tools }: Caller, { tool: name }: ToolCall, turn: Turn): Person | undefined {
  const person = tools.find((tool) => tool.name === name)?.actsFor?.(turn);
  const [thread = turn.transcript] = turn.thread.logs;
  return person && mustAskFor(person, name, thread) ? person : undefined;
}

/** The tool's own rule, or the run's where that is stricter. A tool without a rule touches nothing outside, and needs none. */
export function ruleOf({ tools }: Caller, { tool: name }: ToolCall, transcript: Transcript): "off" | NonNullable<Tool["approval"]> {
  const rule = tools.find((tool) => tool.name === name)?.approval;
  if (rule === undefined) return "never";
  const { tools: policy } = policyOf(transcript);
  if (policy === "off") return "off";
  return rule === "never" && policy === "ask" ? "always" : rule;
}
