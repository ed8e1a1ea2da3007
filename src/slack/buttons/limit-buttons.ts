import type { Halt } from "../../engine/limits/halt.ts";
import { isHalted } from "../../engine/limits/halt.ts";
import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { budgetText, mayRaiseBudget, raiseBudget } from "../desk/day-budgets.ts";
import { pressed, type Pressed } from "./press.ts";
import type { Desk } from "../desk/handler-context.ts";
import { personOf } from "../desk/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { ButtonValue } from "../words/button-values.ts";
import { pressId, type CommandBody, type PressBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import { refused } from "../people/permission-check.ts";

const DECIDED = "This was decided already.";

/** Raise to …, at a limit. Budgets of the day first, and the other runs that they hold: pressed again after a crash, it does what is left to do. */
export async function pressRaise(desk: Desk, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at) return;
  const found = await haltAt(desk, at, press);
  if (!found) return;
  const { halt, startedBy } = found;
  const attempt = { user: press.user.id, affiliation: at.affiliation, startedBy, channel: at.channel, subject: at.thread };
  const { budgets = [], atCeiling } = desk.runner.offerAt(halt.reasons);
  const ofDay = halt.reasons.filter(({ kind }) => kind === "budget").length;
  const no =
    (ofDay > 0 ? await mayRaiseBudget(desk, attempt) : undefined) ??
    (ofDay < halt.reasons.length ? await refused(desk, "raise", attempt) : undefined);
  if (no) return desk.whisper.tell(at.listener, safeMrkdwn(no));
  const person = await personOf(desk, press.user.id);
  // The button may be from before the ceiling was lowered.
  if (atCeiling) {
    const words = ceilingWords(atCeiling);
    const refusal = { workspace: desk.me.team, person, deed: "raise", subject: at.thread, allowed: false, detail: words };
    await desk.settings.record({ ...refusal, key: `ceiling ${pressId(press) ?? `${at.thread} ${halt.seq}`}` });
    return desk.whisper.tell(at.listener, safeMrkdwn(words));
  }
  for (const budget of budgets) await desk.runner.budgets?.raise(desk.me.team, budget, person);
  await goOnElsewhere(
    desk,
    at.thread,
    budgets.map(({ account }) => account),
  );
  if (!(await desk.runner.steer(at.thread, { kind: "raise", seq: halt.seq, person }))) await desk.whisper.tell(at.listener, DECIDED);
}

/** Finish with a summary, at a limit: for whoever may stop the run. */
export async function pressFinish(desk: Desk, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at) return;
  const found = await haltAt(desk, at, press);
  if (!found) return;
  const { halt, startedBy } = found;
  const attempt = { user: press.user.id, affiliation: at.affiliation, startedBy, channel: at.channel, subject: at.thread };
  const no = await refused(desk, "stop", attempt);
  if (no) return desk.whisper.tell(at.listener, safeMrkdwn(no));
  const person = await personOf(desk, press.user.id);
  if (!(await desk.runner.steer(at.thread, { kind: "summarize", seq: halt.seq, person }))) await desk.whisper.tell(at.listener, DECIDED);
}

/** The halt that a button belongs to, while it is open; else the person is told, where it was not this press, come again after a crash, that decided it. */
async function haltAt(desk: Desk, at: Pressed, press: PressBody) {
  const transcript = await desk.runner.read(at.thread);
  const run = currentRun(transcript);
  const { seq = 0 } = ButtonValue.parse(press.actions[0].value);
  if (isHalted(run) && run.halt?.seq === seq) return { halt: run.halt, startedBy: run.startedBy };
  const decision = transcript.events
    .slice(seq)
    .find((event) => event.type === "limit.raised" || event.type === "summary.requested" || event.type === "run.stopped");
  if (!decision || !("person" in decision) || decision.person?.id !== press.user.id) await desk.whisper.tell(at.listener, DECIDED);
  return undefined;
}

/** A budget has been raised: other runs that wait for it, and for nothing else, look at it again. */
export async function goOnElsewhere(desk: Desk, here: string | undefined, accounts: readonly string[]): Promise<void> {
  if (accounts.length === 0) return;
  for (const { thread } of await desk.store.unfinished()) {
    if (thread === here || placeOf(thread)?.team !== desk.me.team) continue;
    const run = currentRun(await desk.runner.read(thread));
    if (isHalted(run) && run.halt && isHeldBy(run.halt, accounts)) await desk.runner.lookAgain(thread);
  }
}

const isHeldBy = ({ reasons }: Halt, accounts: readonly string[]): boolean =>
  reasons.every(({ kind }) => kind === "budget") && reasons.some((reason) => reason.kind === "budget" && accounts.includes(reason.account));

/** `/parley budget`: how the budgets of the day stand, or one of them raised. */
export async function budgetCommand(desk: Desk, command: CommandBody, actor: Actor): Promise<string> {
  const [, verb, ...words] = command.text.trim().split(/\s+/);
  const who = { ...actor, channel: command.channel_id };
  if (verb?.toLowerCase() !== "raise") return budgetText(desk, who);
  const { text, account } = await raiseBudget(desk, words, { ...who, person: await personOf(desk, who.user) });
  if (account !== undefined) await goOnElsewhere(desk, undefined, [account]);
  return text;
}
