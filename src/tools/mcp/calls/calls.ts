import type { ToolResult } from "../../../engine/tool.ts";
import { Deadlines, type Outcome } from "../../deadline.ts";
import { failed, type Failed, quoted } from "../../result.ts";
import { toResult } from "./call-result.ts";
import { type Called, inWords, isObject, type JsonObject, withRequests } from "./called.ts";
import type { McpCallResult } from "../answers.ts";
import { type CallProgress, McpConnection } from "../connection.ts";
import { continuedWith, questionIn } from "./elicitation.ts";
import { callFailure, declined, interrupted, isAnswer, isSessionLost, lostDuring } from "../failures.ts";
import { type CallLimit, createParked, LiveCall } from "./live-calls.ts";
import { isUnauthorized } from "../login.ts";
import { deliver, isAccepted, pageFirst, put, whichAsks } from "./requests.ts";
import { MCP_DEFAULTS, type McpDeps, type McpSettings } from "../settings.ts";
import { withoutLogin } from "../without-login.ts";

const CALLS_AT_ONCE_MAX = 32; // Of all threads together; beyond it a server is in trouble and more calls would not help it.

/** The server that is called. */
interface Host {
  readonly closed: AbortSignal;
  readonly hide: (text: string) => string;
  /** A connection that works, as far as one can know. */
  reach(signal: AbortSignal): Promise<McpConnection | Failed>;
  drop(connection: McpConnection): Promise<void>;
  /** Puts before it what the thread has of files, where it is given them. */
  giveFiles(files: Called<unknown>["files"], connection: McpConnection): Promise<void>;
  /** It has answered a call. */
  worked(): void;
  /** It is in trouble. */
  failed(): void;
}

/** The calls of one session of a server. */
export class Calls {
  readonly #settings: McpSettings;
  readonly #deps: McpDeps;
  readonly #host: Host;
  readonly #limit: CallLimit;
  #underWay = 0;
  /** Calls that are not over, those that wait for a person among them. */
  readonly #live = new Set<LiveCall<McpCallResult>>();
  readonly #parked: ReturnType<typeof createParked<McpCallResult>>;

  constructor(settings: McpSettings, deps: McpDeps, host: Host) {
    this.#settings = settings;
    this.#deps = deps;
    this.#host = host;
    const { callTimeoutMs: timeoutMs = MCP_DEFAULTS.callTimeoutMs, progressMsMax: totalMsMax = MCP_DEFAULTS.progressMsMax } = settings;
    this.#limit = { timeoutMs, totalMsMax, clock: deps.clock, deadlines: new Deadlines(deps.clock, host.closed) };
    this.#parked = createParked(deps.clock, host.closed);
  }

  /** Whether one waits for a person. */
  get wait(): boolean {
    return this.#parked.count > 0;
  }

