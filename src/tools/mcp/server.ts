import type { Failure } from "../../engine/events/events.ts";
import { calledBy } from "./calls/called.ts";
import { Calls } from "./calls/calls.ts";
import { type GuardedTool, guarded } from "../approval.ts";
import { type Outcome, untilAborted, within } from "../deadline.ts";
import { type Heard, McpConnection, openConnection } from "./connection.ts";
import { startFailure, unavailable } from "./failures.ts";
import { libraryTools, type LibraryTool } from "./library.ts";
import { annotationsInWords, type Instructions, instructionsOf, type ListedTool, listTools, specMark } from "./list.ts";
import { LOGIN_WANTED, MCP_DEFAULTS, touchesOf, type McpDeps, type McpSettings } from "./settings.ts";
import { ThreadFolder } from "./thread-folder.ts";
import { type Failed, quoted } from "../result.ts";
import { failureWithoutLogin } from "./without-login.ts";

/** An MCP server and its tools. Nothing is started before the first `connect` or call. */
export const connectMcp = (settings: McpSettings, deps: McpDeps): McpServer => new McpServer(settings, deps);

const RECONNECT_DELAY_MS = 1_000; // Doubles with each failure in a row after the first; the first is made good at once.
const RECONNECT_DELAY_MS_MAX = 60_000;
const REFRESH_INTERVAL_MS = 1_000; // A server may say a thousand times a second that its list has changed.

/**
 * A server that may die and come back. A call to a dead one connects anew, waiting longer after each failure in a row; until then it is a
 * failed result that says when. Whatever the server does, a call gives a result and never throws.
 */
export class McpServer {
  readonly name: string;
  readonly #settings: McpSettings;
  readonly #deps: McpDeps;
  readonly #closed = new AbortController();
  /** By the tool's name on the server. */
  #tools: ReadonlyMap<string, GuardedTool> = new Map();
  /** By its name here. */
  #byName: ReadonlyMap<string, GuardedTool> = new Map();
  #connection: McpConnection | undefined;
  #opening: Promise<McpConnection | Failed> | undefined;
  #refreshing: Promise<void> | undefined;
  #listIsOld = false;
  /** The list that is being read anew. */
  #listing: Promise<Failed | undefined> | undefined;
  readonly #named = new Set<string>();
  /** There were more tools than are kept. */
  #isCutShort = false;
  /** What was said of the last list: a list that changes all the time is not spoken of each time. */
  #leftOut = "";
  readonly #calls: Calls;
  readonly #folder: ThreadFolder | undefined;
  /** Deaths and vain starts since a call last succeeded. */
  #failuresInRow = 0;
  #failedAtMs = 0;
  #retryAtMs = 0;
  /** What the last vain start said. */
  #trouble = "";

  constructor(settings: McpSettings, deps: McpDeps) {
    this.name = settings.name;
    this.#settings = settings;
    this.#deps = deps;
    this.#folder = settings.roots ? new ThreadFolder() : undefined;
    this.#calls = new Calls(settings, deps, {
      closed: this.#closed.signal,
      hide: this.#hide,
      reach: (signal) => this.#reach(signal),
      drop: (connection) => this.#drop(connection),
      giveFiles: async (files, connection) => {
        if (await this.#folder?.fill(files)) await connection.rootsChanged();
      },
      worked: () => (this.#failuresInRow = 0),
      failed: () => this.#failed(),
    });
  }

