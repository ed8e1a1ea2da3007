import { createMcpServers } from "../config/mcp-servers.ts";
import { readEnv, type Env } from "../config/env.ts";
import { loadSettings, secretNames, type Settings } from "../config/load.ts";
import { createRedactor } from "../config/secrets.ts";
import { readToolRef } from "../config/tool-names.ts";
import { systemClock } from "../engine/clock.ts";
import { nearest } from "../engine/reading/nearest.ts";
import { outside } from "../engine/turn.ts";
import { readArguments } from "./arguments.ts";
import { print, UsageError, type Io } from "./command.ts";
import { checkTools } from "./doctor/tools.ts";

export const help = `parley tools list [SERVER] [--file FILE] [--json]
       parley tools call SERVER/TOOL [JSON] [--file FILE]
       parley tools doctor [SERVER|SEARCH] [--file FILE]

Tries the MCP servers of a team file by hand, without a model: each is started as for an agent, and ended at once.

  list      what its servers offer: the name by which agents call it, the tool's own, and what it does
  call      calls one tool with these arguments, {} when absent, and prints what it gives. Nobody is asked for a yes
  doctor    whether each starts, how long that takes, which variables it is given, what is left out and why; and whether a web search answers
  --file FILE   the team file; PARLEY_FILE or parley.yml when absent
  --json        one line of JSON for each tool, with the schema of its arguments

Exit codes: 0 done; 1 a server cannot be had, or the call failed; 2 bad usage or settings.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, {
    options: { file: { type: "string" }, json: { type: "boolean" } },
    allowPositionals: true,
  });
  const [what, subject, ...rest] = positionals;
  const env = readEnv(io.cwd, io.env);
  const { file } = values;
  const settings = loadSettings({ env, cwd: io.cwd, ...(file === undefined ? {} : { file }) });
  const redact = createRedactor(env, secretNames(settings));
  const say = (text: string) => print(io.stdout, redact(text));
  const servers = createMcpServers(settings.tools, { env, clock: systemClock, log: (line) => void print(io.stderr, redact(line)) });
  const stop = new AbortController();
  const unlisten = io.onInterrupt(() => stop.abort());
  try {
    if (what === "doctor" && rest.length === 0) return await examine(subject, env, { settings, say, signal: stop.signal });
    if (what === "list" && rest.length === 0)
      return await list(subject, { settings, servers, say, json: values.json === true, signal: stop.signal });
    if (what === "call" && subject !== undefined && rest.length <= 1 && !values.json)
      return await call(subject, rest[0], { settings, servers, say, signal: stop.signal });
    throw new UsageError("Say what to do: parley tools list, parley tools call SERVER/TOOL, or parley tools doctor. See --help.");
  } finally {
    unlisten();
    await servers.close();
  }
}

interface Trying {
  readonly settings: Settings;
  readonly servers: ReturnType<typeof createMcpServers>;
  readonly say: (text: string) => Promise<void>;
  readonly signal: AbortSignal;
}

async function examine(
  server: string | undefined,
  env: Env,
  { settings, say, signal }: Pick<Trying, "settings" | "say" | "signal">,
): Promise<number> {
  const isSearch = server !== undefined && settings.tools.get(server)?.kind === "web-search";
  const only = server === undefined ? {} : { only: isSearch ? server : serverNamed(server, settings) };
  let [failed, said] = [false, false];
  for await (const { grade, thing, message } of checkTools(settings, env, { live: true, signal, ...only })) {
    failed ||= grade === "fail";
    said = true;
    await say(`${grade.padEnd(4)} ${thing}: ${message}`);
  }
  if (!said && !signal.aborted) await say("The team file has no tool to look at; add an MCP server, or a web search, under `tools`.");
  return failed ? 1 : 0;
}

async function list(
  server: string | undefined,
  { settings, servers, say, json, signal }: Trying & { readonly json: boolean },
): Promise<number> {
  const names = server === undefined ? serversOf(settings) : [serverNamed(server, settings)];
  if (names.length === 0) throw new UsageError("The team file has no MCP server; add one under `tools` (kind: mcp).");
  let failed = false;
  for (const name of names) {
    const { tools, missing } = await servers.tools([name], signal);
    for (const trouble of missing) await say(trouble);
    failed ||= missing.length > 0;
    for (const { name: called, description, parameters } of tools)
      await say(json ? JSON.stringify({ server: name, name: called, description, parameters }) : `${called}  ${quoted(description, 100)}`);
  }
  return failed ? 1 : 0;
}

async function call(ref: string, written: string | undefined, { settings, servers, say, signal }: Trying): Promise<number> {
  const { key, member } = readToolRef(ref);
  serverNamed(key, settings);
  if (member === undefined)
    throw new UsageError(`Name the tool too: parley tools call ${key}/TOOL. parley tools list ${key} shows what there is.`);
  const args = parsed(written ?? "{}");
  const { tools, missing } = await servers.tools([ref], signal);
  for (const trouble of missing) await say(trouble);
  const [tool] = tools;
  if (!tool) return 1;
  const result = await tool.run(args, outside(signal));
  if (result.kind === "asks") {
    await say(`It waits for an answer, which agents ask people for:\n${result.question.text}`);
    return 1;
  }
  if (result.kind === "wishes") {
    await say(`It waits for a yes, which agents ask people for:\n${result.wish.tool} ${result.wish.args}`);
    return 1;
  }
  await say(result.kind === "returned" ? result.output : `${result.error.kind}: ${result.error.message}`);
  return result.kind === "returned" ? 0 : 1;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`The arguments are no JSON: ${quoted(text, 100)}. Write an object, such as '{"path":"."}'.`);
  }
}

/** One line, and short. */
function quoted(text: string, charsMax: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= charsMax ? line : `${line.slice(0, charsMax - 1).toWellFormed()}…`;
}

const serversOf = ({ tools }: Settings): readonly string[] => [...tools].flatMap(([name, { kind }]) => (kind === "mcp" ? [name] : []));

function serverNamed(name: string, settings: Settings): string {
  const servers = serversOf(settings);
  if (servers.includes(name)) return name;
  const guess = nearest(name, servers);
  throw new UsageError(
    `There is no MCP server "${name}" in the team file. ${guess ? `Did you mean "${guess}"?` : `It has ${servers.join(", ") || "none"}.`}`,
  );
}