  /** What the server asks in the middle of one. Rejects where it is not answered. */
  async asked(connection: McpConnection, { method, params }: { readonly method: string; readonly params?: unknown }, signal: AbortSignal) {
    return await whichAsks(this.#live, connection).asks(method, params, signal);
  }

  /** Those of a thread that wait for people are given up. */
  runEnded(thread: string): void {
    this.#parked.giveUp((call) => call.thread === thread);
  }

  /** All of them, also those that wait. */
  stop(): void {
    for (const live of this.#live) live.stop();
  }

  /** It does not throw. */
  async call({ args, ...called }: Called<unknown>, signal: AbortSignal): Promise<ToolResult> {
    const { tool } = called;
    if (!isObject(args))
      return failed("bad_arguments", `The arguments of "${quoted(tool, 100)}" must be a JSON object. Call it again with one.`);
    if (this.#underWay >= CALLS_AT_ONCE_MAX)
      return failed("busy", `The MCP server "${this.#settings.name}" has ${CALLS_AT_ONCE_MAX} calls under way already. Try again later.`);
    if (this.#host.closed.aborted) return callFailure(this.#settings, tool, { kind: "aborted" }, this.#limit);
    this.#underWay++;
    try {
      const result = await this.#callOnce({ ...called, args }, signal, { mayRetry: true });
      return this.#deps.login ? withoutLogin(result, { server: this.#settings.name, hide: this.#host.hide }) : result;
    } finally {
      this.#underWay--;
    }
  }

  async #callOnce(called: Called<JsonObject>, signal: AbortSignal, { mayRetry }: { readonly mayRetry: boolean }): Promise<ToolResult> {
    const answered = continuedWith(this.#settings.name, called.answers);
    if (answered && "text" in answered) return { kind: "asks", question: answered };
    const said = called.verdicts.map(({ wish }) => wish).filter((wish) => !answered?.wishes?.includes(wish));
    const waitedWith = [...(answered?.request === undefined ? [] : [answered.request]), ...said];
    if (waitedWith.length > 0) {
      const parked = waitedWith.map((request) => this.#parked.take(request)).find((one) => one !== undefined);
      if (!parked) return interrupted(this.#settings, called.tool);
      if (answered) deliver(answered, parked);
      return await this.#goOn(parked, called, signal, { mayRetry: false });
    }
    if (answered?.isAnew && !isAccepted(answered)) return declined(called.tool);
    const connection = await this.#host.reach(signal);
    if (!(connection instanceof McpConnection)) return connection;
    if (this.#settings.roots) await this.#giveFiles(called, connection);
    const continued = answered?.isAnew ? undefined : answered?.continued;
    const work = (ended: AbortSignal, cameOn: () => void) => {
      const progressed = (progress: CallProgress) => {
        cameOn();
        live.tell?.(this.#host.hide(`is waiting for ${quoted(called.tool, 60)}${inWords(progress)}`));
      };
      return (
        called.ask?.(connection, called.args, ended) ??
        withRequests(continued ? { ...called, continued } : called, ended, {
          call: (one) => connection.call(one, ended, progressed),
          asks: (method, params) => live.asks(method, params, ended),
        })
      );
    };
    const live: LiveCall<McpCallResult> = new LiveCall<McpCallResult>(called, connection, this.#limit, work, (over) => this.#live.delete(over)); // prettier-ignore
    this.#live.add(live);
    return await this.#goOn(live, called, signal, { mayRetry });
  }

  async #giveFiles({ files }: Called<JsonObject>, connection: McpConnection): Promise<void> {
    try {
      await this.#host.giveFiles(files, connection);
    } catch (error) {
      // Of a full disk, say; the call may well do without.
      this.#deps.log(`The MCP server "${this.#settings.name}" could not be given the thread's files.`, error);
    }
  }

  /** Until it is over, or its server asks what only a person can say. */
  async #goOn(
    live: LiveCall<McpCallResult>,
    called: Called<JsonObject>,
    signal: AbortSignal,
    options: { readonly mayRetry: boolean },
  ): Promise<ToolResult> {
    live.tell = called.tell;
    for (;;) {
      const step = await live.next(signal);
      if (step.kind === "asks") {
        const { keepFile, log } = this.#deps;
        const waiting = await put(step.request, live, called, { server: this.#settings.name, keepFile, log });
        if (!waiting) continue;
        this.#parked.park(step.request.id, live);
        return waiting;
      }
      const result = await this.#resultOf(step.outcome, live.connection, called, signal, options);
      return live.usage && (result.kind === "returned" || result.kind === "failed") ? { ...result, usage: live.usage } : result;
    }
  }

  async #resultOf(
    outcome: Outcome<McpCallResult>,
    connection: McpConnection,
    called: Called<JsonObject>,
    signal: AbortSignal,
    { mayRetry }: { readonly mayRetry: boolean },
  ): Promise<ToolResult> {
    const { tool } = called;
    const wishes = called.verdicts.map(({ wish }) => wish);
    const before = wishes.length > 0 ? { wishes } : {};
    switch (outcome.kind) {
      case "done": {
        this.#host.worked();
        const question = outcome.value.content ? undefined : questionIn(this.#settings.name, outcome.value, before);
        if (question) return { kind: "asks", question };
        return await toResult(outcome.value, { tool, keepFile: this.#deps.keepFile });
      }
      case "aborted":
        break;
      case "timeout":
        connection.suspect();
        break;
      case "threw":
        if (connection.hasEnded) return lostDuring(this.#settings, `"${quoted(tool, 100)}"`, connection.lastWords);
        if (isAnswer(outcome.error)) {
          this.#host.worked();
          const question = pageFirst(this.#settings.name, outcome.error, called.answers, before);
          if (question) return { kind: "asks", question };
          break;
        }
        await this.#host.drop(connection);
        if (this.#deps.login && isUnauthorized(outcome.error)) break;
        if (isSessionLost(outcome.error) && mayRetry) return await this.#callOnce(called, signal, { mayRetry: false });
        this.#host.failed();
        break;
    }
    return callFailure(this.#settings, tool, outcome, { ...this.#limit, isGiven: this.#deps.login !== undefined });
  }
}
