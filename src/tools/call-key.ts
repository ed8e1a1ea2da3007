import { hash } from "node:crypto";
import type { CallOrigin, Tool } from "../engine/tool.ts";

/** Where an MCP call carries its key. */
export const KEY_META = "parley/idempotency-key";
/** The same for whoever looks at the HTTP request. */
export const KEY_HEADER = "Idempotency-Key";

/**
 * The key of a call: the same when it comes again after a crash, and no other call's, of whatever thread. With what is called in it, a log that was
 * copied, or went back to an older backup, cannot pass another act off as one that was done. Tells nothing of the conversation.
 */
export const callKey = (thread: string, { run, agent, call }: CallOrigin, tool: string, args: unknown): string =>
  hash("sha256", JSON.stringify([thread, run, agent, call, tool, args ?? null]), "hex");

/** A tool whose calls have their keys. */
export const keyed = (tool: Tool): Tool => ({
  ...tool,
  run: (args, turn, origin) => tool.run(args, turn, origin && { ...origin, key: callKey(turn.thread.id, origin, tool.name, args) }),
});
