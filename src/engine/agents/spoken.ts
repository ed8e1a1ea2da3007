import type { EventBody, Notices, Usage } from "../events/events.ts";
import type { Model, ModelReply } from "../model.ts";

/** What the log keeps of a reply beside its words and its cost: which model spoke in the end, and what was not as it was asked for. */
export const spokenBy = (model: Model, reply: ModelReply): { readonly model: string; readonly notices?: Notices } => ({
  model: reply.model ?? model.name,
  ...noticed(reply),
});

export const noticed = ({ notices = [] }: { readonly notices?: Notices }): { readonly notices?: Notices } =>
  notices.length > 0 ? { notices } : {};

export const turnFailed = (
  agent: string,
  reply: Extract<ModelReply, { readonly kind: "failure" }> & { readonly usage: Usage },
): EventBody => ({
  type: "turn.failed",
  agent,
  error: {
    kind: reply.error.kind,
    message: reply.error.message,
    ...(reply.error.limit === undefined ? {} : { limit: reply.error.limit }),
  },
  ...noticed(reply),
  usage: reply.usage,
});

/** The reply, with what was to be said of the calls before it. */
export const after = <Reply extends ModelReply>(earlier: ModelReply, reply: Reply): Reply => ({
  ...reply,
  ...noticed({ notices: [...(earlier.notices ?? []), ...(reply.notices ?? [])] }),
});
