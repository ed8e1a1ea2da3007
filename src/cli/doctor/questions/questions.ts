import { readObject } from "../../../engine/json-schema.ts";
import type { FileRef } from "../../../engine/events/events.ts";
import type { ModelMessage, ModelReply, ModelRequest } from "../../../engine/model.ts";
import type { Measured } from "./measured.ts";
import { redSquare } from "./red-square.ts";

/** What became of a question. `gap`: the model cannot, and Parley does without. `fail`: nothing helps but a mend. */
export interface Verdict {
  readonly outcome: "ok" | "gap" | "fail" | "skipped";
  /** What was seen, in one line; it may hold the model's words. */
  readonly found: string;
  /** What Parley does about it, or what is to be mended; only where something is not as it should be. */
  readonly does?: string;
}

/** What is known of the model that is asked, beside its answers. */
export interface Asked {
  /** What its server has refused since the first question. */
  readonly learnt: ReadonlySet<string>;
  /** Whether people's images are shown to it by the team file. */
  readonly images: boolean;
  /** The agents of the team file that need tools of it, such as `Coder (coding)`. */
  readonly toolUsers: readonly string[];
  /** The models that are asked in its place when it fails. */
  readonly fallback: readonly string[];
  /** Its reply with a call, for what follows from it. */
  readonly called: Answer | undefined;
  readonly limitMs: number;
}

type Answer = Extract<ModelReply, { kind: "answer" }>;

export interface Question {
  readonly name: QuestionName;
  readonly asks: string;
  /** Nothing where it cannot be asked; then what `verdict` says of it. */
  request(asked: Asked): ModelRequest | undefined;
  readonly breaksOffAfterMs?: number;
  /** `call` is absent where it was not asked. */
  verdict(call: Measured | undefined, asked: Asked): Verdict;
}

export type QuestionName = "word" | "stream" | "tool" | "result" | "schema" | "image" | "long" | "stop" | "after";

const SYSTEM = "You are being checked by a program. Do exactly as you are told, and say nothing else.";
const asking = (text: string, more: Partial<ModelRequest> = {}): ModelRequest => ({
  agent: "doctor",
  system: SYSTEM,
  messages: [{ role: "user", text }],
  tools: [],
  outputTokensMax: REPLY_TOKENS_MAX,
  ...more,
});
/** Models that think do so before a word, too. */
const REPLY_TOKENS_MAX = 2_048;

const TOOL = {
  name: "read_thermometer",
  description: "Reads the thermometer of a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string", description: "The city's name." } },
    required: ["city"],
    additionalProperties: false,
  },
};
const TASK = "How warm is it in Bern? Read the thermometer with the tool, then answer with the number alone.";
const DEGREES = "17";
const CHOICE = {
  name: "choice",
  schema: {
    type: "object",
    properties: { next: { type: "string", enum: ["Ana", "Ben"] }, reason: { type: "string" } },
    required: ["next", "reason"],
    additionalProperties: false,
  },
};

/** Three million tokens: above every model's room, and below what a request may hold anywhere. A word is one token to each of them. */
const LONG_WORDS = 3_000_000;
const LONG_LINE = `${"a ".repeat(100)}\n`;
const NEEDLE = "quagga";

const BREAK_OFF_MS = 2_000;
/** After the stop. */
const ENDED_MS_MAX = 2_000;

