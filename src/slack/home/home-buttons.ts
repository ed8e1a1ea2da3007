import type { Actor } from "../people/affiliation.ts";
import { openNewRun } from "../commands/slash-commands.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { decisionsView } from "./admin-section.ts";
import type { Home } from "./home.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { myForm, mySettings } from "./my-settings.ts";
import { HomeValue } from "../words/button-values.ts";
import { finishAt, raiseAt } from "../buttons/limit-buttons.ts";
import { personOf } from "../commands/message-context.ts";
import { pressId, type PressBody } from "../words/press-payloads.ts";
import { pressOlderFound, searchModal } from "./run-search.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import { stop } from "../commands/run-control.ts";
import { answerModal } from "../buttons/run-modals.ts";
import { selectorLog } from "./selector-log.ts";
import { isInModal, note, show, type Pressed } from "./home-press.ts";
import { withdrawPressed } from "../logins/withdraw-login.ts";
import { schedulePressed } from "../schedules/home-switches.ts";
import { teamPressed } from "./team-buttons.ts";

/** A button or a menu of App Home and of its modals. */
export async function pressHome(ctx: HandlerContext, home: Home, press: PressBody, actor: Actor): Promise<void> {
  const [action] = press.actions;
  const value = HomeValue.parse(action.selected_option?.value ?? action.value);
  const verb = value.v ?? action.action_id.split(".").at(-1) ?? "";
  await ctx.shelf?.open(ctx.me.team);
  if (await withdrawPressed(ctx, press, actor, verb)) return home.changed();
  if (await schedulePressed(ctx, press, actor, verb)) return home.changed();
  if (await runPressed({ ctx, home, press, actor, verb, value })) return;
  const { shelf } = ctx;
  if (shelf) await teamPressed({ ctx, home, shelf, press, actor, verb, value });
}

/** What is about a run, a person or the whole; false for another verb. */
async function runPressed({ ctx, home, press, actor, verb, value }: Omit<Pressed, "shelf">): Promise<boolean> {
  const { user } = actor;
  const t = await ctx.languages.of(user);
  switch (verb) {
    case "run":
      await openNewRun(ctx, {
        user,
        triggerId: press.trigger_id ?? "",
        pushed: isInModal(press),
        ...(value.t === undefined ? {} : { team: value.t }),
      });
      return true;
    case "earlier":
    case "later":
      await home.turn(actor, value.p ?? 0);
      return true;
    case "older":
    case "newest":
      await home.turnRuns(actor, verb === "older" ? value.n : undefined);
      return true;
    case "search":
      await show(ctx, press, searchModal(t, ctx.teams));
      return true;
    case "findOlder":
      await pressOlderFound(ctx, home.runs, press, value.n);
      return true;
    case "me":
      await show(ctx, press, myForm(t, await mySettings(ctx, user), ctx.teams));
      return true;
    case "decisions":
      await showDecisions(ctx, press, actor);
      return true;
    case "log":
    case "again":
    case "answer":
    case "raise":
    case "finish":
    case "resume":
    case "stop":
      await threadPressed({ ctx, home, press, actor, verb, value });
      return true;
    default:
      // A link opens by itself.
      return verb === "open" && value.t === undefined;
  }
}

/** The audit log, for whom the table lets; that it was looked at stands in it. */
async function showDecisions(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const subject = "the audit log";
  const id = press.trigger_id;
  const no = await refused(ctx, "audit", { ...actor, startedBy: undefined, subject, ...(id === undefined ? {} : { id }) });
  if (no !== undefined) return note(ctx, press, "admin.title.decisions", safeMrkdwn(no));
  await show(ctx, press, await decisionsView(ctx, await ctx.languages.of(actor.user)));
  await recordReading(ctx, actor, { deed: "read decisions", subject, id });
}

/** About the run of a thread of a channel that was asked about at the door. */
async function threadPressed({
  ctx,
  home,
  press,
  actor,
  verb,
  value,
}: Omit<Pressed, "shelf" | "verb"> & {
  readonly verb: "log" | "again" | "answer" | "raise" | "finish" | "resume" | "stop";
}): Promise<void> {
  const { user, affiliation } = actor;
  const t = await ctx.languages.of(user);
  const run = await home.runs.find(user, value.thread ?? "", verb === "log" || verb === "again" ? value.seq : undefined);
  if (!run) return note(ctx, press, "notes.title.run", t("notes.text.runGone"));
  const { thread, place, state } = run;
  if (verb === "log") await recordReading(ctx, actor, { deed: "read choices", subject: thread, id: press.trigger_id });
  if (verb === "log") return show(ctx, press, selectorLog(t, await ctx.runner.read(thread), value.seq));
  if (verb === "again") {
    const team = ctx.teams.cards.some(({ name }) => name === state.team) ? state.team : undefined;
    return openNewRun(ctx, {
      user,
      triggerId: press.trigger_id ?? "",
      task: run.task,
      channel: place.channel,
      ...(team === undefined ? {} : { team }),
    });
  }
  if (verb === "answer") {
    const question = state.questions.find(({ seq }) => seq === value.seq);
    if (!question) return note(ctx, press, "notes.title.answer", t("notes.text.answered"));
    const no = await refused(ctx, "answer", { user, affiliation, startedBy: state.startedBy, channel: place.channel, subject: thread });
    if (no !== undefined) return note(ctx, press, "notes.title.answer", safeMrkdwn(no));
    return show(ctx, press, answerModal(t, { thread, seq: question.seq }, question));
  }
  const listener = { user, channel: place.channel, threadTs: place.ts, ts: place.ts };
  if (verb === "raise" || verb === "finish") {
    const about = { channel: place.channel, subject: thread, ...(press.trigger_id === undefined ? {} : { id: press.trigger_id }) };
    const at = { thread, channel: place.channel, messageTs: place.ts, affiliation, about, listener };
    const words = await (verb === "raise" ? raiseAt : finishAt)(ctx, at, press);
    home.changed();
    return words === undefined ? undefined : note(ctx, press, verb === "raise" ? "notes.title.raise" : "notes.title.finish", words);
  }
  if (verb === "resume") {
    if (!state.running || value.r !== state.run?.slice(0, RUN_ID_CHARS))
      return note(ctx, press, "notes.title.resume", t("notes.text.over"));
    const no = await refused(ctx, "steer", { user, affiliation, startedBy: state.startedBy, channel: place.channel, subject: thread });
    if (no !== undefined) return note(ctx, press, "notes.title.resume", safeMrkdwn(no));
    const id = pressId(press);
    const wish = { kind: "resume" as const, person: await personOf(ctx, user), ...(id === undefined ? {} : { id }) };
    if (!(await ctx.runner.steer(thread, wish))) return note(ctx, press, "notes.title.resume", t("control.text.notNow.resume"));
    return home.changed();
  }
  if (!state.running || value.r !== state.run?.slice(0, RUN_ID_CHARS)) return note(ctx, press, "notes.title.stop", t("notes.text.over"));
  await stop(ctx, { thread, run: state, user, affiliation, listener });
  home.changed();
}
