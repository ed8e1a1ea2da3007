import type { Piece } from "../piece.ts";
import type { ToolNames } from "./tool-names.ts";

/** A tool's own name by its name on the wire, and whether there is one. */
export type WireNames = Pick<ToolNames, "own" | "has">;

export interface LooseCall {
  readonly index?: unknown;
  readonly id?: unknown;
  /** Google: a thought signature. */
  readonly extra_content?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

/** A call as OpenAI writes it, where a server has its parts side by side, under other names, or the whole of it in a string. */
export function plainCall(part: { readonly [key: string]: unknown }): LooseCall {
  const inner = typeof part.function === "string" ? objectIn(part.function) : part.function;
  const isFlat = inner === undefined || inner === null;
  const own = (isFlat ? part : inner) as { readonly [key: string]: unknown };
  const args = own.arguments ?? own.args ?? own.input ?? own.parameters;
  if (isFlat && own.name === undefined && args === undefined) return part as LooseCall;
  const named = typeof own.name === "string" ? own.name : typeof part.function === "string" ? part.function : undefined;
  return { ...part, id: part.id ?? part.call_id, function: { name: named, arguments: args } } as LooseCall;
}

function objectIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : undefined;
  } catch {
    return undefined; // A name alone.
  }
}

/**
 * Deltas of one call share an index. Some servers leave the index out or give 0 to every call, and send each call whole with an id of its own:
 * another id under a known index begins another call, and so does another name where no ids are given, or where both are names of tools.
 */
export function newCallKeys({ own: nameOf, has: isTool }: WireNames): {
  pieces(part: LooseCall, isWhole: boolean): Generator<Piece, void, void>;
} {
  const known = new Map<number, Known>();
  let last = 0;
  let begun = 0;
  return {
    *pieces({ index, id, function: called, extra_content: extra }, isWhole) {
      const callId = typeof id === "string" || typeof id === "number" ? String(id) : "";
      const tool = typeof called?.name === "string" ? called.name : "";
      const number = typeof index === "string" && /^\d+$/.test(index) ? Number(index) : index;
      const byId = callId === "" ? undefined : [...known].find(([, one]) => one.id === callId && one.tool !== "")?.[0];
      const unnumbered =
        byId !== undefined && (!tool || goesOn(known.get(byId), tool, called?.arguments)) ? byId : tool ? -1 - begun : last;
      const at = typeof number === "number" && !isWhole ? number : unnumbered;
      const before = known.get(at);
      const isOther = before && isTool(before.tool) && isTool(tool) && !tool.startsWith(before.tool);
      const isNew = !before || isOther || (tool !== "" && !goesOn(before, tool, called?.arguments) && isAnother(before, { id: callId, tool, args: called?.arguments })); // prettier-ignore
      last = at;
      if (isNew) {
        known.set(at, { key: begun++, id: callId, tool, hasArgs: false, args: "" });
        yield { type: "call.started", key: known.get(at)?.key ?? 0, call: callId, tool: nameOf(tool) };
      } else if ((callId && !before.id) || (tool && tool !== before.tool && (!before.hasArgs || before.tool === ""))) {
        // The id or the name may come behind the beginning, and the name in pieces.
        Object.assign(before, { id: before.id || callId, tool: tool.startsWith(before.tool) ? tool : before.tool + tool });
        yield { type: "call.named", key: before.key, call: before.id, tool: nameOf(before.tool) };
      }
      const entry = known.get(at);
      const key = entry?.key ?? 0;
      const args = called?.arguments;
      if (entry && args && !isPlaceholder(args)) entry.hasArgs = true;
      if (entry && typeof args === "string") entry.args += args;
      if (typeof args === "string" && args) yield { type: "call.args", key, args };
      else if (typeof args === "object" && args !== null) yield { type: "call.whole", key, args: JSON.stringify(args) };
      if (typeof extra === "object" && extra !== null) yield { type: "call.kept", key, value: { extra_content: extra } };
    },
  };
}

interface Known {
  readonly key: number;
  id: string;
  tool: string;
  hasArgs: boolean;
  args: string;
}

/** Where a server names the call again with each piece, under the same id, under another each time, or under none: what cannot begin arguments goes on with them. */
function goesOn(before: Known | undefined, tool: string, args: unknown): boolean {
  if (before?.tool !== tool || !before.hasArgs || typeof args !== "string" || args.trim() === "") return false;
  return !/^\s*(?:[{[]|"\{|`|null)/.test(args) || (args.startsWith(before.args) && !isJson(before.args));
}

function isAnother(before: Known, { id, tool, args }: { readonly id: string; readonly tool: string; readonly args: unknown }): boolean {
  if (id !== "") return before.id !== "" && before.id !== id;
  return before.hasArgs && ((before.id === "" && before.tool !== tool && before.tool !== "") || isWholeArgs(args));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What some servers send before the arguments. */
const isPlaceholder = (args: unknown): boolean =>
  typeof args === "string"
    ? /^\s*(?:\{\s*\}\s*)?$/.test(args)
    : typeof args === "object" && args !== null && Object.keys(args).length === 0;

const isWholeArgs = (args: unknown): boolean =>
  typeof args === "object" ? args !== null : typeof args === "string" && args.trim().startsWith("{");
