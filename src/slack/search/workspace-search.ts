import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { Search, SearchAnswer, SearchHit } from "../../engine/search.ts";
import type { Store } from "../../store/store.ts";
import { failureOf, type CallFailure } from "../api/api-errors.ts";
import { knownCode } from "../api/error-codes.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import type { Log, Web } from "../api/web-client.ts";
import type { ChannelNameOf } from "../door/channel-names.ts";
import type { People } from "../people/people.ts";
import { createSharedSight } from "../people/shared-sight.ts";
import { id, maybe, short, timestamp } from "../words/payload-parts.ts";
import { plainText } from "../words/mrkdwn.ts";
import { placeOf, type Place } from "../words/place.ts";
import { createActionTokens, type ActionTokens } from "./action-tokens.ts";

/** Slack's real-time search, as a tool of agents. */
export interface WorkspaceSearch {
  readonly search: Search;
  /** For all that Slack sends, before it is acked and also when it tells of a message again: some of it brings the leave to search. */
  readonly keepLeave: ActionTokens["keepFrom"];
}

/** As many as Slack gives at once. */
const HITS_PER_PAGE = 20;
const METHOD = "assistant.search.context";

/** What is read of one message that was found; one that says less cannot be judged, and is left out. */
const Found = z.object({
  channel_id: id,
  channel_name: maybe(short).catch(undefined),
  message_ts: timestamp,
  thread_ts: maybe(timestamp).catch(undefined),
  author_user_id: maybe(id).catch(undefined),
  author_name: maybe(short).catch(undefined),
  content: z.string(),
  permalink: z.url({ protocol: /^https?$/ }).max(2_000),
});
type Found = z.output<typeof Found>;

const Answer = z.object({
  results: z.object({ messages: z.array(z.unknown()).max(1_000).catch([]) }),
  response_metadata: maybe(z.object({ next_cursor: maybe(z.string().max(500)) })).catch(undefined),
});

/**
 * Slack itself finds nothing that the person who asks may not see, for it searches by the leave that their message gave. What it finds is given
 * on only where every reader of the thread may see it; that is asked of Slack at each search.
 */
export function createWorkspaceSearch(parts: {
  readonly web: Web;
  readonly store: Store;
  readonly people: Pick<People, "nameOf" | "affiliationOf">;
  readonly channelNameOf: ChannelNameOf;
  readonly me: { readonly team: string; readonly user: string };
  readonly clock: Clock;
  readonly log: Log;
}): WorkspaceSearch {
  const { web, people, channelNameOf, me, clock, log } = parts;
  const tokens = createActionTokens({ store: parts.store, team: me.team, clock });
  const sight = createSharedSight({ ...parts, read: web.read });
  const naming = { bot: me.user, nameOf: (user: string) => people.nameOf(user), channelNameOf };

  async function find(wanted: Parameters<Search>[0], place: Place, token: string): Promise<SearchAnswer> {
    const { person, query, after, before, page } = wanted;
    const asked = {
      query,
      action_token: token,
      content_types: "messages",
      // A bot searches no others; what comes all the same is held to what every reader may see.
      channel_types: "public_channel",
      limit: HITS_PER_PAGE,
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
      ...(page === undefined ? {} : { cursor: page }),
    };
    const answer = Answer.parse(await patiently(clock, () => web.read.apiCall(METHOD, asked), BRIEFLY));
    const all = answer.results.messages.map((one) => Found.safeParse(one).data);
    // What is said in the thread the agents have read.
    const elsewhere = all.filter((one) => one === undefined || !isOf(place, one));
    const known = elsewhere.filter((one) => one !== undefined);
    const open = await sight.openToAll(
      place.channel,
      person.id,
      known.map((one) => one.channel_id),
    );
    const shown = known.filter((one) => open.has(one.channel_id));
    const next = answer.response_metadata?.next_cursor;
    return {
      kind: "found",
      hits: await Promise.all(shown.map(hitOf)),
      withheld: elsewhere.length - shown.length,
      ...(next ? { page: next } : {}),
    };
  }

  async function hitOf(found: Found): Promise<SearchHit> {
    const by = found.author_name || (found.author_user_id ? await people.nameOf(found.author_user_id) : "somebody");
    const where = found.channel_name ? `#${found.channel_name}` : "another conversation";
    const at = new Date(Number(found.message_ts) * 1_000).toISOString();
    const text = await plainText(found.content, naming);
    return { by, where, at, text, link: found.permalink, title: `${by} in ${where}, ${at.slice(0, 10)}` };
  }

  return {
    keepLeave: tokens.keepFrom,
    async search(wanted, signal) {
      const place = placeOf(wanted.thread);
      if (place?.team !== me.team) return failed("unavailable", "This thread is not in this workspace of Slack; nothing was searched.");
      const { person, thread } = wanted;
      let token: string | undefined;
      try {
        token = await tokens.find(person.id, thread, signal);
        return token === undefined ? NO_LEAVE : await find(wanted, place, token);
      } catch (error) {
        if (error instanceof z.ZodError)
          return failed("unavailable", "Slack answered the search in a form that is not known; nothing was found.");
        const failure = failureOf(error);
        if (token !== undefined && RUN_OUT.has(failure.code))
          await tokens.drop(person.id, thread, token).catch((unput: unknown) => log("a leave to search could not be dropped", unput));
        return refusedAs(failure);
      }
    },
  };
}

