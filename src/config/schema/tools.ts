import { z } from "zod";
import type { Touch } from "../../engine/tool.ts";
import { MCP_DEFAULTS } from "../../tools/mcp/settings.ts";
import { holdsSecret, refers } from "../../tools/mcp/variables.ts";
import { PROVIDER_NAMES } from "../../tools/search/choice.ts";
import { WEB_FETCH_DEFAULTS } from "../../tools/web.ts";
import { RESULTS_MAX, WEB_SEARCH_DEFAULTS } from "../../tools/web-search.ts";
import { hostRule } from "../../tools/web-address.ts";
import { assistantShape } from "./assistant.ts";
import type { ByName } from "./by-name.ts";
import { description, envName, key, variableName } from "./names.ts";

const SECONDS_MAX = 600; // As long as the longest model call.

export const approval = z.enum(["never", "always", "first-time"]);
const seconds = z.int().positive().max(SECONDS_MAX);
const name = z.string().min(1).max(200);

const HOSTS_MAX = 200; // A list that somebody can still read.
const HOST_ERROR = "is no host alone; write example.org, or *.example.org for every name below it, without https://, a port or a path";

const TOUCHES = ["private", "untrusted", "outside"] as const satisfies readonly Touch[];

/** What calls bring into a conversation, or take out of it. `otherwise`: what holds when absent. */
const touches = (otherwise: string) =>
  z
    .array(z.enum(TOUCHES))
    .max(TOUCHES.length)
    .optional()
    .describe(
      `private: what it gives is not for everybody. untrusted: somebody may have written what it gives to deceive agents. outside: what it is given reaches others. Once a thread holds what is private and what is untrusted, a person is asked before a call that reaches outside. ${otherwise}`,
    );

const WebFetch = z
  .strictObject({
    touches: touches("untrusted and outside when absent."),
    approval: approval.default("never").describe("Whether a person is asked before a page is read."),
    timeoutSeconds: seconds.default(WEB_FETCH_DEFAULTS.timeoutMs / 1000),
    hosts: z
      .array(
        z
          .string()
          .max(300)
          .refine((host) => hostRule(host) !== undefined, { error: HOST_ERROR }),
      )
      .min(1, { error: "name at least one host; leave `hosts` out to let it read every public one" })
      .max(HOSTS_MAX)
      .optional()
      .describe(
        "The hosts that it may read, redirects included: example.org, or *.example.org for every name below it. Every public one when absent.",
      ),
    bytesMax: z
      .int()
      .positive()
      .max(20_000_000)
      .default(WEB_FETCH_DEFAULTS.bytesMax)
      .describe("Of a page, as it is sent; the rest of a longer one is not read."),
    documentBytesMax: z
      .int()
      .positive()
      .max(50_000_000)
      .default(WEB_FETCH_DEFAULTS.documentBytesMax)
      .describe("Of a PDF, a Word document or a workbook; a larger one is refused."),
  })
  .describe(
    "Reads public web pages and documents, long ones in parts, as the tool web_fetch; the machine and its network are out of reach.",
  );

const WebSearch = z
  .strictObject({
    touches: touches("untrusted and outside when absent."),
    approval: approval.default("never").describe("Whether a person is asked before it searches."),
    provider: z
      .enum(PROVIDER_NAMES)
      .optional()
      .describe(
        "Who is asked. When absent, the first of brave, tavily and exa whose key is in the environment, else the SearXNG at SEARXNG_URL.",
      ),
    apiKeyEnv: envName
      .optional()
      .describe("NAME of the variable with the key; BRAVE_API_KEY, TAVILY_API_KEY or EXA_API_KEY when absent. SearXNG needs none."),
    url: z
      .url({ protocol: /^https?$/, error: "an http or https address" })
      .max(1_000)
      .optional()
      .describe("Where your SearXNG answers, also in your own network; of the others, where a gateway of yours stands in for them."),
    resultsMax: z.int().positive().max(RESULTS_MAX).default(WEB_SEARCH_DEFAULTS.resultsMax).describe("Of one search."),
    timeoutSeconds: seconds.default(WEB_SEARCH_DEFAULTS.timeoutMs / 1000),
  })
  .refine(({ provider, apiKeyEnv, url }) => provider !== undefined || (apiKeyEnv ?? url) === undefined, {
    error: "`apiKeyEnv` and `url` belong to one of them; name it with `provider`",
  })
  .refine(({ provider, apiKeyEnv }) => provider !== "searxng" || apiKeyEnv === undefined, {
    error: "SearXNG takes no key; take `apiKeyEnv` out",
  })
  .refine(({ url }) => !/^https?:\/\/[^/?#]*@/i.test(url ?? "") && !/[?#]/.test(url ?? ""), {
    error: "the `url` has a user, a password or a question in it, and this file is no place for one; write the address alone",
  })
  .describe("Searches the web, as the tool web_search, by a provider with a key of yours or by your own SearXNG.");

