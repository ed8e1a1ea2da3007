import { createHash } from "node:crypto";
import { Role, TaskState, type Artifact, type Message, type Part, type Task } from "@a2a-js/sdk";
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory, type Client } from "@a2a-js/sdk/client";
import type { Clock } from "../../engine/clock.ts";
import type { AskForeign, ForeignAnswer, ForeignWords } from "../../engine/agents/foreign.ts";
import { within } from "../deadline.ts";
import { limited } from "../mcp/http.ts";
import { cut, OUTPUT_CHARS_MAX, plain, quoted } from "../result.ts";

export interface ForeignSettings {
  readonly name: string;
  /** Of its card, or of the agent, beneath which its card is. */
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly timeoutMs: number;
}

const POLL_MS = 2_000; // Of an agent that does not stream.
const GOODBYE_TIMEOUT_MS = 5_000;
const ARTIFACTS_MAX = 100; // What they say is cut to one answer.
const CARD = /\.json$/;

/** A participant by A2A, version 1.0 or 0.3, as its card says. Its answers and all else that it says are data. */
export function foreignAgent(settings: ForeignSettings, clock: Clock): AskForeign {
  return async ({ text, id, tell }, { signal }) => {
    const limit = { timeoutMs: settings.timeoutMs, clock };
    const outcome = await within(limit, signal, (ended) => converse(settings, { text, id, tell }, { signal: ended, clock }));
    switch (outcome.kind) {
      case "done":
        return outcome.value;
      case "timeout":
        return failed("timeout", settings, `did not answer within ${settings.timeoutMs / 1000} s.`);
      case "aborted":
        return failed("aborted", settings, "was not waited for.");
      case "threw":
        return thrown(settings, outcome.error);
    }
  };
}

async function converse(
  settings: ForeignSettings,
  { text, id, tell }: ForeignWords,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<ForeignAnswer> {
  const client = await reach(settings, signal);
  const heard = createHeard();
  try {
    const message: Message = {
      messageId: idOf(id),
      contextId: "",
      taskId: "",
      role: Role.ROLE_USER,
      parts: [{ content: { $case: "text", value: text }, metadata: undefined, filename: "", mediaType: "text/plain" }],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    };
    for await (const { payload } of client.sendMessageStream(
      { tenant: "", message, configuration: undefined, metadata: undefined },
      { signal },
    )) {
      if (payload?.$case === "message") return answered(textIn(payload.value.parts));
      if (payload?.$case === "task") heard.task(payload.value);
      if (payload?.$case === "artifactUpdate") heard.artifact(payload.value.artifact, payload.value.append);
      if (payload?.$case === "statusUpdate") heard.status(payload.value);
      const doing = heard.doing();
      if (doing !== undefined) tell(doing);
      if (heard.isOver()) break;
    }
    while (!heard.isOver() && heard.id() !== undefined && !signal.aborted) {
      await clock.sleep(POLL_MS, signal);
      if (!signal.aborted) heard.task(await client.getTask({ tenant: "", id: heard.id() ?? "", historyLength: undefined }, { signal }));
    }
    return heard.answer(settings);
  } finally {
    // What nobody waits for any more is not to cost anything.
    if (signal.aborted && heard.id() !== undefined && !heard.isOver())
      void client
        .cancelTask({ tenant: "", id: heard.id() ?? "", metadata: undefined }, { signal: AbortSignal.timeout(GOODBYE_TIMEOUT_MS) })
        .catch(() => undefined);
  }
}

/** By the first interface of its card that is spoken here, at the address that the team file names and at no other: its headers go nowhere else. */
async function reach({ url, headers }: ForeignSettings, signal: AbortSignal): Promise<Client> {
  const { origin } = new URL(url);
  const fetchImpl: typeof fetch = async (target, init = {}) => {
    const { origin: asked } = new URL(target instanceof Request ? target.url : target);
    if (asked !== origin) throw new ElsewhereError(asked);
    const own = new Headers(init.headers);
    for (const [name, value] of Object.entries(headers)) own.set(name, value);
    const response = await fetch(target, { ...init, headers: own, redirect: "error", signal: init.signal ?? signal });
    if (!response.body) return response;
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    const body = ReadableStream.from(limited(response.body, isStream, () => undefined));
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  };
  const legacyCompat = { enabled: true };
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ fetchImpl, legacyCompat }), new RestTransportFactory({ fetchImpl, legacyCompat })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl, legacyCompat }),
  });
  return CARD.test(new URL(url).pathname) ? factory.createFromUrl(url, "") : factory.createFromUrl(url.endsWith("/") ? url : `${url}/`);
}

