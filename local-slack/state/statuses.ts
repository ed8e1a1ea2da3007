import { STATUS_MS } from "./limits.ts";
import type { Local } from "./local.ts";
import { personaOf } from "../server/page-json.ts";
import type { Persona } from "./state.ts";

/** The "is thinking" line of a thread, until the next message there, an empty status, or two minutes have passed. */
export function setStatus(
  local: Local,
  line: {
    readonly channel: string;
    readonly threadTs: string;
    readonly status: string;
    readonly persona?: Persona;
    readonly loadingMessages: readonly string[];
  },
): void {
  local.state.statuses.get(keyOf(line.channel, line.threadTs))?.cancelTimer();
  if (line.status === "") {
    clearStatus(local, line.channel, line.threadTs);
    return;
  }
  const expiresAtMs = local.now() + STATUS_MS;
  const cancelTimer = local.agenda.at(expiresAtMs, () => clearStatus(local, line.channel, line.threadTs));
  local.state.statuses.set(keyOf(line.channel, line.threadTs), { ...line, expiresAtMs, cancelTimer });
  show(local, line);
}

export function clearStatus(local: Local, channel: string, threadTs: string): void {
  const line = local.state.statuses.get(keyOf(channel, threadTs));
  if (!line) return;
  line.cancelTimer();
  local.state.statuses.delete(keyOf(channel, threadTs));
  show(local, { channel, threadTs, status: "" });
}

/** The line as people see it now. */
export function statusOf(
  local: Local,
  channel: string,
  threadTs: string,
): { readonly status: string; readonly username?: string } | undefined {
  const line = local.state.statuses.get(keyOf(channel, threadTs));
  if (!line || local.now() >= line.expiresAtMs) return undefined;
  return { status: line.status, ...(line.persona?.name === undefined ? {} : { username: line.persona.name }) };
}

export function keyOf(channel: string, threadTs: string): string {
  return `${channel}/${threadTs}`;
}

function show(
  local: Local,
  line: { readonly channel: string; readonly threadTs: string; readonly status: string; readonly persona?: Persona },
): void {
  const members = local.state.channels.get(line.channel)?.members ?? [];
  const status = { channel: line.channel, threadTs: line.threadTs, status: line.status, ...personaOf(line.persona) };
  local.changes.show({ type: "status", status }, [...members]);
}