const SlackSearch = z
  .strictObject({
    touches: touches("private when absent."),
    approval: approval.default("never").describe("Whether a person is asked before it searches."),
  })
  .describe(
    "Searches the Slack workspace in the name of the person who asks, as the tool slack_search; gives what every reader of the thread may see, and nothing else.",
  );

/** Options of a program with their values: `--api-key=…`, and `--api-key …`. */
const optionsIn = (args: readonly string[]): readonly (readonly [string, string])[] =>
  args.flatMap((arg, at) => {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const next = args[at + 1];
    const given = value ?? (next?.startsWith("-") ? undefined : next);
    return name === undefined || given === undefined || !isLikeSecret(given) ? [] : [[name, given] as const];
  });

const questionIn = (url: string): readonly (readonly [string, string])[] =>
  url.includes("?")
    ? [...new URLSearchParams(url.slice(url.indexOf("?") + 1).split("#")[0])].filter(([, value]) => isLikeSecret(value))
    : [];

/** An option may be called a key and name a column or a file: one that is a secret is long and no word, or stands for one that readers are to put in. */
const isLikeSecret = (value: string): boolean => /^(?=.*\d)[\w.+=-]{16,}$/.test(value) || /your|<|x{4}|\.\.\./i.test(value);

const Mcp = z
  .strictObject({
    command: z.string().min(1).max(1000).optional().describe("A program on this machine that speaks MCP on its standard input and output."),
    args: z.array(z.string().max(1000)).max(100).optional().describe("Of the program; ${NAME} is the value of an environment variable."),
    env: z
      .union([z.array(variableName).max(50), z.record(variableName, z.string().max(4_000))])
      .optional()
      .describe(
        "NAMES of environment variables that the program is given, beside PATH, HOME, proxies, certificates and the like; or NAME: constant, in which ${NAME} is the value of a variable.",
      ),
    secretsEnv: z
      .record(variableName, variableName)
      .optional()
      .describe("Variable of the program → NAME of the environment variable that holds its value."),
    cwd: z.string().min(1).max(1000).optional(),
    url: z
      .url({ protocol: /^https?$/, error: "an http or https address" })
      .optional()
      .describe("A server that speaks MCP over HTTP; ${NAME} is the value of an environment variable."),
    headers: z
      .record(name, z.string().max(4_000))
      .optional()
      .describe("Header → value, in which ${NAME} is the value of an environment variable."),
    headersEnv: z.record(name, envName).optional().describe("Header → NAME of the environment variable that holds its value."),
    approval: approval.default(MCP_DEFAULTS.approval).describe("Whether a person is asked before one of its tools runs."),
    approvals: z.record(name, approval).optional().describe("By the tool's name on the server, where it is not `approval`."),
    touches: touches(
      "When absent, as the server says of each tool (openWorldHint): untrusted and outside, unless it says that it reaches nobody else; and private where somebody's login goes with it.",
    ),
    touchesBy: z
      .record(name, z.array(z.enum(TOUCHES)).max(TOUCHES.length))
      .optional()
      .describe("By the tool's name on the server, where it is not `touches`."),
    share: z
      .enum(["thread", "agent", "run", "workspace"])
      .optional()
      .describe(
        "Whose session of the server it is. thread (when absent): one for each thread, so that none finds what another has left in a browser, a shell or a login. agent: one for each agent of a thread. run: one for each run. workspace: one for all threads of a workspace, for servers that keep nothing.",
      ),
    sessionsMax: z
      .int()
      .positive()
      .max(1_000)
      .optional()
      .describe(
        `Sessions at once, each a process or a connection; the one that was used longest ago makes room. ${MCP_DEFAULTS.sessionsMax} when absent.`,
      ),
    idleMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .optional()
      .describe(`How long a session stays without a call; then it is ended. ${MCP_DEFAULTS.idleMinutes} when absent.`),
    login: z
      .enum(["person", "channel", "workspace", "none"])
      .optional()
      .describe(
        "Whose login is used, where the server wants one (OAuth). person (when absent): of whoever begins the run, in their runs alone. channel, workspace: one that somebody has given for everybody there. none: nobody is asked for one.",
      ),
    loginScopes: z.array(name).max(50).optional().describe("What a login is asked to allow; what the server says when absent."),
    loginClientEnv: envName
      .optional()
      .describe("NAME of the variable with Parley's client id at the server's login, where it has to be entered there by hand."),
    loginSecretEnv: envName.optional().describe("NAME of the variable with the client secret that belongs to it."),
    resources: z
      .boolean()
      .optional()
      .describe(
        "Whether agents may list and read what the server has to be read, by the tools list_resources and read_resource. No when absent.",
      ),
    prompts: z
      .boolean()
      .optional()
      .describe(
        "Whether agents may list and read the prompts that the server has written, by the tools list_prompts and get_prompt. No when absent.",
      ),
    roots: z
      .boolean()
      .optional()
      .describe(
        "Whether the program is told of a folder with the thread's files (roots). Some servers work in that folder alone then, instead of those of their arguments. No when absent.",
      ),
    startTimeoutSeconds: seconds.default(MCP_DEFAULTS.startTimeoutMs / 1000),
    callTimeoutSeconds: seconds.default(MCP_DEFAULTS.callTimeoutMs / 1000),
    progressSecondsMax: z
      .int()
      .positive()
      .max(24 * 3_600)
      .optional()
      .describe(
        `Of a call that reports progress: each report is good for callTimeoutSeconds more, up to this in all. ${MCP_DEFAULTS.progressMsMax / 1000} when absent.`,
      ),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), {
    error: "name either the `command` that starts the server or the `url` where it answers",
  })
  .refine(
    (server) => server.url === undefined || ![server.args, server.env, server.secretsEnv, server.cwd].some((value) => value !== undefined),
    {
      error: "`args`, `env`, `secretsEnv` and `cwd` belong to a `command`; take them out",
    },
  )
  .refine(
    ({ command, login, loginScopes, loginClientEnv, loginSecretEnv }) =>
      command === undefined || (login ?? loginScopes ?? loginClientEnv ?? loginSecretEnv) === undefined,
    {
      error: "`login` and what belongs to it are for a `url`; a program is given variables with `env`",
    },
  )
  .refine(({ command, roots, share }) => roots !== true || (command !== undefined && (share ?? MCP_DEFAULTS.share) === "thread"), {
    error: "`roots` are for a `command` whose session is a thread's (`share: thread`); take them out",
  })
  .refine(({ command, headers, headersEnv }) => command === undefined || (headers ?? headersEnv) === undefined, {
    error: "`headers` and `headersEnv` belong to a `url`; a program is given variables with `env`",
  })
  .superRefine(({ env, headers, args = [], url = "" }, { addIssue }) => {
    const written = [
      ...(env && !Array.isArray(env) ? Object.entries(env) : []),
      ...Object.entries(headers ?? {}),
      ...optionsIn(args),
      ...questionIn(url),
    ];
    for (const [name, value] of written)
      if (holdsSecret(name) && value.trim() !== "" && !refers(value))
        addIssue(
          `"${name}" looks like a secret, and this file is no place for one: put it into the environment or into .env, and write "\${${name.replaceAll(/\W/g, "_").toUpperCase()}}" here.`,
        );
  })
  .describe("An MCP server; an agent's `tools` name the server for all its tools, or server/tool for one.");