const isOf = (place: Place, found: Found): boolean =>
  found.channel_id === place.channel && (found.thread_ts ?? found.message_ts) === place.ts;

const failed = (kind: string, message: string): SearchAnswer => ({ kind: "failed", error: { kind, message } });

/** Where the app was taken out of a workspace whose runs still end. */
export const NOT_INSTALLED = failed("unavailable", "The app is not installed in this workspace now; nothing was searched.");

const SETTING = "the app needs the scope search:read.public (bot_optional in manifest.yml: grant it and install the app again)";

const NO_LEAVE = failed(
  "no_leave",
  `Slack gave no leave to search: it comes with a message that mentions me in this thread, or a direct message to me, and none of whoever asked has brought any. They can write one now. If it does not come then, ${SETTING}, and the workspace a plan with Slack's Real-Time Search.`,
);

/** A leave of which Slack says so is of no more use. */
const RUN_OUT: ReadonlySet<string> = new Set(["invalid_action_token", "action_token_expired"]);

/** What a refusal means, and what to set. */
function refusedAs(failure: CallFailure): SearchAnswer {
  const { code } = failure;
  if (failure.kind === "limited")
    return failed(
      "rate_limited",
      `Slack has had too many searches; try again in ${Math.ceil(failure.retryAfterMs / 1_000)} s, or go on without.`,
    );
  if (RUN_OUT.has(code))
    return failed("no_leave", "The leave to search that came with the message has run out. Whoever asked can mention me here once more.");
  switch (code) {
    case "missing_scope":
      return failed("missing_scope", `Slack does not let the app search (missing_scope): ${SETTING}.`);
    case "feature_not_enabled":
    case "unknown_method":
    case "not_allowed_token_type":
    case "no_permission":
    case "access_denied":
    case "restricted_action":
      return failed(
        "unavailable",
        `This workspace does not let apps search (${code}): Slack's Real-Time Search is to be switched on there, and its plan must have it. An admin of the workspace can do so. Go on without.`,
      );
    case "query_too_long":
    case "missing_query":
    case "invalid_cursor":
    case "invalid_arguments":
      return failed("bad_arguments", `Slack does not take the search as it is (${code}). Ask in a few words, without \`page\`.`);
    default:
      return failed("unavailable", `Slack did not search (${code}). ${knownCode(code).says} Try again later, or go on without.`);
  }
}
