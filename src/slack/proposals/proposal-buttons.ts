import { declineProposal, standingProposal, takeProposal, type Taken } from "../../team-proposals.ts";
import { isOwnDirect } from "../commands/command-answer.ts";
import { courtesy, openModal, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { noteView } from "../home/team-forms.ts";
import type { Translator } from "../language/translator.ts";
import type { Actor } from "../people/affiliation.ts";
import { refused } from "../people/permission-check.ts";
import { ACTIONS, section } from "../words/blocks.ts";
import { ButtonValue } from "../words/button-values.ts";
import { safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { placeOfPress, pressId, type PressBody } from "../words/press-payloads.ts";
import { proposalView } from "./proposal-card.ts";

/** Decisions that are read to say who was faster. */
const DECISIONS_READ = 500;
const MISTAKES_SHOWN_MAX = 3;

/** A button under a proposal: it is looked at, taken, or left. Whether the team may be changed by who presses is asked each time. */
export async function pressProposal(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const [{ action_id: action, value }] = press.actions;
  const { t: team = "", n: at = "" } = ButtonValue.parse(value);
  const { settings, shelf } = ctx;
  if (!shelf) return;
  const id = pressId(press);
  const attempt = { ...actor, startedBy: undefined, subject: `proposal/${team}`, ...(id === undefined ? {} : { id }) };
  const no = await refused(ctx, "editTeams", attempt);
  if (no !== undefined) return answered(ctx, press, actor, safeMrkdwn(no), false);
  const t = await ctx.languages.of(actor.user);
  const which = { workspace: ctx.me.team, team, at };
  if (action === ACTIONS.lookProposal) {
    const standing = await standingProposal({ settings, shelf }, which);
    if (standing?.at !== at) return answered(ctx, press, actor, await decidedBefore(ctx, t, team), true);
    const changed = standing.state === "changed" ? await changedText(ctx, t, team) : undefined;
    return openModal(ctx, press.trigger_id ?? "", proposalView(t, team, standing, changed));
  }
  const person = await personOf(ctx, actor.user);
  if (action === ACTIONS.declineProposal) {
    const isLeft = await declineProposal({ settings }, which, person);
    const words = isLeft ? t("proposals.text.left", { team: safeMrkdwn(team) }) : await decidedBefore(ctx, t, team);
    return answered(ctx, press, actor, words, true);
  }
  const taken = await takeProposal({ settings, shelf }, which, person);
  return answered(ctx, press, actor, await takenText(ctx, t, team, taken), taken.kind === "taken" || taken.kind === "gone");
}

async function takenText(ctx: HandlerContext, t: Translator, team: string, taken: Taken): Promise<string> {
  switch (taken.kind) {
    case "taken":
      return t("proposals.text.taken", { team: safeMrkdwn(team), revision: t.number(taken.revision) });
    case "gone":
      return decidedBefore(ctx, t, team);
    case "changed":
      return changedText(ctx, t, team);
    case "mistakes": {
      const why = taken.mistakes.slice(0, MISTAKES_SHOWN_MAX).map(({ path, message }) => `\`${safeMrkdwn(path)}\` ${safeMrkdwn(message)}`);
      return t("proposals.text.mistakes", { team: safeMrkdwn(team), why: why.join("; ") });
    }
  }
}

async function changedText(ctx: HandlerContext, t: Translator, team: string): Promise<string> {
  const last = await lastDecision(ctx, `team/${team}`, () => true);
  return last
    ? t("proposals.text.changed", { team: safeMrkdwn(team), person: safeMrkdwn(last.person.name), time: last.at.slice(11, 16) })
    : t("proposals.text.changedBySomebody", { team: safeMrkdwn(team) });
}

async function decidedBefore(ctx: HandlerContext, t: Translator, team: string): Promise<string> {
  const last = await lastDecision(ctx, `proposal/${team}`, (deed) => deed === "take proposal" || deed === "decline proposal");
  return last
    ? t("proposals.text.decided", { team: safeMrkdwn(team), person: safeMrkdwn(last.person.name), time: last.at.slice(11, 16) })
    : t("proposals.text.gone", { team: safeMrkdwn(team) });
}

async function lastDecision(ctx: HandlerContext, subject: string, isMeant: (deed: string) => boolean) {
  const decisions = await ctx.settings.decisions(ctx.me.team, { limit: DECISIONS_READ });
  return decisions.find((one) => one.allowed && one.subject === subject && CHANGES.test(one.deed) && isMeant(one.deed));
}

/** As what is done to teams and proposals is called; what was only read is none of it. */
const CHANGES = /^(create|edit|add|delete|import|drop|remove|take|decline) /;

/** Over App Home; else in the place of the message where nothing is left to be decided in it, else for them alone. */
async function answered(ctx: HandlerContext, press: PressBody, { user }: Actor, words: string, isOver: boolean): Promise<void> {
  if (press.view?.type === "home") {
    const t = await ctx.languages.of(user);
    return openModal(ctx, press.trigger_id ?? "", noteView(t, t("proposals.title.look"), section(words)));
  }
  const at = placeOfPress(press);
  if (!isOver || !at || !isOwnDirect(at.channel))
    return ctx.whisper.respond(press.response_url, { user, channel: at?.channel ?? user }, words, { blocks: [section(words)] });
  const { channel, messageTs: ts } = at;
  await courtesy(ctx, "chat.update", () => ctx.web.write.chat.update({ channel, ts, text: withoutMarks(words), blocks: [section(words)] }));
}
