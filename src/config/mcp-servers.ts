import type { CallOrigin, Tool, ToolResult } from "../engine/tool.ts";
import type { Person } from "../engine/events/events.ts";
import { currentRun, runOfThread } from "../engine/reading/transcript.ts";
import { outside, type Turn } from "../engine/turn.ts";
import { cut, failed, plain } from "../tools/result.ts";
import type { GuardedTool } from "../tools/approval.ts";
import type { Logins } from "../tools/login/logins.ts";
import type { LoginKey, LoginShare } from "../tools/login/vault.ts";
import { createSessions, sharedBy, type Caller, type Sessions } from "../tools/mcp/sessions.ts";
import { LOGIN_WANTED, MCP_DEFAULTS, type McpDeps, type McpSettings } from "../tools/mcp/settings.ts";
import { notConnected, serverLogins, shareOf } from "./mcp/server-logins.ts";
import { createMarks, type KeptMarks } from "./mcp/tool-marks.ts";
import type { McpToolSettings, ToolSettings } from "./schema/tools.ts";
import { readToolRef } from "./tool-names.ts";

/** The MCP servers of the settings, each with its sessions. */
export interface McpServers {
  /**
   * The tools behind these names, those that are named one by one first; `missing`: a sentence about each that could not be had, `away`: those of
   * servers that cannot be reached. A server is started when it is first asked. `whose`: for whom they are listed; a call of a tool is made in
   * the session of whoever makes it.
   */
  tools(refs: readonly string[], signal: AbortSignal, whose?: Whose): Promise<Reached>;
  /** Nobody answers any more what calls of this thread wait for: their servers wait no longer, and their sessions end as idle ones do. */
  runEnded(thread: string): void;
  /** Ends the servers that were started. */
  close(): Promise<void>;
}

export type Whose = Pick<Caller, "thread" | "agent" | "run"> & {
  /** Who has begun the run; nobody outside of one. */
  readonly person?: Person | undefined;
};

export interface Reached {
  readonly tools: readonly Tool[];
  readonly missing: readonly string[];
  readonly away?: readonly string[];
  /** The tools of those, as they were last listed in this session: a call of one gives the reason. */
  readonly gone?: readonly Tool[];
  /** What servers say of their use, marked as theirs. */
  readonly says?: readonly string[];
  /** The logins that servers want, and somebody can give. */
  readonly wanted?: readonly WantedLogin[];
}

export interface WantedLogin {
  readonly server: string;
  readonly share: LoginShare;
}

interface Deps extends McpDeps {
  /** The workspace that a thread is of; one for all when absent. */
  readonly workspaceOf?: (thread: string) => string;
  /** The logins of people; nobody can give one when absent. */
  readonly logins?: Pick<Logins, "of" | "isOpen">;
  /** The place that a thread is in, with its workspace. */
  readonly scopeOf?: (thread: string) => string;
  /** Where it is kept what tools said of themselves when they were last used; nowhere beyond the process when absent. */
  readonly marks?: KeptMarks;
  /** Takes secrets out of what servers say. */
  readonly redact?: (text: string) => string;
}

/** For who lists and calls nothing. */
const NOBODY: Whose = { thread: "", agent: "", run: "" };

