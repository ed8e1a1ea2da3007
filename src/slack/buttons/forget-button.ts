import type { Person, RunEvent } from "../../engine/events/events.ts";
import type { Actor } from "../people/affiliation.ts";
import { pressed } from "./press.ts";
import { refreshControls } from "../commands/slash-commands.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { refused } from "../people/permission-check.ts";

/** Forget this thread, in its controls, once it was confirmed. */
export async function pressForgetThread(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const user = press.user.id;
  const t = await ctx.languages.of(user);
  const { events } = await ctx.runner.read(at.thread);
  if (events.every(({ type, forgotten }) => forgotten !== undefined || !HAS_WORDS.has(type)))
    return ctx.whisper.tell(at.listener, t("notes.text.nothingToForget"));
  const no = await refused(ctx, "forgetThread", { user, affiliation: at.affiliation, startedBy: starterOf(events, user), ...at.about });
  if (no) return ctx.whisper.tell(at.listener, safeMrkdwn(no));
  const by = { workspace: ctx.me.team, person: await personOf(ctx, user), deed: "forget thread", subject: at.thread, allowed: true };
  await ctx.forgetting.forget(
    { kind: "thread", thread: at.thread },
    at.about.id === undefined ? by : { ...by, key: `forget ${at.about.id}` },
  );
  if (press.view) await refreshControls(ctx, press.view, press.user.id);
  await ctx.whisper.tell(at.listener, t("notes.text.forgotten"));
}

/** All other events are forgotten or have no words. */
const HAS_WORDS: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>(["run.started", "message.posted", "message.edited"]);

/** Where several people have started runs in the thread, it is nobody's alone: another one, so that a starter's line is not enough. */
function starterOf(events: readonly RunEvent[], user: string): Person | undefined {
  const starters = events.flatMap((event) => (event.type === "run.started" && event.forgotten === undefined ? [event.startedBy] : []));
  return starters.find(({ id }) => id !== user) ?? starters[0];
}
