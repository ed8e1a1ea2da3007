import { randomUUID } from "node:crypto";
import type { ModalView } from "@slack/web-api";
import type { Memory } from "../../engine/memory.ts";
import type { FinishedRuns } from "../../store/runs/finished-runs.ts";
import type { Schedules } from "../../store/schedules/schedules.ts";
import type { Settings } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";
import type { Pace } from "../post/pace.ts";
import { knownCode } from "../api/error-codes.ts";
import type { FileChange } from "../knowledge/file-changes.ts";
import type { LoginDesk } from "../logins/login-desk.ts";
import type { MessageContext } from "./message-context.ts";
import { postLooking, type PostContext } from "../post/post-or-find.ts";
import type { TeamShelf } from "../../team-shelf.ts";
import { slackErrorCode, type Web } from "../api/web-client.ts";

/** What commands, shortcuts and modals need beside what every handler has. */
export interface HandlerContext extends MessageContext {
  /** `url`: of the workspace, as auth.test has it; empty where it was not asked. `enterprise`: absent outside of an organisation. */
  readonly me: MessageContext["me"] & { readonly bot: string; readonly url: string; readonly enterprise?: string };
  readonly store: Store;
  readonly memory: Memory;
  /** The teams that people make; absent where there can be none. */
  readonly shelf?: TeamShelf;
  readonly settings: Settings;
  /** What starts by itself. */
  readonly schedules: Schedules;
  readonly runs: FinishedRuns;
  /** Absent where nobody can log in to servers. */
  readonly logins?: LoginDesk;
  /** Told of files that come, change and go in a workspace; nobody is when absent. */
  readonly fileChanged?: (team: string, change: FileChange) => void;
  readonly web: Web;
  /** Of the outbox: all that the app says goes by it. */
  readonly pace: Pace;
}

/** In the person's DM with the bot, for when there is no channel to whisper in. */
export async function tellDirectly(ctx: PostContext, user: string, text: string): Promise<void> {
  const posted = await postLooking(ctx, { id: `told/${randomUUID()}`, channel: user, text }, { blind: "leave" });
  if (posted.kind === "failed" && knownCode(posted.failure.code).reaction !== "fine")
    ctx.log(`chat.postMessage did not work: ${posted.failure.code}`);
}

export function openModal(ctx: HandlerContext, triggerId: string, view: ModalView): Promise<void> {
  return courtesy(ctx, "views.open", () => ctx.web.write.views.open({ trigger_id: triggerId, view }));
}

/** Slack has not opened what somebody asked for, and they see nothing: they are told at the door. */
export class NotOpened extends Error {
  readonly code: string;
  /** Slack opens a form within three seconds of what asked for it. */
  readonly isTooLate: boolean;

  constructor(code: string) {
    super(`Slack has opened no form: ${code}`);
    this.code = code;
    this.isTooLate = code === EXPIRED || code === "invalid_trigger_id";
  }
}

const EXPIRED = "expired_trigger_id";
const OPENING: ReadonlySet<string> = new Set(["views.open", "views.push"]);

/**
 * Something that the person can simply ask for again: its failure is for the operator alone.
 * @throws NotOpened where a form is surely not shown that they wait for.
 */
export async function courtesy(ctx: HandlerContext, method: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const code = slackErrorCode(error);
    if (code === EXPIRED) throw new NotOpened(code);
    if (code !== undefined && knownCode(code).reaction === "fine") return;
    ctx.log(`${method} did not work${code ? `: ${code}` : ""}`, code ? undefined : error);
    if (OPENING.has(method) && code !== undefined && knownCode(code).reaction !== "look") throw new NotOpened(code);
  }
}
