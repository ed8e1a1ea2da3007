import type { Person, StopReason } from "../../engine/events/events.ts";
import type { Refused } from "../../runner/refused.ts";
import type { Spending } from "../../runner/runner.ts";
import { isOurs, type Actor } from "../people/affiliation.ts";
import { mention } from "../words/blocks.ts";
import { isMoney } from "../language/formats.ts";
import { refusedIn } from "../language/refused-words.ts";
import type { MessageContext } from "./message-context.ts";
import { DEFAULT_LANGUAGE } from "../language/languages.ts";
import { loadTranslator, type Translator } from "../language/translator.ts";
import { allowIn, refused, wouldRefuse, type Attempt } from "../people/permission-check.ts";

/** How the budgets of the day stand for a person in a channel, a line each; in mrkdwn. */
export async function budgetText(ctx: MessageContext, who: Actor & { readonly channel: string }): Promise<string> {
  const t = await ctx.languages.of(who.user);
  const { budgets } = ctx.runner;
  if (!budgets) return t("budgets.text.nothing");
  const accounts = [`person/${who.user}`, `channel/${who.channel}`, "workspace"];
  const spending = await Promise.all(accounts.map((account) => budgets.spending(ctx.me.team, account)));
  const lines = spending.map((one) => t(`budgets.text.of.${kindOf(one.account)}`, { spent: usedIn(t, one) ?? t("budgets.text.unknown") }));
  const mayRaise = (await wouldRefuseBudget(ctx, { ...who, startedBy: undefined })) === undefined;
  const isLimited = spending.some(({ limit }) => limit !== undefined);
  const note = mayRaise ? t("budgets.text.howRaise") : isLimited ? await whoMayRaise(ctx, t, who.channel) : "";
  return [t("budgets.text.spentToday"), ...lines, ...(note ? [note] : [])].join("\n");
}

/** What the runs that a person has started have cost today, of what they may; in mrkdwn. Nothing where nothing is counted, or no price is known and there is no budget. */
export async function ownBudgetText(ctx: Pick<MessageContext, "runner" | "me">, t: Translator, user: string): Promise<string | undefined> {
  const own = await ctx.runner.budgets?.spending(ctx.me.team, `person/${user}`);
  const spent = own && usedIn(t, own);
  return spent === undefined ? undefined : t("limits.text.ownBudget", { spent });
}

function usedIn(t: Translator, { spent, priced, estimated, limit }: Spending): string | undefined {
  if (!priced && !isMoney(spent)) return limit === undefined ? undefined : t("limits.text.unknownOfLimit", { limit: t.dollars(limit) });
  const about = estimated ? t("units.text.about", { what: t.dollars(spent) }) : t.dollars(spent);
  const known = priced ? about : t("units.text.atLeast", { what: about });
  if (limit === undefined) return t("limits.text.noLimit", { spent: known });
  return t("limits.text.ofLimit", { spent: known, limit: t.dollars(limit), percent: t.percent(spent / limit) });
}

type Kind = "person" | "channel" | "workspace";
const kindOf = (account: string): Kind =>
  account.startsWith("person/") ? "person" : account.startsWith("channel/") ? "channel" : "workspace";

/** `/parley budget raise me|channel|workspace DOLLARS`, for the rest of the day; what came of it. */
export async function raiseBudget(
  ctx: MessageContext,
  words: readonly string[],
  who: Actor & { readonly channel: string; readonly person: Person },
): Promise<{ readonly text: string; readonly account?: string }> {
  const t = await ctx.languages.of(who.user);
  const [whose = "", amount = ""] = words;
  const account = { me: `person/${who.user}`, channel: `channel/${who.channel}`, workspace: "workspace" }[whose.toLowerCase()];
  const usd = Number(amount.replace(/^\$/, ""));
  if (account === undefined || !(usd > 0) || usd > RAISED_USD_MAX) return { text: t("budgets.text.whose") };
  const no = await mayRaiseBudget(ctx, { ...who, startedBy: undefined, subject: account });
  if (no) return { text: no };
  const kind = kindOf(account);
  const most = ctx.runner.budgets?.most(account) ?? Infinity;
  if (usd > most) {
    const tooMuch = (one: Translator): string => one(`budgets.text.mostFor.${kind}`, { most: one.dollars(most), usd: one.dollars(usd) });
    await ctx.settings.record({
      workspace: ctx.me.team,
      person: who.person,
      deed: "raise",
      subject: account,
      allowed: false,
      detail: tooMuch(await loadTranslator(DEFAULT_LANGUAGE)),
    });
    return { text: tooMuch(t) };
  }
  const raised = await ctx.runner.budgets?.raise(ctx.me.team, { account, usd }, who.person);
  if (!raised) return { text: t(`budgets.text.unchanged.${kind}`, { usd: t.dollars(usd) }) };
  return { text: t(`budgets.text.raised.${kind}`, { usd: t.dollars(usd) }), account };
}

