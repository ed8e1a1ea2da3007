import { randomBytes } from "node:crypto";
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  type CallToolResult,
  type InputRequiredResult,
  type McpServerFactory,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Person } from "../../engine/events/events.ts";
import { transcriptOf } from "../../transcript.ts";
import { NotHeard, type Conversations, type ServedTeam, type Standing, type Step } from "../conversations.ts";
import { followed } from "../progress.ts";
import { answerIn, type Awaited, formOf, verdictIn } from "./asking.ts";

const SCHEME = "parley://conversations/";
const TASK_CHARS_MAX = 30_000; // As long as what a runner takes.
const DESCRIPTION_AGENTS_MAX = 20;
/** Questions and calls that one call of a tool can wait for, one after the other. */
const ROUNDS_MAX = 100;
/** A person is asked by the client; after this its answer is not waited for. Of protocols before 2026-07-28, which wait with an open request. */
const ANSWER_TIMEOUT_MS = 3_600_000;
const STATE_SECONDS_MAX = 86_400;

const Task = z.object({
  task: z
    .string()
    .trim()
    .min(1)
    .max(TASK_CHARS_MAX)
    .describe(
      "What the team is to do, with all that it has to know. With `conversation`: the answer to what it has asked, or what it is to do next.",
    ),
  conversation: z.string().max(100).optional().describe("The id from an earlier result, to go on there. Leave it out to begin anew."),
});

const Result = z.object({
  conversation: z.string().describe("To go on there, or to read its transcript."),
  state: z.enum(["done", "limit", "stopped", "failed", "waiting"]),
  reason: z.string(),
});

/**
 * Parley as an MCP server, made anew for each connection or request: a tool for each team, which gives progress as turns come, puts to the client's
 * person what agents ask and what needs a yes, and gives the answer; and each conversation's transcript as a resource. All of them share what this
 * is called with.
 */
export function mcpServers(conversations: Conversations, { version }: { readonly version: string }): McpServerFactory {
  // Of this process: what waits in it is over when it ends.
  const codec = createRequestStateCodec<Awaited>({ key: randomBytes(32), ttlSeconds: STATE_SECONDS_MAX });
  return () => {
    const server = new McpServer(
      { name: "parley", version },
      {
        instructions:
          "Each tool is a team of agents that works out a task by talking. Say in `task` all that it has to know: it sees nothing else of this conversation.",
        requestState: { verify: codec.verify },
        inputRequired: { maxRounds: ROUNDS_MAX, roundTimeoutMs: ANSWER_TIMEOUT_MS },
      },
    );
    for (const team of conversations.teams)
      server.registerTool(
        team.name,
        {
          title: team.name,
          description: descriptionOf(team),
          inputSchema: Task,
          outputSchema: Result,
          annotations: { readOnlyHint: false, openWorldHint: true },
        },
        (args, ctx) => work(team, args, { server, ctx, conversations, seal: (awaited) => codec.mint(awaited) }),
      );
    server.registerResource(
      "transcript",
      new ResourceTemplate(`${SCHEME}{id}`, {
        list: () => ({
          resources: conversations.recent().map(({ conversation, team, task }) => ({ ...linkTo(conversation, team), description: task })),
        }),
      }),
      { title: "Transcripts", description: "What was said in a conversation with a team.", mimeType: "text/markdown" },
      async (uri, { id }) => {
        const log = await conversations.read(String(id));
        if (!log) throw new Error(`There is no conversation "${String(id).slice(0, 80)}" here.`);
        return { contents: [{ uri: uri.href, mimeType: "text/markdown", text: transcriptOf(log.events, "whole") }] };
      },
    );
    return server;
  };
}

interface Call {
  readonly server: McpServer;
  readonly ctx: ServerContext;
  readonly conversations: Conversations;
  readonly seal: (awaited: Awaited) => Promise<string>;
}

/** One round of a call: to the end of the run, or to what a person is to be asked. Made again with the answer. */
async function work(
  team: ServedTeam,
  { task, conversation: given }: z.output<typeof Task>,
  call: Call,
): Promise<CallToolResult | InputRequiredResult> {
  const { conversations, ctx } = call;
  const { signal } = ctx.mcpReq;
  const person = personOf(call);
  const awaited = ctx.mcpReq.requestState<Awaited>();
  try {
    if (given !== undefined && !awaited && !(await conversations.read(given)))
      throw new NotHeard(`There is no conversation "${given}" here. Leave \`conversation\` out to begin one.`);
    const conversation = awaited?.conversation ?? given ?? conversations.begin();
    const say = (text: string, answers?: number) =>
      conversations.say({ conversation, team: team.name, person, text, ...(answers === undefined ? {} : { answers }) }, signal);
    const response = inputResponse(ctx.mcpReq.inputResponses, "person");
    let step: Step;
    if (awaited?.call !== undefined)
      step = conversations.approve(conversation, { call: awaited.call, person, ...verdictIn(response) }, signal);
    else if (awaited?.question !== undefined) step = say(answerIn(response) ?? NO_ANSWER, awaited.question);
    else step = say(task);
    const progress = progressTo(ctx);
    for (;;) {
      const standing = await followed(step, progress);
      if (standing.kind === "ended") return ended(standing, { team, conversation, call });
      const form = canAsk(call) ? formOf(standing) : undefined;
      if (form) {
        const requestState = await call.seal({
          conversation,
          team: team.name,
          ...(standing.kind === "asks" ? { question: standing.seq } : { call: standing.call }),
        });
        return inputRequired({ inputRequests: { person: inputRequired.elicit(form) }, requestState });
      }
      if (standing.kind === "asks") return waiting(standing, { team, conversation, call });
      // A yes is a person's, and no model's that calls a tool.
      step = conversations.approve(conversation, { call: standing.call, approved: false, person, reason: NOBODY_TO_ASK }, signal);
    }
  } catch (error) {
    if (!(error instanceof NotHeard)) throw error;
    return { content: [{ type: "text", text: error.message }], isError: true };
  }
}

