import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import { z } from "zod";
import { GUARDED } from "../../../engine/guards/guard.ts";
import type { ToolAnswer, ToolQuestion, ToolResult } from "../../../engine/tool.ts";
import { SAMPLING, type Called } from "./called.ts";
import type { McpCallResult } from "../answers.ts";
import type { McpConnection } from "../connection.ts";
import { type Answered, ONLY, questionIn } from "./elicitation.ts";
import { type LiveCall, type OpenRequest, refusal } from "./live-calls.ts";
import { editedSampling, readSampling, sampledResult, shownSampling } from "./sampling.ts";
import type { McpDeps } from "../settings.ts";

/** The call that a server's request is for, which the older protocols do not say: the only one of this connection, or one of those of one turn. */
export function whichAsks(calls: Iterable<LiveCall<McpCallResult>>, connection: McpConnection): LiveCall<McpCallResult> {
  const own = [...calls].filter((call) => call.connection === connection);
  const first = own.find(({ isWaiting }) => !isWaiting) ?? own[0];
  if (!first) throw refusal("No call is under way that it could be for.");
  if (own.some(({ whose }) => whose !== first.whose)) throw refusal("Calls of several are under way, and it does not say for which it is.");
  return first;
}

/** Answers what can be answered without a person; else what is to be put to people. */
export async function put(
  request: OpenRequest,
  live: LiveCall<McpCallResult>,
  called: Pick<Called<unknown>, "verdicts" | "sample">,
  by: { readonly server: string } & Pick<McpDeps, "keepFile" | "log">,
): Promise<ToolResult | undefined> {
  const { id, method, params } = request;
  const { server, log } = by;
  if (method === SAMPLING) {
    try {
      return await putSampling(request, live, called, by);
    } catch (error) {
      // What is not answered is waited for, however long.
      log(`What the MCP server "${server}" would have a model answer could not be put to one.`, error);
      request.refuse("Something went wrong here; it was not answered.");
      return undefined;
    }
  }
  const question = questionIn(server, { inputRequests: { [ONLY]: { method, params } } }, { request: id });
  if (question) return { kind: "asks", question };
  // Nothing that people could be shown.
  request.answer({ action: "cancel" });
  return undefined;
}

const SAMPLED_MAX = 10; // Of one call, each after a yes to it or to all of the run.

async function putSampling(
  request: OpenRequest,
  live: LiveCall<McpCallResult>,
  { verdicts, sample }: Pick<Called<unknown>, "verdicts" | "sample">,
  { server, keepFile, log }: { readonly server: string } & Pick<McpDeps, "keepFile" | "log">,
): Promise<ToolResult | undefined> {
  const refuse = (why: string): undefined => {
    request.refuse(why);
    return undefined;
  };
  const read = await readSampling(request.params, keepFile);
  if ("trouble" in read) return refuse(`It is not put to a model: ${read.trouble}.`);
  if (!sample) return refuse("No model answers here: it was called outside of a run.");
  if (live.sampledCount >= SAMPLED_MAX) return refuse(`A model answers at most ${SAMPLED_MAX} times in one call.`);
  const said = verdicts.find(({ wish }) => wish === request.id);
  if (!said) return { kind: "wishes", wish: { id: request.id, tool: `${server}/sampling`, args: shownSampling(read.sampled) } };
  if (!said.approved) return refuse(`People did not allow it${said.reason ? `: ${said.reason}` : "."}`);
  const asked = said.edited === undefined ? read.sampled : editedSampling(said.edited, read.sampled);
  if (!asked) return refuse("What a person has made of it cannot be read.");
  live.sampledCount++;
  const reply = await sample(asked);
  live.spent(reply.usage);
  if (reply.kind === "failed") {
    const { kind, message } = reply.error;
    if (TOLD.has(kind)) return refuse(`The model gave no answer: ${message}`);
    log(`A model gave no answer for the MCP server "${server}": ${message}`);
    return refuse(`The model gave no answer (${kind}).`);
  }
  request.answer(sampledResult(reply));
  return undefined;
}

/** Failures in words of ours; a provider's may speak of accounts, which are none of a server's business. */
const TOLD: ReadonlySet<string> = new Set(["limit", GUARDED]);

/** Gives the answer of a person to the request that waits for it. */
export function deliver({ request = "", continued }: Answered, live: LiveCall<McpCallResult>): void {
  live.request(request)?.answer((continued.inputResponses?.[ONLY] ?? { action: "cancel" }) as object);
}

export const isAccepted = ({ continued }: Answered): boolean =>
  Object.values(continued.inputResponses ?? {}).every((one) => z.object({ action: z.literal("accept") }).safeParse(one).success);

const PAGES_FIRST_MAX = 3;
const PageFirst = z.object({ elicitations: z.array(z.unknown()).min(1).max(10) });

/** A call that is refused until somebody has been on a page, as servers of 2025-11-25 may say; asked so often, and no more. */
export function pageFirst(
  server: string,
  error: unknown,
  answers: readonly ToolAnswer[],
  of: Parameters<typeof questionIn>[2] = {},
): ToolQuestion | undefined {
  if (!(error instanceof ProtocolError) || error.code !== ProtocolErrorCode.UrlElicitationRequired) return undefined;
  const { data } = PageFirst.safeParse(error.data);
  if (!data || answers.length >= PAGES_FIRST_MAX) return undefined;
  const inputRequests = Object.fromEntries(data.elicitations.map((params, at) => [String(at), { method: "elicitation/create", params }]));
  return questionIn(server, { inputRequests }, { ...of, isAnew: true });
}