/** Beyond this somebody has mistyped. */
const RAISED_USD_MAX = 100_000;

/** Nobody: a budget is shared, and whoever starts a run does not own it. */
const SHARED: Person = { id: "", name: "" };

/**
 * Why a person may not raise a budget of the day; what is refused is in the audit log, where it `isAsked`. `undefined`: go ahead. In mrkdwn, unless
 * `called` says how people are.
 */
export async function mayRaiseBudget(
  ctx: MessageContext,
  attempt: Attempt,
  { isAsked = true, called = mentioned }: { readonly isAsked?: boolean; readonly called?: Called } = {},
): Promise<string | undefined> {
  const no = await (isAsked ? refused : wouldRefuse)(ctx, "raise", { ...attempt, startedBy: SHARED });
  if (no === undefined || !isOurs(attempt.affiliation)) return no;
  return whoMayRaise(ctx, await ctx.languages.of(attempt.user), attempt.channel, called);
}

const wouldRefuseBudget = (ctx: MessageContext, attempt: Omit<Attempt, "subject">): Promise<string | undefined> =>
  wouldRefuse(ctx, "raise", { ...attempt, startedBy: SHARED });

/** Why a person may not raise what a run waits at; unrecorded, for what would be shown to them. `undefined`: go ahead. */
export async function wouldRefuseRaise(
  ctx: MessageContext,
  reasons: readonly StopReason[],
  attempt: Omit<Attempt, "subject" | "id">,
): Promise<string | undefined> {
  const ofDay = reasons.filter(({ kind }) => kind === "budget").length;
  return (
    (ofDay > 0 ? await wouldRefuseBudget(ctx, attempt) : undefined) ??
    (ofDay < reasons.length ? await wouldRefuse(ctx, "raise", attempt) : undefined)
  );
}

/** How somebody is called in words about them, by their id. */
type Called = (user: string) => Promise<string>;

const mentioned: Called = async (user) => mention({ id: user, name: user });

/** One sentence that names them. */
async function whoMayRaise(ctx: MessageContext, t: Translator, channel: string | undefined, called: Called = mentioned): Promise<string> {
  const { raise } = await allowIn(ctx, channel);
  const words = { admins: t("refusals.text.theAdmins"), anyone: t("refusals.text.everybody") };
  const named = [raise].flat().filter((one) => one !== "starter");
  const who = await Promise.all(named.map(async (one) => (one === "admins" || one === "anyone" ? words[one] : called(one))));
  if (who.length === 0) return t("refusals.text.nobodyRaises");
  return t("refusals.text.whoRaises", { who: who.join(", ") });
}

/** Why words were not heard, or a fork not begun; in mrkdwn. Where a budget is used up, with who may raise it. */
export async function refusedText(ctx: MessageContext, t: Translator, { why }: Pick<Refused, "why">, channel: string): Promise<string> {
  const said = refusedIn(t, why);
  return why.kind === "budget" ? `${said} ${await howToRaise(ctx, t, channel)}` : said;
}

/** Who may raise a budget of the day, and where one sees how it stands. */
export const howToRaise = async (ctx: MessageContext, t: Translator, channel: string): Promise<string> =>
  `${await whoMayRaise(ctx, t, channel)} ${t("refusals.text.seeBudget")}`;
