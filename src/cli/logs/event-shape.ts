import { z } from "zod";
import type { RunEvent } from "../../parley.ts";
import { count, failure, hash, name, person, text, unreadReason, usage, whole, withheld } from "./value-shapes.ts";

/** The shapes of the log's events, for a log that comes from outside. What a version of Parley does not know, it refuses. */

const LIST_MAX = 1_000;

const call = { call: name, tool: name, args: text };
const file = z.strictObject({ hash, name, mediaType: name, bytes: whole });
const source = z.strictObject({ title: name, link: z.url({ protocol: /^https?$/ }).max(2_000) });
const limited = { limit: count };
const limitName = z.enum(["turns", "minutes", "tokens", "usd", "budget"]);

const reason = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("maxMessages"), ...limited, count }),
  z.strictObject({ kind: z.literal("maxTurns"), ...limited, count }),
  z.strictObject({ kind: z.literal("textMention"), text, agent: name }),
  z.strictObject({ kind: z.literal("tokens"), ...limited, total: count, input: count, output: count }),
  z.strictObject({ kind: z.literal("usd"), ...limited, spent: count }),
  z.strictObject({ kind: z.literal("minutes"), ...limited, elapsed: count }),
  z.strictObject({ kind: z.literal("budget"), account: name, day: name, ...limited, spent: count, priced: z.boolean() }),
  z.strictObject({ kind: z.literal("handoff"), agent: name, to: name }),
  z.strictObject({ kind: z.literal("finish"), agent: name, reason: text }),
  z.strictObject({ kind: z.literal("source"), agent: name }),
  z.strictObject({ kind: z.literal("stopMessage"), agent: name }),
  z.strictObject({ kind: z.literal("toolCalled"), tool: name }),
  z.strictObject({ kind: z.literal("goal"), goal: name, text }),
  z.strictObject({ kind: z.literal("person"), person }),
  z.strictObject({ kind: z.literal("failure"), agent: name, error: failure }),
  z.strictObject({ kind: z.literal("nobody") }),
]);

const notices = z.array(text).max(LIST_MAX).optional();
const beside = z
  .array(z.strictObject({ source: name.optional(), text }))
  .max(LIST_MAX)
  .optional();
const printed = z.strictObject({ from: whole, to: whole }).optional();
const said = { text, kind: z.enum(["stop", "summary"]).optional(), model: name.optional(), notices, usage };

const raise = {
  to: z.strictObject({ turns: count.optional(), minutes: count.optional(), tokens: count.optional(), usd: count.optional() }),
  budgets: z
    .array(z.strictObject({ account: name, usd: count }))
    .max(LIST_MAX)
    .optional(),
};
const band = z.strictObject({ least: count, most: count });
const policy = z.enum(["off", "ask", "auto"]);
const given = { files: z.array(file).max(LIST_MAX).optional(), images: z.array(file).max(LIST_MAX).optional() };
const changedArgs = z.strictObject({ person, args: text }).optional();
const touched = z
  .array(z.enum(["private", "untrusted"]))
  .max(2)
  .optional();

type Shaped = Exclude<RunEvent, { type: "message.posted" }>;
type Own<Type extends Shaped["type"]> = Exclude<
  keyof Extract<Shaped, { type: Type }>,
  "type" | "seq" | "at" | "forgotten" | "within" | "quiet" | "outside"
>;

