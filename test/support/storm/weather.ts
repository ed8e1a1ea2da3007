import type { Fault } from "../../../local-slack/index.ts";
import { randomOf } from "../chance.ts";

/** Something that goes wrong in Slack, at the network, with the clock or with Parley, at a time after the start of a storm. */
export type Trouble = { readonly atMs: number } & (
  | { readonly kind: "fault"; readonly fault: Fault }
  /** Slack closes the sockets; with `refusals`, new ones are refused so many times. */
  | { readonly kind: "disconnect"; readonly reason: "warning" | "refresh_requested" | "link_disabled"; readonly refusals: number }
  /** Away for longer than Slack repeats an event. */
  | { readonly kind: "long outage"; readonly refusals: number }
  | { readonly kind: "redelivery" }
  | { readonly kind: "mention order"; readonly order: "message_first" | "app_mention_first" }
  /** Parley's clock, against Slack's. */
  | { readonly kind: "clock jump"; readonly ms: number }
  /** Each write of an envelope, and hence its ack, takes so long. */
  | { readonly kind: "slow acks"; readonly ms: number; readonly forMs: number }
  /** Parley is ended in good order and started again. */
  | { readonly kind: "restart" }
  | { readonly kind: "archive"; readonly conversation: number }
  | { readonly kind: "delete root"; readonly conversation: number }
  /** Slack refuses the token, to the next start. */
  | { readonly kind: "revoked token"; readonly calls: number }
);

export interface Weather {
  readonly seed: number;
  readonly troubles: readonly Trouble[];
}

/** Ms of the storm's time. The conversations last about as long. */
const STORM_MS = 25_000;
const TROUBLES_MIN = 4;
const TROUBLES_MAX = 14;
/** All that Parley calls, those that people see first. Time-outs only where the client's own is short: those that write. */
const WRITES = [
  "chat.postMessage",
  "chat.postMessage",
  "chat.postMessage",
  "chat.update",
  "reactions.add",
  "assistant.threads.setStatus",
  "agents.sessions.setStatus",
  "files.getUploadURLExternal",
  "files.completeUploadExternal",
] as const;
const READS = ["conversations.replies", "conversations.replies", "users.info", "files.info"] as const;
/** Errors that pass; and two that a message can be given another form for. */
const PASSING = ["internal_error", "fatal_error", "service_unavailable", "request_timeout"] as const;
const FORMS = ["invalid_blocks", "msg_too_long"] as const;

/** The same weather for the same seed. */
export function weatherOf(seed: number, conversations: number): Weather {
  const random = randomOf(seed * 2_654_435_761);
  const upTo = (count: number) => Math.floor(random() * count);
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)] as T;

  const fault = (): Fault => {
    const isRead = random() < 0.25;
    const method = isRead ? pick(READS) : pick(WRITES);
    const times = 1 + upTo(3);
    const kinds = ["ratelimited", "status500", "status500_after", "reset", "reset_after", "error", "error_after"] as const;
    const kind = !isRead && random() < 0.15 ? "timeout_after" : pick(kinds);
    if (kind === "ratelimited") return { method, kind, times, retryAfterSeconds: 1 + upTo(4) };
    if (kind !== "error" && kind !== "error_after") return { method, kind, times };
    // Once: of a card that is refused in every form nothing is left but its line in the log.
    if (method === "chat.postMessage" && kind === "error" && random() < 0.3) return { method, kind, code: pick(FORMS) };
    return { method, kind, times, code: pick(PASSING) };
  };

  const trouble = (): Trouble => {
    const atMs = upTo(STORM_MS);
    const chance = random();
    if (chance < 0.55) return { atMs, kind: "fault", fault: fault() };
    if (chance < 0.65)
      return { atMs, kind: "disconnect", reason: pick(["warning", "refresh_requested", "link_disabled"] as const), refusals: upTo(4) };
    if (chance < 0.69) return { atMs, kind: "long outage", refusals: 2 + upTo(2) };
    if (chance < 0.76) return { atMs, kind: "redelivery" };
    if (chance < 0.82) return { atMs, kind: "mention order", order: pick(["message_first", "app_mention_first"] as const) };
    if (chance < 0.87) return { atMs, kind: "clock jump", ms: pick([-3_600_000, -120_000, 120_000, 3_600_000]) };
    if (chance < 0.92) return { atMs, kind: "slow acks", ms: 500 + upTo(4_500), forMs: 1_000 + upTo(9_000) };
    if (chance < 0.95) return { atMs, kind: "restart" };
    if (chance < 0.97) return { atMs, kind: "archive", conversation: upTo(conversations) };
    if (chance < 0.985) return { atMs, kind: "delete root", conversation: upTo(conversations) };
    return { atMs, kind: "revoked token", calls: 1 + upTo(3) };
  };

  const count = TROUBLES_MIN + upTo(TROUBLES_MAX - TROUBLES_MIN + 1);
  return { seed, troubles: Array.from({ length: count }, trouble).toSorted((one, other) => one.atMs - other.atMs) };
}
