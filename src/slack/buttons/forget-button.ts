import type { Person, RunEvent } from "../../engine/events/events.ts";
import type { Actor } from "../people/affiliation.ts";
import { pressed } from "./press.ts";
import { refreshControls } from "../desk/slash-commands.ts";
import type { Desk } from "../desk/handler-context.ts";
import { personOf } from "../desk/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { refused } from "../people/permission-check.ts";

/** Forget this thread, in its controls, once it was confirmed. */
export async function pressForgetThread(desk: Desk, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at) return;
  const { events } = await desk.runner.read(at.thread);
  if (events.every(({ type, forgotten }) => forgotten !== undefined || !HAS_WORDS.has(type)))
    return desk.whisper.tell(at.listener, "There is nothing of this thread left to forget.");
  const user = press.user.id;
  const no = await refused(desk, "forgetThread", { user, affiliation: at.affiliation, startedBy: starterOf(events, user), ...at.about });
  if (no) return desk.whisper.tell(at.listener, safeMrkdwn(no));
  const by = { workspace: desk.me.team, person: await personOf(desk, user), deed: "forget thread", subject: at.thread, allowed: true };
  await desk.forgetting.forget(
    { kind: "thread", thread: at.thread },
    at.about.id === undefined ? by : { ...by, key: `forget ${at.about.id}` },
  );
  if (press.view) await refreshControls(desk, press.view);
  await desk.whisper.tell(at.listener, DONE);
}

const DONE =
  "Forgotten: what was said in this thread, its files and what agents noted from it are gone from Parley. Costs and decisions stay, without words. The messages here are Slack's: delete them in Slack.";

/** All other events are forgotten or have no words. */
const HAS_WORDS: ReadonlySet<RunEvent["type"]> = new Set<RunEvent["type"]>(["run.started", "message.posted", "message.edited"]);

/** Where several people have started runs in the thread, it is nobody's alone: another one, so that a starter's line is not enough. */
function starterOf(events: readonly RunEvent[], user: string): Person | undefined {
  const starters = events.flatMap((event) => (event.type === "run.started" && event.forgotten === undefined ? [event.startedBy] : []));
  return starters.find(({ id }) => id !== user) ?? starters[0];
}
