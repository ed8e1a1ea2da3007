import type { Person } from "../../engine/events/events.ts";
import { isOurs, type Affiliation } from "./affiliation.ts";
import { channelSettings, workspaceSettings } from "./channel-settings.ts";
import { personOf, type MessageContext } from "../commands/message-context.ts";
import { DEFAULT_LANGUAGE } from "../language/languages.ts";
import { loadTranslator } from "../language/translator.ts";
import { ALLOW_DEFAULT, asksForAdmins, refusal, type Allow, type Deed, type Refusal } from "./permissions.ts";

/** Who may do what in a channel: as set for it, else for the workspace, else in the team file. Without a channel, what holds for the workspace. */
export async function allowIn(ctx: MessageContext, channel?: string): Promise<Allow> {
  const workspace = await workspaceSettings(ctx);
  const own = channel === undefined ? {} : await channelSettings(ctx, channel);
  return { ...ALLOW_DEFAULT, ...ctx.allow, ...workspace.allow, ...own.allow };
}

/** Somebody wants to do something, somewhere. */
export interface Attempt {
  readonly user: string;
  readonly affiliation: Affiliation;
  readonly startedBy: Person | undefined;
  /** Where; absent for what is about the whole workspace. */
  readonly channel?: string;
  /** On what, for the audit log: a thread, the name of a setting. */
  readonly subject: string;
  /** Of the press, the message or the form: what is handled again after a crash is recorded once. */
  readonly id?: string;
}

/** For a Slack that is slow to say who is a guest: those of whom the door could not wait to hear wait here, and nobody else. A modal must open within three seconds. */
export const STANDING_WAIT_MS = 1_500;

/** What {@link refusal} says with all that is set here, in their language. What is refused is in the audit log, in English. `undefined`: go ahead. */
export async function refused(ctx: MessageContext, deed: Deed, attempt: Attempt): Promise<string | undefined> {
  const no = await whyRefused(ctx, deed, { ...attempt, affiliation: await standingOf(ctx, attempt) });
  if (no === undefined) return undefined;
  const person = await personOf(ctx, attempt.user);
  await ctx.settings.record({
    workspace: ctx.me.team,
    person,
    deed,
    subject: attempt.subject,
    allowed: false,
    detail: no(await loadTranslator(DEFAULT_LANGUAGE)),
    ...(attempt.id === undefined ? {} : { key: `refused ${deed} ${attempt.id}` }),
  });
  return no(await ctx.languages.of(attempt.user));
}

/** The call that the door did not wait for may have been answered by now, or is about to be. */
async function standingOf(ctx: MessageContext, { user, affiliation }: Attempt): Promise<Affiliation> {
  return affiliation === "unsaid" ? ctx.people.affiliationOf({ user, teams: [ctx.me.team] }, STANDING_WAIT_MS) : affiliation;
}

/** The same, unrecorded: for what a person does not ask for but would be shown. */
export async function wouldRefuse(ctx: MessageContext, deed: Deed, attempt: Omit<Attempt, "subject" | "id">): Promise<string | undefined> {
  const no = await whyRefused(ctx, deed, attempt);
  return no?.(await ctx.languages.of(attempt.user));
}

/** The same, for whoever says it in another language than theirs. */
export async function whyRefused(ctx: MessageContext, deed: Deed, attempt: Omit<Attempt, "subject" | "id">): Promise<Refusal | undefined> {
  const allow = await allowIn(ctx, attempt.channel);
  // Nobody from outside is an admin here, whatever they are at home.
  const admin = isOurs(attempt.affiliation) && asksForAdmins(deed, attempt, allow) && (await ctx.people.isAdmin(attempt.user));
  return refusal(deed, { ...attempt, admin }, allow);
}
