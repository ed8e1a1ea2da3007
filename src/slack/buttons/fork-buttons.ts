import type { Actor } from "../people/affiliation.ts";
import { refusedText } from "../commands/day-budgets.ts";
import { openModal, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { whyNotTeam } from "../render/help-text.ts";
import { eventAt, runOf } from "../render/log-reading.ts";
import { refused } from "../people/permission-check.ts";
import { AboutRun, TurnValue } from "../words/button-values.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { placeOf } from "../words/place.ts";
import type { PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { forkInThread } from "./fork-in-thread.ts";
import { pressed } from "./press.ts";
import { FIELDS } from "./run-modals.ts";
import { forkSpeakerModal, forkTeamModal, whyModal } from "./fork-modals.ts";

/** The menu of a turn. */
export async function pressTurnMenu(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  const { d, seq } = TurnValue.parse(press.actions[0].selected_option?.value ?? press.actions[0].value);
  if (!at || !press.trigger_id || d === undefined || seq === undefined) return;
  const transcript = await ctx.runner.read(at.thread);
  const event = eventAt(transcript, seq);
  if (!event || !("agent" in event) || event.agent === undefined) return;
  const { state, events } = runOf(transcript, seq);
  const team = ctx.teams.cards.find(({ name }) => name === state.team);
  const turn = { ...event, agent: event.agent };
  if (d === "why") return openModal(ctx, press.trigger_id, whyModal(await ctx.languages.of(press.user.id), turn, transcript, team));
  const attempt = { user: press.user.id, affiliation: at.affiliation, startedBy: state.startedBy, ...at.about };
  const no = await refused(ctx, "start", attempt);
  if (no) return ctx.whisper.tell(at.listener, safeMrkdwn(no));
  const about = { thread: at.thread, seq };
  if (d === "team") return openModal(ctx, press.trigger_id, forkTeamModal(await ctx.languages.of(press.user.id), about, ctx.teams));
  const next = events.find((one) => one.seq > seq && one.type === "speaker.selected");
  const nextName = next?.type === "speaker.selected" ? next.agent : undefined;
  if (!team || team.agents.every(({ name }) => name === nextName))
    return ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("notes.text.nobodyElse"));
  return openModal(ctx, press.trigger_id, forkSpeakerModal(await ctx.languages.of(press.user.id), about, team, nextName));
}

/** A fork in a thread of its own, beside the first. */
export async function submitFork(
  ctx: HandlerContext,
  { view }: SubmissionBody,
  { user, affiliation }: Actor,
  kind: "speaker" | "team",
): Promise<void> {
  const about = AboutRun.safeParse(view.private_metadata).data;
  const place = about && placeOf(about.thread);
  if (!about || about.seq === undefined || place?.team !== ctx.me.team) return;
  const transcript = await ctx.runner.read(about.thread);
  const { state } = runOf(transcript, about.seq);
  const attempt = { user, affiliation, startedBy: state.startedBy, channel: place.channel, subject: about.thread, id: view.id };
  const no = await refused(ctx, "start", attempt);
  if (no) return tellDirectly(ctx, user, safeMrkdwn(no));
  const { values } = view.state;
  const speaker = kind === "speaker" ? values[FIELDS.to]?.[FIELDS.element]?.selected_option?.value : undefined;
  const team = kind === "team" ? values[FIELDS.team]?.[FIELDS.element]?.selected_option?.value : state.team;
  const t = await ctx.languages.of(user);
  if (team === undefined || (kind === "speaker" && speaker === undefined)) return tellDirectly(ctx, user, t("refusals.text.notUnderstood"));
  const whyNot = whyNotTeam(t, ctx.teams, team);
  if (whyNot !== undefined) return tellDirectly(ctx, user, safeMrkdwn(whyNot));
  const { agents } = ctx.teams.cards.find(({ name }) => name === team) ?? { agents: [] };
  if (speaker !== undefined && agents.every(({ name }) => name !== speaker))
    return tellDirectly(ctx, user, t("notes.text.agentGone", { team: safeMrkdwn(team), agent: safeMrkdwn(speaker) }));
  const own = speaker === undefined ? {} : { speaker };
  const forked = await forkInThread(ctx, { from: about.thread, seq: about.seq, team, user, key: view.id, ...own });
  if (forked.kind === "refused" && !forked.isTold) await tellDirectly(ctx, user, await refusedText(ctx, t, forked.why, place.channel));
}