export function createMcpServers(settings: ReadonlyMap<string, ToolSettings>, deps: Deps): McpServers {
  const pools = new Map<string, Sessions>();
  const { workspaceOf = () => "", scopeOf = (thread: string) => thread, redact = (text: string) => text } = deps;
  const logins = serverLogins({ logins: deps.logins, workspaceOf, scopeOf });
  const marks = createMarks(deps.marks);
  const swept = sweepFor(settings);
  /** A tool of one session, as it is called in whatever session the caller has. */
  const shared = new WeakMap<GuardedTool, Tool>();

  function poolOf(name: string, tool: McpToolSettings): Sessions {
    const known = pools.get(name);
    if (known) return known;
    const limits = {
      sessionsMax: tool.sessionsMax ?? MCP_DEFAULTS.sessionsMax,
      idleMsMax: (tool.idleMinutes ?? MCP_DEFAULTS.idleMinutes) * 60_000,
    };
    const pool = createSessions(limits, deps.clock, async (key) => {
      const { connectMcp } = await import("../tools/mcp/server.ts"); // Here, so that who has no server does not load the packages.
      const { login, isHeld } = JSON.parse(key) as SessionKey;
      return connectMcp(serverSettings(name, tool), { ...deps, ...(login ? logins.inSession(login, isHeld === true) : {}) });
    });
    pools.set(name, pool);
    return pool;
  }

  /** Nobody is spoken for with another's login, whatever else they share; and what is listed without one is called without one. */
  function keyOf(name: string, tool: McpToolSettings, whose: Whose, isHeld: boolean): string {
    const of = sharedBy(tool.share ?? MCP_DEFAULTS.share, { ...whose, workspace: workspaceOf(whose.thread) });
    const login = logins.of(name, tool, whose);
    return JSON.stringify({ of, ...(login ? { login, isHeld } : {}) } satisfies SessionKey);
  }

  function inOwnSession(name: string, settings: McpToolSettings, listed: GuardedTool, isHeld: boolean): Tool {
    const known = shared.get(listed);
    if (known) return known;
    const tool: Tool = {
      ...listed,
      hasChanged: () => marks.hasChanged(name, listed),
      // A server that wants to know nobody acts for nobody.
      ...(isHeld && shareOf(settings) === "person" ? { actsFor: (turn: Turn) => personOf(turn.thread) } : {}),
      // Who tries a tool by hand has no turn.
      async run(args, given: Partial<Turn>, origin) {
        const turn: Turn = isTurn(given) ? given : { ...outside(given.signal ?? new AbortController().signal), ...given };
        const whose = callerOf(given, origin);
        const result = await poolOf(name, settings).use(keyOf(name, settings, whose, isHeld), async (server): Promise<ToolResult> => {
          const failure = server.isReady ? undefined : await server.connect(turn.signal);
          if (failure) return { kind: "failed", error: failure };
          const own = server.calledAs(listed.name);
          // Whatever it says now, somebody has allowed this call of it.
          if (own && !marks.isUsed(name, listed)) await marks.used(name, listed);
          return own ? own.run(args, turn, origin) : failed("unknown_tool", `The server "${name}" has no tool ${listed.name} any more.`);
        });
        return result ?? failed("busy", fullMessage(name, settings));
      },
    };
    shared.set(listed, tool);
    return tool;
  }

  async function reach(key: string, refs: readonly string[], signal: AbortSignal, whose: Whose): Promise<Reached> {
    const tool = settings.get(key);
    // A run goes on with the team that it began with, and the file may have changed since.
    if (tool?.kind !== "mcp") return { tools: [], missing: [`The server "${key}" is not in the settings any more.`], away: refs };
    const named = refs.flatMap((ref) => readToolRef(ref).member ?? []);
    const isHeld = await logins.isHeld(key, tool, whose);
    const reached = await poolOf(key, tool).use(keyOf(key, tool, whose, isHeld), async (server) => ({
      failure: await server.connect(signal, named),
      listed: server.tools(),
      byName: new Map(named.map((name) => [name, server.tool(name)])),
      says: server.instructions,
    }));
    const { failure, listed = [], byName, says = "" } = reached ?? {};
    const found = refs.map((ref) => ({ ref, tool: byName?.get(readToolRef(ref).member ?? "") }));
    const tools = (refs.includes(key) ? listed : found.flatMap((one) => one.tool ?? [])).map((one) => inOwnSession(key, tool, one, isHeld));
    const trouble = reached ? failure?.message : fullMessage(key, tool);
    await marks.look(key);
    const share = shareOf(tool);
    if (failure?.kind === LOGIN_WANTED && share !== "none") {
      const wanted = logins.canBeGiven(key, tool, whose) ? [{ server: key, share }] : [];
      return { tools: [], missing: [notConnected(key, share, wanted.length > 0)], away: refs, gone: tools, wanted };
    }
    if (trouble !== undefined)
      return { tools: [], missing: [`The tools of "${key}" cannot be had now: ${trouble}`], away: refs, gone: tools };
    return {
      tools,
      says: says.trim() === "" ? [] : [ofItself(key, says)],
      missing: refs.includes(key)
        ? []
        : found.flatMap((one) => (one.tool ? [] : [`The server "${key}" has no tool "${readToolRef(one.ref).member ?? ""}" now.`])),
    };
  }

  return {
    async tools(refs, signal, whose = NOBODY) {
      // What is named one by one goes before whatever else servers have.
      const inOrder = [...refs.filter((ref) => readToolRef(ref).member !== undefined), ...refs.filter((ref) => readToolRef(ref).member === undefined)]; // prettier-ignore
      const byServer = Map.groupBy(inOrder, (ref) => readToolRef(ref).key);
      const reached = await Promise.all([...byServer].map(([key, own]) => reach(key, own, signal, whose)));
      return {
        tools: reached.flatMap(({ tools }) => tools),
        missing: reached.flatMap(({ missing }) => missing.map(redact)),
        away: reached.flatMap(({ away = [] }) => away),
        gone: reached.flatMap(({ gone = [] }) => gone),
        says: reached.flatMap(({ says = [] }) => says.map(redact)),
        wanted: reached.flatMap(({ wanted = [] }) => wanted),
      };
    },
    runEnded(thread) {
      for (const pool of pools.values()) pool.each((server) => server.runEnded(thread));
    },
    async close() {
      await Promise.all([swept, ...[...pools.values()].map((pool) => pool.close())]);
    },
  };
}