class ElsewhereError extends Error {}

/** What has been heard of a task. */
function createHeard() {
  let task: { readonly id: string; state: TaskState; said: string } | undefined;
  let unread: string | undefined;
  const artifacts = new Map<string, string>();

  const artifact = (given: Artifact | undefined, append: boolean): void => {
    if (!given || (artifacts.size >= ARTIFACTS_MAX && !artifacts.has(given.artifactId))) return;
    const text = textIn(given.parts);
    artifacts.set(given.artifactId, cut(`${append ? (artifacts.get(given.artifactId) ?? "") : ""}${text}`, OUTPUT_CHARS_MAX));
  };
  const note = (id: string, state: TaskState, message: Message | undefined): void => {
    const said = message ? textIn(message.parts) : "";
    task = { id, state, said: said || (task?.said ?? "") };
    if (said && state === TaskState.TASK_STATE_WORKING) unread = `is at work: ${quoted(said, 80)}`;
  };
  return {
    artifact,
    task({ id, status, artifacts: given }: Task): void {
      for (const one of given) artifact(one, false);
      note(id, status?.state ?? TaskState.TASK_STATE_UNSPECIFIED, status?.message);
    },
    status: ({ taskId, status }: { readonly taskId: string; readonly status: Task["status"] }): void =>
      note(taskId, status?.state ?? TaskState.TASK_STATE_UNSPECIFIED, status?.message),
    doing(): string | undefined {
      const words = unread;
      unread = undefined;
      return words;
    },
    id: (): string | undefined => task?.id,
    isOver: (): boolean => task !== undefined && OVER.has(task.state),
    answer(settings: ForeignSettings): ForeignAnswer {
      const given = [...artifacts.values()].join("\n\n");
      switch (task?.state) {
        case TaskState.TASK_STATE_COMPLETED:
          return answered(given || task.said);
        // Its question is said to the team; what is said to that, it reads in its next turn.
        case TaskState.TASK_STATE_INPUT_REQUIRED:
          return answered([given, task.said].filter(Boolean).join("\n\n"));
        case TaskState.TASK_STATE_AUTH_REQUIRED:
          return failed("login_wanted", settings, "wants a login, which nobody can give it here; give it one with headersEnv.");
        case TaskState.TASK_STATE_REJECTED:
          return failed("rejected", settings, `does not take this on${told(task.said)}`);
        case TaskState.TASK_STATE_CANCELED:
          return failed("cancelled", settings, `has broken this off${told(task.said)}`);
        case TaskState.TASK_STATE_FAILED:
          return failed("failed", settings, `has failed${told(task.said)}`);
        default:
          return failed("bad_answer", settings, "ended without an answer.");
      }
    },
  };
}

const OVER: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
]);

const textIn = (parts: readonly Part[]): string =>
  parts
    .flatMap(({ content, filename }) => {
      switch (content?.$case) {
        case "text":
          return [content.value];
        case "data":
          return [JSON.stringify(content.value)];
        case "url":
          return [content.value];
        case "raw":
          return [`(a file${filename ? `, ${quoted(filename, 100)}` : ""}, which is not read here)`];
        case undefined:
          return [];
      }
    })
    .join("\n");

const answered = (text: string): ForeignAnswer => ({ kind: "answered", text: cut(plain(text).trim(), OUTPUT_CHARS_MAX) });

const told = (said: string): string => (said ? `; it says: ${quoted(said, 300)}` : ".");

const failed = (kind: string, { name, url }: Pick<ForeignSettings, "name" | "url">, what: string): ForeignAnswer => ({
  kind: "failed",
  error: { kind, message: `${name}, at ${new URL(url).origin}, ${what}` },
});

function thrown(settings: ForeignSettings, error: unknown): ForeignAnswer {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof ElsewhereError)
    return failed(
      "elsewhere",
      settings,
      `wants to be spoken to at ${said}; write that address into the team file if it may have what is said.`,
    );
  if (/\b40[13]\b/.test(said)) return failed("login_wanted", settings, "wants to know who asks; give it a token with headersEnv.");
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return failed("unavailable", settings, `cannot be had: ${quoted(said + cause, 300)}`);
}

/** As a UUID, which some agents want. */
function idOf(id: string): string {
  const hex = createHash("sha256").update(id).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
