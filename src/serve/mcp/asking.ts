import type { ElicitInputParams, InputResponseView } from "@modelcontextprotocol/server";
import { z } from "zod";
import { shown } from "../../engine/reading/shown.ts";
import type { Standing } from "../conversations.ts";

/** Which question, or call, a conversation waits for; it goes through the client's hands, sealed. */
export const Awaited = z.object({
  conversation: z.string(),
  team: z.string(),
  question: z.number().optional(),
  call: z.string().optional(),
});
export type Awaited = z.output<typeof Awaited>;

/** More of a call than this nobody reads in a form; it is not put to a person then. */
export const WHAT_CHARS_MAX = 20_000;
const QUESTION_CHARS_MAX = 8_000;

const ALLOW = "Allow once";
const DENY = "Deny";

/** The form by which a client's person is asked; nothing for what cannot be shown whole. */
export function formOf(standing: Exclude<Standing, { kind: "ended" }>): ElicitInputParams | undefined {
  if (standing.kind === "wants a yes") {
    const what = shown(standing.what);
    if (what.length > WHAT_CHARS_MAX) return undefined;
    return {
      mode: "form",
      message: [`${standing.agent} wants to run this, and asks for a yes:`, what, ...standing.why.map(shown)].join("\n\n"),
      requestedSchema: {
        type: "object",
        properties: {
          decision: { type: "string", title: "Your decision", enum: [ALLOW, DENY] },
          reason: { type: "string", title: "Why, for the agents", maxLength: 1_000 },
        },
        required: ["decision"],
      },
    };
  }
  const { agent, text, options } = standing;
  const message = `${agent} asks: ${text.slice(0, QUESTION_CHARS_MAX).toWellFormed()}`;
  const own = { type: "string" as const, maxLength: 10_000 };
  if (options.length === 0)
    return { mode: "form", message, requestedSchema: { type: "object", properties: { answer: { ...own, title: "Your answer" } }, required: ["answer"] } }; // prettier-ignore
  return {
    mode: "form",
    message,
    requestedSchema: {
      type: "object",
      properties: {
        choice: { type: "string", title: "Your answer", enum: [...options] },
        answer: { ...own, title: "Or in your own words" },
      },
    },
  };
}

const Answer = z.object({ answer: z.string().optional(), choice: z.string().optional() });
const Decision = z.object({ decision: z.enum([ALLOW, DENY]), reason: z.string().max(1_000).optional() });

/** What a person has said to a question; nothing where they would not, or the client sent something else. */
export function answerIn(response: InputResponseView): string | undefined {
  if (response.kind !== "elicit" || response.action !== "accept") return undefined;
  const { answer, choice } = Answer.safeParse(response.content).data ?? {};
  return [answer, choice].map((text) => text?.trim()).find((text) => text !== undefined && text !== "");
}

/** Whether they have said yes: whatever is no plain yes is a no. */
export function verdictIn(response: InputResponseView): { readonly approved: boolean; readonly reason?: string } {
  if (response.kind !== "elicit" || response.action !== "accept") return { approved: false };
  const { data } = Decision.safeParse(response.content);
  const reason = data?.reason?.trim();
  return { approved: data?.decision === ALLOW, ...(reason ? { reason } : {}) };
}