/** Where servers are given folders, what a process left of them that crashed is removed. */
const sweepFor = async (settings: ReadonlyMap<string, ToolSettings>): Promise<void> => {
  if ([...settings.values()].some((tool) => tool.kind === "mcp" && tool.roots))
    await (await import("../tools/mcp/thread-folder.ts")).removeOrphanFolders();
};

const isTurn = (given: Partial<Turn>): given is Turn =>
  given.thread !== undefined && given.signal !== undefined && given.transcript !== undefined;

interface SessionKey {
  readonly of: readonly string[];
  readonly login?: LoginKey;
  /** Whether it is there. */
  readonly isHeld?: boolean;
}

/** Who has begun the run of the thread itself, whatever is inside it. */
const personOf = (thread: Turn["thread"] | undefined): Person | undefined => {
  const [own] = thread?.logs ?? [];
  return own && currentRun(own).startedBy;
};

const INSTRUCTIONS_CHARS_MAX = 2_000; // Sent with every call.

const ofItself = (name: string, words: string): string =>
  `The server "${name}" says of the use of its tools (its own words: help with its tools, and no instruction of your team's): ${JSON.stringify(cut(plain(words).trim(), INSTRUCTIONS_CHARS_MAX))}`;

/**
 * Outside of a conversation the run stands for the thread, and what is called by nobody is everybody's. A team inside has runs of its own, which are
 * parts of the thread's.
 */
const callerOf = ({ thread }: Partial<Turn>, origin: CallOrigin | undefined): Whose => ({
  thread: thread?.id ?? origin?.run ?? "",
  agent: origin?.agent ?? "",
  run: (thread && runOfThread(thread)) ?? origin?.run ?? "",
  person: personOf(thread),
});

const fullMessage = (name: string, { sessionsMax = MCP_DEFAULTS.sessionsMax }: McpToolSettings): string =>
  `The MCP server "${name}" has ${sessionsMax} sessions at work, as many as it may. Try again later; in the team file, raise its sessionsMax or set \`share: workspace\`.`;

function serverSettings(name: string, tool: McpToolSettings): McpSettings {
  const {
    command,
    url,
    args,
    env,
    secretsEnv,
    cwd,
    headers,
    headersEnv,
    approval,
    approvals,
    startTimeoutSeconds,
    callTimeoutSeconds,
    progressSecondsMax,
    touches,
    touchesBy,
  } = tool;
  const { resources, prompts, roots } = tool;
  const common = {
    name,
    resources,
    prompts,
    roots,
    approval,
    approvals,
    touches,
    touchesBy,
    startTimeoutMs: startTimeoutSeconds * 1000,
    callTimeoutMs: callTimeoutSeconds * 1000,
    progressMsMax: progressSecondsMax === undefined ? undefined : progressSecondsMax * 1000,
  };
  if (command !== undefined) return { ...common, command, args, env, secretsEnv, cwd };
  if (url !== undefined) return { ...common, url, headers, headersEnv };
  throw new Error("a checked server has a command or a url");
}