/** Every event and every field of it is here, or this does not compile. */
const SHAPES: { readonly [Type in Shaped["type"]]: { readonly [Field in Own<Type>]-?: z.ZodType } } = {
  "run.started": {
    run: name,
    team: name,
    startedBy: person,
    language: z.string().max(35).optional(),
    teamHash: hash.optional(),
    turnsInFile: z.literal(true).optional(),
    haltsAtLimits: z.literal(true).optional(),
    usdMax: z.number().optional(),
    code: policy.optional(),
    tools: policy.optional(),
    ahead: whole.optional(),
    forecast: z.strictObject({ runs: whole, usd: band.optional(), ms: band }).optional(),
    before: z
      .strictObject({
        messages: z.int().min(0),
        files: z.int().min(0),
        older: z.int().positive().optional(),
        unread: z.strictObject({ messages: z.int().positive(), why: z.string(), reason: unreadReason.optional() }).optional(),
      })
      .optional(),
    goesOn: z.literal(true).optional(),
    unkept: z.literal(true).optional(),
    held: z.undefined().optional(),
    anew: z.literal(true).optional(),
    forkedFrom: z.strictObject({ run: name, seq: whole, team: name }).optional(),
    plays: z.strictObject({ run: name, startedBy: person }).optional(),
  },
  "speaker.selected": {
    agent: name,
    by: z.enum(["policy", "selector", "only", "fallback", "person"]),
    reason: text.optional(),
    instruction: text.optional(),
    candidates: z.array(name).max(LIST_MAX).optional(),
    progress: z.boolean().optional(),
    leader: name.optional(),
    others: z.array(name).max(LIST_MAX).optional(),
    notices,
    usage,
  },
  "tool.called": {
    agent: name,
    ...call,
    text: text.optional(),
    kept: z.strictObject({ by: name, what: z.record(z.string().max(100), z.json()) }).optional(),
    others: z.array(z.strictObject(call)).max(LIST_MAX).optional(),
    model: name.optional(),
    notices,
    usage,
  },
  "tool.returned": {
    agent: name,
    call: name,
    tool: name,
    output: text,
    ...given,
    sources: z.array(source).max(LIST_MAX).optional(),
    changed: changedArgs,
    touched,
    usage,
  },
  "tool.failed": { agent: name, call: name, tool: name, error: failure, ...given, changed: changedArgs, touched, usage },
  "code.ran": {
    agent: name,
    source: z.strictObject({ seq: whole, block: whole }),
    language: name,
    outcome: z.enum(["ok", "error", "timeout", "oom", "output_limit", "cancelled", "rejected", "sandbox_lost"]),
    exitCode: z.int(),
    output: text,
    elapsedMs: count,
    executor: name,
    files: z.array(file).max(LIST_MAX),
    memoryPeakBytes: count.optional(),
    limits: z.strictObject({ timeoutMs: count, memoryMb: count, outputBytesMax: count }).optional(),
    changed: z.strictObject({ person, code: text }).optional(),
    withheld,
  },
  "handoff.made": {
    agent: name,
    to: name,
    text,
    turn: z.literal(true).optional(),
    beside: text.optional(),
    options: z.array(text).max(LIST_MAX).optional(),
    call: name.optional(),
    asks: z.object({ call: name, state: text }).optional(),
    login: z.object({ server: name, person, share: z.enum(["person", "place", "workspace"]) }).optional(),
    answerBy: name.optional(),
    usage,
  },
  "approval.requested": {
    agent: name,
    call: name,
    what: text,
    tool: name.optional(),
    language: name.optional(),
    only: person.optional(),
    lasting: z.literal(true).optional(),
    spec: name.optional(),
    says: text.optional(),
    because: z.strictObject({ private: z.array(name).max(LIST_MAX), untrusted: z.array(name).max(LIST_MAX) }).optional(),
    approveBy: name.optional(),
  },
  "approval.given": {
    call: name,
    approved: z.boolean(),
    person,
    reason: text.optional(),
    scope: z.enum(["run", "call"]).optional(),
    edited: text.optional(),
  },
  "approval.expired": { call: name },
  "approval.withdrawn": { call: name, person },
  "turn.ended": { agent: name, reason: text, notices, usage },
  "turn.failed": { agent: name, member: name.optional(), error: failure, notices, usage },
  "finish.decided": { agent: name, reason: text, usage },
  "stance.given": {
    agent: name,
    of: whole,
    stance: z.enum(["agree", "disagree", "unclear"]),
    reason: text,
    error: failure.optional(),
    notices,
    usage,
  },
  "run.summarized": {
    run: name,
    agent: name,
    upToSeq: whole,
    text,
    person: person.optional(),
    error: failure.optional(),
    model: name.optional(),
    notices,
    usage,
  },
  "speaker.requested": { speaker: name, person },
  "turn.skipped": { agent: name, person, id: name.optional() },
  "run.paused": { run: name, person, id: name.optional() },
  "run.unpaused": { run: name, person, id: name.optional() },
  "message.edited": { of: whole, id: name, person, text, files: z.array(file).max(LIST_MAX).optional(), beside },
  "message.deleted": { of: whole, id: name, person },
  "question.expired": { of: whole },
  "limit.neared": {
    run: name,
    limit: limitName,
    account: name.optional(),
    used: count,
    of: count,
  },
  "limit.reached": {
    run: name,
    reason: text,
    reasons: z.array(reason).max(LIST_MAX),
    until: name.optional(),
    offer: z
      .strictObject({
        ...raise,
        atCeiling: z
          .array(z.strictObject({ limit: limitName, account: name.optional(), most: count }))
          .max(LIST_MAX)
          .optional(),
      })
      .optional(),
    agent: name.optional(),
    notices,
    usage,
  },
  "limit.raised": { run: name, person: person.optional(), ...raise },
  "summary.requested": { run: name, person },
  "feedback.given": { run: name, person, helpful: z.boolean() },
  "stop.requested": { person },
  "code.written": { agent: name, text, notices, usage },
  "context.summarized": { agent: name, upToSeq: whole, text, usage },
  "run.resumed": { run: name },
  "run.stopped": {
    run: name,
    reason: text,
    reasons: z.array(reason).max(LIST_MAX),
    outcome: z.enum(["done", "limit", "stopped", "failed"]),
  },
};