/** In this order; what follows from another comes behind it. */
export const QUESTIONS: readonly Question[] = [
  {
    name: "word",
    asks: "one word",
    request: () => asking("Answer with one word: ready"),
    verdict: (call, asked) => answered(call, asked, ({ text }) => ({ outcome: "ok", found: quoted(text) })),
  },
  {
    name: "stream",
    asks: "words as they are written",
    request: () => asking("Count from 1 to 30 in digits, one number a line."),
    verdict: (call, asked) =>
      answered(call, asked, () =>
        (call?.pieces ?? 0) > 1
          ? { outcome: "ok", found: `came in ${call?.pieces} pieces` }
          : {
              outcome: "gap",
              found: asked.learnt.has("stream") ? "does not stream" : "came in one piece",
              does: "people see its words when they are whole",
            },
      ),
  },
  {
    name: "tool",
    asks: "a call of a tool",
    request: () => asking(TASK, { tools: [TOOL] }),
    verdict: (call, asked) => answered(call, asked, (reply) => calledTool(reply, asked)),
  },
  {
    name: "result",
    asks: "an answer from what the tool gave",
    request: ({ called }) => called && asking("", { tools: [TOOL], messages: withResults(called) }),
    verdict(call, asked) {
      if (!asked.called) return { outcome: "skipped", found: "there was no call" };
      return answered(call, asked, ({ text, toolCalls }) => {
        if (text.includes(DEGREES)) return { outcome: "ok", found: quoted(text) };
        if (text.trim() === "" && toolCalls.length === 0)
          return { outcome: "gap", found: "had nothing to add", does: "the turn ends with a notice, and the run goes on" };
        if (toolCalls.length > 0)
          return {
            outcome: "gap",
            found: "called again in place of an answer",
            does: "its turn ends after toolRoundsMax rounds at the latest",
          };
        return {
          outcome: "gap",
          found: `did not use it: ${quoted(text)}`,
          does: "its words are taken as they are; take a larger model for tools",
        };
      });
    },
  },
  {
    name: "schema",
    asks: "JSON of a shape",
    request: () => asking('Who speaks next, Ana or Ben? Choose Ben, with the reason "test".', { answer: CHOICE }),
    verdict: (call, asked) =>
      answered(call, asked, ({ text }) => {
        const read = readObject(CHOICE.schema, text);
        const inWords = asked.learnt.has("structured");
        if (read.kind !== "fits")
          return {
            outcome: "gap",
            found: `no JSON that fits: ${quoted(text)}`,
            does: "a choice of who speaks is looked for in its words; other answers are sent back once, and then fail",
          };
        return inWords
          ? { outcome: "gap", found: "takes no schema; in words it gave what fits", does: "asks in words, and checks what comes" }
          : { outcome: "ok", found: quoted(text) };
      }),
  },
  {
    name: "image",
    asks: "what is in an image",
    request: () => asking("Which colour fills this image? Answer with one word.", { messages: [IMAGE_MESSAGE] }),
    verdict: (call, asked) =>
      answered(call, asked, ({ text, notices = [] }) => {
        const sees = /\bred\b/i.test(text);
        if (asked.learnt.has("images") || notices.some((notice) => /not shown/.test(notice)))
          return { outcome: "gap", found: "takes no images", does: asked.images ? "tells it their names alone; images: false in the team file spares it the question" : "shows it none, as the team file says" }; // prettier-ignore
        if (!sees) return { outcome: "gap", found: `took a red image and said ${quoted(text)}`, does: asked.images ? "shows it what people post; set images: false if it sees nothing" : "shows it none, as the team file says" }; // prettier-ignore
        return asked.images
          ? { outcome: "ok", found: quoted(text) }
          : {
              outcome: "gap",
              found: "sees images",
              does: "shows it none, as the team file says; set images: true for it to see what people post",
            };
      }),
  },
  {
    name: "long",
    asks: "that it refuses a prompt of three million tokens",
    request: () =>
      asking("", {
        messages: [{ role: "user", text: `${NEEDLE}\n${LONG_LINE.repeat(LONG_WORDS / 100)}\nWhich was the first word of this message?` }],
      }),
    verdict(call, asked) {
      const reply = call?.reply;
      if (typeof reply === "object" && reply.kind === "failure") {
        if (reply.error.kind === "context_too_long") return { outcome: "ok", found: "refused, and understood as too long" };
        return { outcome: "gap", found: `refused, but not as too long: ${reply.error.message}`, does: "ends the turn with that sentence; set context: { tokens: … } for its agents below its room" }; // prettier-ignore
      }
      return answered(call, asked, ({ text }) =>
        text.toLowerCase().includes(NEEDLE)
          ? { outcome: "ok", found: "read all of it" }
          : {
              outcome: "gap",
              found: "took it without a word and lost its beginning",
              does: "cannot know; set context: { tokens: … } for its agents below its room, or raise the server's",
            },
      );
    },
  },
  {
    name: "stop",
    asks: "that a call can be broken off",
    breaksOffAfterMs: BREAK_OFF_MS,
    request: () => asking("Count from 1 to 500 in digits, one number a line."),
    verdict(call, asked) {
      const { reply, endedMs } = call ?? {};
      if (typeof reply === "object" && reply.kind === "answer") return { outcome: "ok", found: "was done before it could be broken off" };
      if (typeof reply === "object" && reply.error.kind === "aborted" && endedMs !== undefined)
        return endedMs <= ENDED_MS_MAX
          ? { outcome: "ok", found: `ended ${seconds(endedMs)} after the stop` }
          : { outcome: "gap", found: `ended ${seconds(endedMs)} after the stop`, does: "waits for it" };
      return answered(call, asked, () => ({ outcome: "ok", found: "" }));
    },
  },
  {
    name: "after",
    asks: "one word, right after the stop",
    request: () => asking("Answer with one word: again"),
    verdict: (call, asked) => answered(call, asked, ({ text }) => ({ outcome: "ok", found: quoted(text) })),
  },
];

