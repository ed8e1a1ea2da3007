import type { WebClient } from "@slack/web-api";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { lookalikesOf } from "../../lookalikes.ts";
import type { Backoff } from "./backoff.ts";
import { isUnavailable, slackErrorCode, type Log } from "../api/web-client.ts";

/** What the members of the workspace are called, bots and this one among them: no agent is to be taken for one of them. */
export interface MemberNames {
  /** Whether a name looks like a member's; by what is known within {@link LIST_WAIT_MS}. Never rejects. */
  lookalikes(): Promise<(name: string) => boolean>;
  /** A member has come, or is called otherwise now. */
  renamed(names: readonly (string | undefined)[]): void;
}

/** Slack tells of new names (user_change); this is for those that it did not. */
const LIST_KEPT_MS = 6 * 3_600_000;
const METHOD = "users.list";
/** A message is not held up for the list any longer. */
const LIST_WAIT_MS = 2_500;
/** As many as Slack gives at once; its limit is about twenty calls a minute. */
const PAGE_MEMBERS = 1_000;
const PAGE_GAP_MS = 3_500;
/** Of a workspace with more members, so many are known. */
const PAGES_MAX = 30;

export function createMemberNames(parts: {
  readonly read: WebClient;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when nothing is posted any more. */
  readonly closing: AbortSignal;
}): MemberNames {
  const { read, backoff, clock, log, closing } = parts;
  const later: string[] = [];
  let known = lookalikesOf([]);
  let since = lookalikesOf([]);
  let freshUntil = -Infinity;
  let reading: Promise<void> | undefined;

  async function readAll(): Promise<void> {
    try {
      const names = new Set<string>();
      let cursor: string | undefined;
      for (let page = 0; page < PAGES_MAX; page++) {
        if (page > 0) await clock.sleep(PAGE_GAP_MS, closing);
        if (closing.aborted) return;
        const found = await read.users.list({ limit: PAGE_MEMBERS, ...(cursor ? { cursor } : {}) });
        for (const { deleted, name, real_name, profile } of found.members ?? [])
          if (!deleted) for (const one of [name, real_name, profile?.display_name, profile?.real_name]) if (one) names.add(one);
        cursor = found.response_metadata?.next_cursor;
        if (!cursor) break;
      }
      known = lookalikesOf(names);
      later.length = 0;
      since = lookalikesOf([]);
      freshUntil = clock.now() + LIST_KEPT_MS;
      backoff.worked(METHOD, WORKSPACE);
    } catch (error) {
      const code = slackErrorCode(error);
      const isNews = backoff.failed(METHOD, WORKSPACE, error);
      if (isNews || !isUnavailable(code))
        log(`the members' names could not be read (${code ?? "no answer"}): an agent of a member's name is not marked as an agent`);
    }
  }

  const isMember = (name: string): boolean => known.has(name) || since.has(name);

  return {
    async lookalikes() {
      if (freshUntil <= clock.now() && backoff.lastFailure(METHOD, WORKSPACE) === undefined)
        reading ??= readAll().finally(() => (reading = undefined));
      if (reading && freshUntil === -Infinity) await withinMs(clock, LIST_WAIT_MS, reading);
      return isMember;
    },
    renamed(names) {
      later.push(...names.filter((name) => name !== undefined));
      if (later.length > LATER_MAX) later.splice(0, later.length - LATER_MAX);
      since = lookalikesOf(later);
    },
  };
}

/** There is one list, of all. */
const WORKSPACE = "everybody";
/** Between two readings of the list. */
const LATER_MAX = 1_000;
