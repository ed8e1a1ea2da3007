import type { RunState } from "../../engine/reading/run-state.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { FindActor } from "../door/gate.ts";
import { wouldRefuse } from "../people/permission-check.ts";
import type { Listener } from "../signs/ephemeral.ts";
import { safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { wordsIn } from "../words/message-words.ts";
import { bareText } from "../words/mrkdwn.ts";
import { asksSomething, commandIn, isCourtesy, isWordless } from "./control-words.ts";
import type { HandlerContext } from "./handler-context.ts";
import type { Incoming } from "./incoming.ts";
import { command } from "./run-control.ts";
import { takeUpBlocks } from "./take-up.ts";

/**
 * A reply without a mention in a thread whose run is over. Whoever wrote it may have meant the agents: they alone are asked, once in a thread. What
 * says thank you, or is written to somebody else, is people's talk.
 */
export async function hearAfterRun(
  ctx: HandlerContext,
  { message, user, bot }: Incoming,
  { thread, transcript, run }: { readonly thread: string; readonly transcript: Transcript; readonly run: RunState },
  findActor: FindActor,
): Promise<void> {
  if (bot) return;
  const listener = { user, channel: message.channel, threadTs: message.thread_ts, ts: message.ts };
  const words = wordsIn(message);
  const bare = bareText(words.own, ctx.me.user);
  const isAlone = words.carried.length + words.files.length + (message.files ?? []).length === 0;
  const word = isAlone ? commandIn(bare)?.word : undefined;
  if (word === "summary" || word === "stop" || word === "pause" || word === "skip") {
    const { affiliation } = await findActor();
    return command(ctx, word, { thread, transcript, run, user, affiliation, listener });
  }
  const last = transcript.events.findLast((event) => event.type === "message.posted" && "agent" in event);
  const asked = last?.type === "message.posted" && asksSomething(last.text);
  if (isAlone && (isWordless(bare) || isCourtesy(bare, { asked }))) return;
  // To whom it is written, the mention says.
  if (/^\s*<[@!]/.test(words.own)) return;
  const { affiliation } = await findActor();
  const attempt = { user, affiliation, startedBy: run.startedBy, channel: message.channel };
  if ((await wouldRefuse(ctx, "start", attempt)) !== undefined) return;
  await offerToGoOn(ctx, { thread, run, ts: message.ts }, listener);
}

/** *Continue with this?*, to one person alone, once in a thread. */
export async function offerToGoOn(
  ctx: HandlerContext,
  { thread, run, ts }: { readonly thread: string; readonly run: RunState; readonly ts: string },
  to: Listener,
): Promise<void> {
  if (!(await ctx.store.swapNote(`offered/${thread}/${to.user}`, undefined, ts))) return;
  const t = await ctx.languages.of(to.user);
  const text = run.team === undefined ? t("control.text.goOnAgents") : t("control.text.goOnTeam", { team: `*${safeMrkdwn(run.team)}*` });
  await ctx.whisper.tell(to, withoutMarks(text), {
    blocks: takeUpBlocks(text, { thread, ts, options: [{ label: t("control.button.continue") }], no: t("control.button.no") }),
    toThemAlone: true,
  });
}