const callLimits = z
  .strictObject({
    minutes: z.number().positive().max(60).default(5),
    tokens: z.int().positive().max(5_000_000).default(50_000),
    usd: z.number().positive().max(100).default(0.25),
  })
  .describe("Of one call; what it spends counts for the run too.");

const AgentTool = z
  .strictObject({
    description: description.describe("For the agents that may call it: when to use it, and what the task has to say."),
    team: key.optional().describe("A team of the file; its own limits hold."),
    agent: z
      .strictObject({ ...assistantShape, limits: callLimits.prefault({}) })
      .optional()
      .describe("An agent that has one turn on the task."),
  })
  .refine(({ agent, team }) => (agent === undefined) !== (team === undefined), { error: "name either an `agent` or a `team`" })
  .describe("An agent or a team that works on a task by itself and gives back its last words.");

/** The kinds that come with Parley, by name. */
export const TOOLS = { "web-fetch": WebFetch, "web-search": WebSearch, "slack-search": SlackSearch, mcp: Mcp, agent: AgentTool } as const;

/** Those of extensions look like one of these here; only their own definition reads them. */
export type ToolSettings = ByName<typeof TOOLS, "kind">;
export type WebSearchToolSettings = Extract<ToolSettings, { kind: "web-search" }>;
export type McpToolSettings = Extract<ToolSettings, { kind: "mcp" }>;
export type AgentToolSettings = Extract<ToolSettings, { kind: "agent" }>;