const NO_ANSWER = "(The person gives no answer. Go on with what is known, and say what you assume.)";
const NOBODY_TO_ASK = "The program that has begun this run cannot show it to a person";

/** Told to a client that has asked for it. */
function progressTo(ctx: ServerContext): (line: string) => Promise<void> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  let progress = 0;
  return async (message) => {
    if (progressToken === undefined) return;
    progress++;
    // Whoever is gone is told nothing more; the signal stops the run.
    await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, message } }).catch(() => undefined);
  };
}

/** Where it was talked, and for whom. */
interface Place {
  readonly team: ServedTeam;
  readonly conversation: string;
  readonly call: Call;
}

function ended({ outcome, reason, answer }: Extract<Standing, { kind: "ended" }>, place: Place): CallToolResult {
  const why = outcome === "done" ? undefined : `The run did not come to its end (${outcome}): ${reason}.`;
  const words = [answer, why].filter((text) => text !== undefined);
  return {
    content: [
      { type: "text", text: words.length > 0 ? words.join("\n\n") : `The team has ended without words: ${reason}.` },
      transcriptAt(place),
    ],
    structuredContent: { conversation: place.conversation, state: outcome, reason },
    ...(outcome === "failed" ? { isError: true } : {}),
  };
}

function waiting({ agent, text, options }: Extract<Standing, { kind: "asks" }>, place: Place): CallToolResult {
  const { team, conversation } = place;
  const choices = options.length > 0 ? `\nIt offers: ${options.join("; ")}.` : "";
  const how = `Ask your user, and call ${team.name} again with \`conversation\`: "${conversation}" and the answer as \`task\`.`;
  return {
    content: [{ type: "text", text: `${agent} asks: ${text}${choices}\n\nThe team waits for the answer. ${how}` }, transcriptAt(place)],
    structuredContent: { conversation, state: "waiting", reason: `${agent} asks a question.` },
  };
}

/** Of links and of structured results; clients of the ones before refuse a whole result for a link, and do not show the other. */
const LINKS_SINCE = "2025-06-18";

function transcriptAt({ team, conversation, call }: Place): CallToolResult["content"][number] {
  // Since the newest protocol nothing is negotiated.
  const version = call.server.server.getNegotiatedProtocolVersion() ?? LINKS_SINCE;
  const link = linkTo(conversation, team.name);
  if (version >= LINKS_SINCE) return { type: "resource_link", ...link };
  return { type: "text", text: `(To go on there: \`conversation\`: "${conversation}". Its transcript is the resource ${link.uri})` };
}

const linkTo = (conversation: string, team: string) => ({
  uri: `${SCHEME}${conversation}`,
  name: `${team}: transcript`,
  mimeType: "text/markdown",
});

function descriptionOf({ description, agents }: ServedTeam): string {
  const names = agents.slice(0, DESCRIPTION_AGENTS_MAX).map(({ name }) => name);
  return `${description} A team of agents (${names.join(", ")}) works on it by talking, which may take minutes, and gives back its answer.`;
}

/** What the client says of itself with each request, since the newest protocol; before, it has said so once. */
const envelopeOf = ({ mcpReq }: ServerContext): { readonly [key: string]: unknown } => ({ ...mcpReq.envelope });

/** Whether the client says that it can put a form to a person. */
function canAsk({ server, ctx }: Call): boolean {
  const envelope = envelopeOf(ctx);
  const declared = Elicits.safeParse(envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities()).data?.elicitation;
  // Before there were two ways, the capability had no parts.
  return declared !== undefined && (declared.form !== undefined || declared.url === undefined);
}

const Elicits = z.object({ elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }).optional() });
const Named = z.object({ name: z.string().trim().min(1) });
const NAME_CHARS_MAX = 60;

/** Whose words these are, as far as the client says it: a program's, for somebody. */
function personOf({ server, ctx }: Call): Person {
  const client = Named.safeParse(envelopeOf(ctx)[CLIENT_INFO_META_KEY] ?? server.server.getClientVersion()).data;
  return { id: "mcp", name: client?.name.replaceAll(/\s+/g, " ").slice(0, NAME_CHARS_MAX).toWellFormed() ?? "MCP client" };
}