/** The verdict where an answer came; else what a failure and silence mean for every question. */
function answered(call: Measured | undefined, { fallback, limitMs }: Asked, judge: (reply: Answer) => Verdict): Verdict {
  const reply = call?.reply;
  if (reply === undefined) return { outcome: "skipped", found: "was not asked" };
  const next = fallback.length > 0 ? `asks ${fallback.join(", then ")} in its place` : "ends the turn with that sentence";
  if (reply === "stopped") return { outcome: "skipped", found: "was stopped" };
  if (reply === "late")
    return {
      outcome: "fail",
      found: `no whole answer within ${seconds(limitMs)}`,
      does: "waits as its timeouts say; give it more here with --seconds",
    };
  if (reply.kind === "failure") return { outcome: "fail", found: reply.error.message, does: next };
  return judge(reply);
}

function calledTool({ toolCalls, text }: Answer, { learnt, toolUsers }: Asked): Verdict {
  const call = toolCalls.find(({ tool }) => tool === TOOL.name);
  const read = call && readObject(TOOL.parameters, call.args);
  if (read?.kind === "fits") return { outcome: "ok", found: `${TOOL.name} ${call?.args.replaceAll(/\s+/g, " ")}` };
  const needed = toolUsers.length > 0;
  const who = needed ? `; ${toolUsers.join(", ")} need tools of it: give them another model` : "";
  const outcome = needed ? "fail" : "gap";
  if (learnt.has("tools")) return { outcome, found: "takes no tools", does: `asks it without them${who}` };
  if (call)
    return {
      outcome,
      found: `called it with arguments that do not fit: ${quoted(call.args)}`,
      does: `tells it so, and lets it call again${who}`,
    };
  const switched = "its server may need a switch for tools (vLLM: --enable-auto-tool-choice and --tool-call-parser, llama.cpp: --jinja)";
  return { outcome, found: `called nothing and said ${quoted(text)}`, does: `takes that as its words; ${switched}${who}` };
}

const withResults = ({ text, toolCalls, kept }: Answer): readonly ModelMessage[] => [
  { role: "user", text: TASK },
  { role: "assistant", text, toolCalls, ...(kept ? { kept } : {}) },
  ...toolCalls.map(({ call, tool }): ModelMessage => ({ role: "tool", call, tool, text: `${DEGREES} degrees Celsius`, failed: false })),
];

const QUOTED_CHARS_MAX = 60;

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim().toWellFormed();
  return `"${line.length <= QUOTED_CHARS_MAX ? line : `${line.slice(0, QUOTED_CHARS_MAX)}…`}"`;
}

/** `0.35 s`, `12 s`. */
export const seconds = (ms: number): string => `${ms >= 9_950 ? Math.round(ms / 1_000) : Number((ms / 1_000).toFixed(2))} s`;

const IMAGE_REF: FileRef = { hash: "doctor-image", name: "colour.png", mediaType: "image/png", bytes: 0 };
const IMAGE_MESSAGE: ModelMessage = { role: "user", text: "Which colour fills this image? Answer with one word.", images: [IMAGE_REF] };

/** The content of the image that is asked about; see `ReadFile`. */
export const readImage = (hash: string): Promise<Uint8Array | undefined> =>
  Promise.resolve(hash === IMAGE_REF.hash ? redSquare() : undefined);
