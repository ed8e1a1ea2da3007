import { listArg, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { LOADING_MESSAGES_MAX, SESSION_PROCESSING_MS, SESSION_TITLE_CHARS_MAX, SUGGESTED_PROMPTS_MAX, TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { checkThread, findChannel, membership } from "./lookups.ts";
import type { PagePrompt } from "../server/protocol.ts";
import { personaArg, personaScopes } from "./personas.ts";
import type { Channel, Json, Session } from "../state/state.ts";
import { keyOf, setStatus as setThreadStatus } from "../state/statuses.ts";
import type { Method } from "./method.ts";

export const agentMethods: { readonly [name: string]: Method } = {
  "assistant.threads.setStatus": { perMinute: TIER.special, scopes: (_, args) => ["chat:write", ...personaScopes(args)], run: setStatus },
  "assistant.threads.setTitle": { perMinute: TIER.four, scopes: () => ["assistant:write"], run: setTitle },
  "assistant.threads.setSuggestedPrompts": { perMinute: TIER.four, scopes: () => ["assistant:write"], run: setSuggestedPrompts },
  "agents.sessions.setStatus": {
    perMinute: TIER.three,
    scopes: (_, args) => ["chat:write", ...personaScopes(args)],
    run: setSessionStatus,
  },
  "agents.sessions.rename": { perMinute: TIER.three, scopes: () => ["chat:write"], run: renameSession },
};

function setStatus(local: Local, args: Args): Json | Refusal {
  const thread = findThread(local, args);
  if (isRefusal(thread)) return thread;
  const persona = checkedPersona(args);
  if (isRefusal(persona)) return persona;
  const loading = args["loading_messages"];
  const loadingMessages = Array.isArray(loading) ? loading.map(String) : [];
  if (loadingMessages.length > LOADING_MESSAGES_MAX) return invalid(`loading_messages may have at most ${LOADING_MESSAGES_MAX} items`);
  if (args["status"] === undefined) return invalid("missing required field: status");
  setThreadStatus(local, { ...thread, status: textArg(args, "status"), loadingMessages, ...(persona ? { persona } : {}) });
  return {};
}

function setTitle(local: Local, args: Args): Json | Refusal {
  const thread = findThread(local, args);
  if (isRefusal(thread)) return thread;
  if (local.state.channels.get(thread.channel)?.kind !== "im") return refuse("channel_not_found");
  return textArg(args, "title") === "" ? invalid("missing required field: title") : {};
}

function setSuggestedPrompts(local: Local, args: Args): Json | Refusal {
  const channel = findChannel(local, textArg(args, "channel_id"));
  if (isRefusal(channel)) return channel;
  const prompts = listArg(args, "prompts") ?? [];
  if (prompts.length === 0 || prompts.length > SUGGESTED_PROMPTS_MAX)
    return invalid(`prompts must have 1 to ${SUGGESTED_PROMPTS_MAX} items`);
  if (prompts.some((prompt) => typeof prompt["title"] !== "string" || typeof prompt["message"] !== "string"))
    return invalid("each prompt needs a title and a message");
  local.state.prompts.set(keyOf(channel.id, textArg(args, "thread_ts")), prompts.map(promptOf));
  if (textArg(args, "thread_ts") === "")
    local.changes.show({ type: "prompts", prompts: promptsOf(local, channel.id) }, [...channel.members]);
  else local.changes.changed();
  return {};
}

const promptOf = ({ title, message }: Json): PagePrompt => ({ title: String(title), message: String(message) });

/** Those of a whole DM; older apps set them for one thread. */
export const promptsOf = (local: Local, channel: string, threadTs = ""): readonly PagePrompt[] =>
  local.state.prompts.get(keyOf(channel, threadTs)) ?? [];

/** Creates the session of a thread when there is none; its title and initiator count only then. */
function setSessionStatus(local: Local, args: Args): Json | Refusal {
  if (!local.state.switches.isAgent) return refuse("not_authorized");
  const thread = findThread(local, args);
  if (isRefusal(thread)) return thread;
  const persona = checkedPersona(args);
  if (isRefusal(persona)) return persona;
  const status = SESSION_STATUSES.find((known) => known === textArg(args, "status"));
  if (!status) return invalid(`status must be one of ${SESSION_STATUSES.join(", ")}`);
  const title = textArg(args, "title");
  if (title.length > SESSION_TITLE_CHARS_MAX) return invalid(`title may have at most ${SESSION_TITLE_CHARS_MAX} characters`);
  const initiator = textArg(args, "initiator_user_id");
  if (initiator !== "" && !local.state.channels.get(thread.channel)?.members.has(initiator)) return refuse("user_not_in_channel");
  const key = keyOf(thread.channel, thread.threadTs);
  const known = local.state.sessions.get(key) ?? { ...(title === "" ? {} : { title }), ...(initiator === "" ? {} : { initiator }) };
  const session: Session = { ...known, status, changedAtMs: local.now() };
  local.state.sessions.set(key, session);
  local.changes.changed();
  return { status, agent_status: status, ...(session.title === undefined ? {} : { title: session.title }) };
}

/** What the end of a stream makes of the thread's session, where it has one. */
export function setSession(local: Local, key: string, given: string): void {
  const session = local.state.sessions.get(key);
  const status = SESSION_STATUSES.find((known) => known === given);
  if (!session || !status) return;
  local.state.sessions.set(key, { ...session, status, changedAtMs: local.now() });
  local.changes.changed();
}

const SESSION_STATUSES = ["active", "processing", "suspended", "closed"] as const;

function renameSession(local: Local, args: Args): Json | Refusal {
  if (!local.state.switches.isAgent) return refuse("not_authorized");
  const thread = findThread(local, args);
  if (isRefusal(thread)) return thread;
  const title = textArg(args, "title");
  if (title === "" || title.length > SESSION_TITLE_CHARS_MAX) return invalid(`title must have 1 to ${SESSION_TITLE_CHARS_MAX} characters`);
  const key = keyOf(thread.channel, thread.threadTs);
  const session = local.state.sessions.get(key);
  if (!session) return refuse("session_not_found");
  local.state.sessions.set(key, { ...session, title });
  local.changes.changed();
  return { title };
}

/** The session of a thread; one that has been processing for an hour has fallen back. */
export function sessionOf(local: Local, key: string): { readonly status: string; readonly title?: string } | undefined {
  const session = local.state.sessions.get(key);
  if (!session) return undefined;
  const isStale = session.status === "processing" && local.now() - session.changedAtMs > SESSION_PROCESSING_MS;
  return { status: isStale ? "active" : session.status, ...(session.title === undefined ? {} : { title: session.title }) };
}

function findThread(local: Local, args: Args): { readonly channel: string; readonly threadTs: string } | Refusal {
  const known = findChannel(local, textArg(args, "channel_id"));
  const channel: Channel | Refusal = isRefusal(known) ? known : membership(known);
  if (isRefusal(channel)) return channel;
  const threadTs = textArg(args, "thread_ts");
  if (threadTs === "") return invalid("missing required field: thread_ts");
  return checkThread(channel, threadTs) ?? { channel: channel.id, threadTs };
}

function checkedPersona(args: Args): ReturnType<typeof personaArg> {
  return textArg(args, "username").toLowerCase() === "slackbot" ? refuse("reserved_username") : personaArg(args);
}

function invalid(message: string): Refusal {
  return refuse("invalid_arguments", { response_metadata: { messages: [`[ERROR] ${message}`] } });
}
