import { createMcpServers, type Reached } from "../../config/mcp-servers.ts";
import type { Env } from "../../config/env.ts";
import type { Settings } from "../../config/load.ts";
import { factsOf, leftOutOf, searchFactsOf, searchOnce } from "../../config/server-facts.ts";
import type { McpToolSettings, WebSearchToolSettings } from "../../config/schema/tools.ts";
import { shadowsIn } from "../../config/mcp/shadows.ts";
import { systemClock } from "../../engine/clock.ts";
import type { Tool } from "../../engine/tool.ts";
import { reachOf } from "../tool-reach.ts";
import type { Finding } from "./finding.ts";

/**
 * How far agents reach by each tool; of servers what they are given, and, when `live`, what they answer. `only`: this entry alone. Ends early when
 * the signal is aborted, with no server left running.
 */
export async function* checkTools(
  settings: Settings,
  env: Env,
  { live, only, signal }: { readonly live: boolean; readonly only?: string; readonly signal: AbortSignal },
): AsyncGenerator<Finding, void, void> {
  const lists = new Map<string, readonly Tool[]>();
  for (const [name, tool] of settings.tools) {
    if (signal.aborted) return;
    if (only !== undefined && name !== only) continue;
    const thing = `tool ${name}`;
    if (tool.kind === "mcp") {
      yield { grade: factsOf(tool, env).missing.length > 0 ? "fail" : "ok", thing, message: atRest(tool, env) };
      if (live) lists.set(name, yield* asked(name, settings, env, signal));
      continue;
    }
    if (tool.kind === "web-search") {
      yield* searching(thing, tool, env, { live, signal });
      continue;
    }
    const message = reachOf(tool);
    if (message !== undefined) yield { grade: "ok", thing, message };
  }
  if (live) for (const message of shadowsIn(lists, settings.tools)) yield { grade: "warn", thing: "tools", message };
}

/** Who is asked, and when `live` one search, which counts for the account. */
async function* searching(
  thing: string,
  tool: WebSearchToolSettings,
  env: Env,
  { live, signal }: { readonly live: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Finding, void, void> {
  const facts = searchFactsOf(tool, env);
  if ("missing" in facts) {
    // A file that leaves it open whom to ask can be used where nobody is there.
    yield { grade: tool.provider === undefined ? "warn" : "fail", thing, message: facts.missing };
    return;
  }
  yield { grade: "ok", thing, message: `searches the web by ${facts.by}` };
  if (!live) return;
  const beganMs = systemClock.now();
  const result = await searchOnce(tool, env, signal);
  if (result.kind === "failed") yield { grade: "fail", thing, message: result.error.message };
  else yield { grade: "ok", thing, message: `answers in ${((systemClock.now() - beganMs) / 1000).toFixed(1)} s` };
}

function atRest(tool: McpToolSettings, env: Env): string {
  const { missing, given, share } = factsOf(tool, env);
  if (missing.length > 0) return `needs ${missing.join(", ")}, not set here; put it into the environment or into .env`;
  const what =
    tool.command === undefined ? `a server at ${URL.parse(tool.url ?? "")?.origin ?? "an address"}` : `a program, "${tool.command}" …`;
  return `${what}, one session for each ${share}${given.length > 0 ? `; it is given ${given.join(", ")}` : ""}`;
}

/** Starts or reaches it once; the tools that it has. */
async function* asked(name: string, settings: Settings, env: Env, signal: AbortSignal): AsyncGenerator<Finding, readonly Tool[], void> {
  const thing = `tool ${name}`;
  const notes: string[] = [];
  const servers = createMcpServers(settings.tools, { env, clock: systemClock, log: (line) => void notes.push(line) });
  const beganMs = systemClock.now();
  let reached: Reached;
  try {
    reached = await servers.tools([name], signal);
  } finally {
    await servers.close();
  }
  for (const trouble of reached.missing) yield { grade: "fail", thing, message: trouble };
  if (reached.missing.length > 0) return [];
  const seconds = ((systemClock.now() - beganMs) / 1000).toFixed(1);
  yield { grade: "ok", thing, message: `answers in ${seconds} s, with ${reached.tools.length} tools` };
  for (const note of notes) yield { grade: "warn", thing, message: note };
  for (const message of leftOutOf(reached.tools, settings)) yield { grade: "warn", thing, message };
  return reached.tools;
}