  /** The tools as last listed: none before the first `connect`; those that were there while the server is away. */
  tools(): readonly GuardedTool[] {
    return [...this.#tools.values()];
  }

  /** The one of this name on the server, whatever it is called here beside the others. */
  tool(remoteName: string): GuardedTool | undefined {
    return this.#tools.get(remoteName);
  }

  /** The one that models call by this name. */
  calledAs(name: string): GuardedTool | undefined {
    return this.#byName.get(name);
  }

  /**
   * Connects and lists the tools, unless that is done, and waits for a list that has changed. `named`: tools that are wanted by name, however long
   * the list is. What went wrong, if anything.
   */
  async connect(signal: AbortSignal, named: readonly string[] = []): Promise<Failure | undefined> {
    const isNew = named.filter((name) => !this.#named.has(name)).map((name) => this.#named.add(name)).length > 0;
    const reached = await this.#reach(signal);
    if (!(reached instanceof McpConnection)) return reached.error;
    if (isNew && this.#isCutShort) await this.#list(reached);
    if (this.#listing) await untilAborted(signal, async () => await this.#listing);
    return undefined;
  }

  /** As {@link McpServer.connect} leaves it: there is nothing to connect, and nothing to wait for. */
  get isReady(): boolean {
    return this.#connection?.isFine === true && this.#listing === undefined;
  }

  /** Ends the server's process, or its session; takes a few seconds at most. Calls under way fail. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.#calls.stop();
    await this.#opening;
    await this.#refreshing;
    await this.#connection?.close();
    this.#connection = undefined;
    await this.#folder?.close();
  }

  /** What the server says of its use; nothing before it was reached. */
  get instructions(): string {
    return this.#hide(this.#connection?.instructions ?? "");
  }

  /** Whether a call waits for a person: the session is to stay. */
  get waits(): boolean {
    return this.#calls.wait;
  }

  /** The run of this thread is over: what a call waits for there is answered by nobody any more. */
  runEnded(thread: string): void {
    this.#calls.runEnded(thread);
  }

  /** A connection that works, as far as one can know: callers share the one that is there, or the one that is being made. */
  async #reach(signal: AbortSignal): Promise<McpConnection | Failed> {
    // As mostly: it is asked before each call.
    if (this.#connection?.isFine && !signal.aborted) return this.#connection;
    const outcome: Outcome<McpConnection | Failed> = await untilAborted(signal, async () => {
      const held = this.#connection;
      if (held && (await held.isAlive())) return held;
      if (held) await this.#drop(held);
      const nowMs = this.#deps.clock.now();
      // A clock that was set back has nobody wait for longer.
      const waitMs = nowMs < this.#failedAtMs ? 0 : this.#retryAtMs - nowMs;
      if (!this.#opening && waitMs > 0) return this.#notYet(waitMs);
      this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
      return await this.#opening;
    });
    return outcome.kind === "done" ? outcome.value : startFailure(this.#settings, outcome, { timeoutMs: 0 });
  }

  async #open(): Promise<McpConnection | Failed> {
    const folder = this.#folder;
    const heard: Heard = {
      listChanged: () => this.#listChanged(),
      lost: (connection) => this.#lost(connection),
      ...(folder ? { roots: () => folder.roots } : {}),
      asks: (connection, { method, params }, signal) => this.#calls.asked(connection, { method, params }, signal),
    };
    const opened = await openConnection(this.#settings, this.#deps, heard, this.#closed.signal);
    const failure = opened instanceof McpConnection ? await this.#list(opened) : opened;
    if (!failure && opened instanceof McpConnection) return (this.#connection = opened);
    if (opened instanceof McpConnection) await opened.close();
    const problem = failureWithoutLogin(failure ?? unavailable(this.#settings, "did not start."), this.#hide);
    // Nothing is wrong with it, and the next login is tried at once.
    if (problem.error.kind === LOGIN_WANTED) return problem;
    this.#failed();
    this.#trouble = problem.error.message;
    if (!this.#closed.signal.aborted) this.#deps.log(problem.error.message);
    return problem;
  }

  async #list(connection: McpConnection): Promise<Failed | undefined> {
    const limit = { timeoutMs: this.#settings.startTimeoutMs ?? MCP_DEFAULTS.startTimeoutMs, clock: this.#deps.clock };
    const outcome = await within(limit, this.#closed.signal, (signal) =>
      listTools(this.name, (cursor) => connection.tools(cursor, signal), this.#named),
    );
    if (outcome.kind !== "done") return startFailure(this.#settings, outcome, { timeoutMs: limit.timeoutMs });
    const { tools, leftOut, isCutShort } = outcome.value;
    this.#isCutShort = isCutShort;
    const instructions = instructionsOf(this.#hide(connection.instructions).trim());
    const { resources = false, prompts = false } = this.#settings;
    const taken = new Set(tools.map(({ spec }) => spec.name));
    const library = libraryTools(this.name, { resources, prompts }, connection.has).filter(({ spec }) => !taken.has(spec.name));
    this.#tools = new Map([...tools, ...library].map((tool) => [tool.remoteName, this.#toolOf(tool, instructions)]));
    this.#byName = new Map([...this.#tools.values()].map((tool) => [tool.name, tool]));
    const lacking = leftOut.join("; ");
    if (lacking !== "" && lacking !== this.#leftOut)
      this.#deps.log(this.#hide(`The MCP server "${this.name}" lists what is left out here: ${lacking}`));
    this.#leftOut = lacking;
    return undefined;
  }

  #toolOf(
    { spec, remoteName, ask, hints, annotations = {} }: ListedTool & { readonly ask?: LibraryTool["ask"] },
    instructions: Instructions,
  ): GuardedTool {
    const { approval = MCP_DEFAULTS.approval, approvals = {} } = this.#settings;
    const own = Object.hasOwn(approvals, remoteName) ? approvals[remoteName] : undefined;
    return guarded(
      {
        ...spec,
        spec: specMark(spec, annotations, instructions),
        annotations: this.#hide(annotationsInWords(annotations, instructions)),
        description: this.#hide(spec.description),
        parameters: this.#deps.login
          ? (JSON.parse(this.#hide(JSON.stringify(spec.parameters))) as typeof spec.parameters)
          : spec.parameters,
        run: (args, turn, origin) => this.#calls.call(calledBy({ tool: remoteName, args, ask }, turn, origin), turn.signal),
      },
      own ?? approval,
      touchesOf(this.#settings, remoteName, { ...hints, isLoggedIn: this.#deps.isLoggedIn ?? false }),
    );
  }

  /** What a server says may hold what it was given. */
  readonly #hide = (text: string): string => this.#deps.login?.hide(text) ?? text;

  #listChanged(): void {
    this.#listIsOld = true;
    this.#refreshing ??= this.#refresh();
  }

  async #refresh(): Promise<void> {
    await this.#opening;
    while (this.#listIsOld && this.#connection && !this.#closed.signal.aborted) {
      this.#listIsOld = false;
      this.#listing = this.#list(this.#connection);
      const failure = await this.#listing;
      this.#listing = undefined;
      if (failure) this.#deps.log(this.#hide(`The changed list of tools could not be read. ${failure.error.message}`));
      await this.#deps.clock.sleep(REFRESH_INTERVAL_MS, this.#closed.signal);
    }
    this.#refreshing = undefined;
  }

  #lost(connection: McpConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#failed();
    const words = connection.lastWords;
    this.#deps.log(`The MCP server "${this.name}" has ended on its own.${words ? ` ${words}` : ""}`);
  }

  async #drop(connection: McpConnection): Promise<void> {
    if (this.#connection === connection) this.#connection = undefined;
    await connection.close();
  }

  #failed(): void {
    this.#failuresInRow++;
    const delayMs = this.#failuresInRow === 1 ? 0 : Math.min(RECONNECT_DELAY_MS * 2 ** (this.#failuresInRow - 2), RECONNECT_DELAY_MS_MAX);
    this.#failedAtMs = this.#deps.clock.now();
    this.#retryAtMs = this.#failedAtMs + delayMs;
  }

  #notYet(waitMs: number): Failed {
    const seconds = Math.ceil(waitMs / 1000);
    const trouble = this.#trouble === "" ? "" : ` It was: ${quoted(this.#trouble, 500)}`;
    return unavailable(
      this.#settings,
      `has failed ${this.#failuresInRow} times in a row and is tried again in ${seconds} s. Go on without it, or ask a person to look at it.${trouble}`,
    );
  }
}