const whereabouts = { within: name.optional(), quiet: z.literal(true).optional() };
const time = z.iso.datetime({ error: "a time in UTC, such as 2026-01-05T09:00:00.000Z" });
const recorded = { seq: z.int().positive(), at: time, forgotten: time.optional() };
const around = { ...whereabouts, ...recorded };

/** `type` alone does not tell a person's message from an agent's. */
const message = z.union([
  z.strictObject({
    type: z.literal("message.posted"),
    person,
    text,
    id: name.optional(),
    files: z.array(file).max(LIST_MAX).optional(),
    beside,
    answers: whole.optional(),
    ...around,
  }),
  z.strictObject({
    type: z.literal("message.posted"),
    agent: name,
    ...said,
    printed,
    touched: z.array(z.literal("untrusted")).max(1).optional(),
    ...around,
  }),
]);

/** By type. */
export const EVENT_SHAPES: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["message.posted", message],
  ...Object.entries(SHAPES).map(([type, fields]) => [type, z.strictObject({ type: z.literal(type), ...fields, ...around })] as const),
]);

/** The event, with its fields in the order in which they came, or what is wrong with it, for people. */
export function readEvent(value: unknown): { readonly event: RunEvent } | { readonly trouble: string } {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  const shape = typeof type === "string" ? EVENT_SHAPES.get(type) : undefined;
  if (!shape) return { trouble: `its type ${shown(type)} is not known here; the log may be of a newer version` };
  const parsed = shape.safeParse(value);
  if (parsed.success) return { event: value as RunEvent };
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ` : "";
  return {
    trouble: `${where}${issue?.code === "unrecognized_keys" ? `does not know ${issue.keys.map(shown).join(", ")}` : (issue?.message ?? "is not an event")}`,
  };
}

const SHOWN_CHARS_MAX = 60;
const shown = (value: unknown): string => (JSON.stringify(value) ?? "(none)").slice(0, SHOWN_CHARS_MAX);
