import type { KnownBlock, ModalView } from "@slack/types";
import { withinMs } from "../../engine/clock.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { courtesy } from "../commands/handler-context.ts";
import { button, context, plainText } from "../words/blocks.ts";
import { ELEMENT, filledIn, menuField, textField } from "../words/form-inputs.ts";
import type { Translator } from "../language/translator.ts";
import type { PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { overRun } from "./home-view.ts";
import type { HomeRuns, OverRun, Wanted } from "./recent-runs.ts";
import { homeAction, modal } from "./team-forms.ts";

/** The fields of the search. */
const SEARCH = { words: "words", team: "team", channel: "channel", person: "person" } as const;

/** What was found; nothing before anybody has looked. */
interface Found {
  readonly found: readonly OverRun[];
  readonly older: string | undefined;
}

/** Search…: by words, team, channel and person, among the runs that are over in channels that one is in. */
export function searchModal(t: Translator, teams: HandlerContext["teams"], wanted?: Wanted, found?: Found): ModalView {
  const { channel, person } = wanted ?? {};
  return {
    ...modal(t, t("search.title.search"), t("search.submit.search"), {}),
    callback_id: SEARCH_FORM,
    blocks: [
      textField({
        id: SEARCH.words,
        label: t("search.label.words"),
        optional: true,
        charsMax: 200,
        hint: t("search.hint.words"),
        value: wanted?.words.join(" "),
      }),
      ...menuField({
        id: SEARCH.team,
        label: t("forms.label.team"),
        optional: true,
        options: teams.cards.map(({ name }) => ({ value: name })),
        chosen: wanted?.team,
      }),
      {
        type: "input",
        block_id: SEARCH.channel,
        optional: true,
        label: plainText(t("forms.label.channel")),
        element: {
          type: "conversations_select",
          action_id: ELEMENT,
          filter: { include: ["public", "private", "im"] },
          ...(channel === undefined ? {} : { initial_conversation: channel }),
        },
      },
      {
        type: "input",
        block_id: SEARCH.person,
        optional: true,
        label: plainText(t("search.label.person")),
        hint: plainText(t("search.hint.person")),
        element: {
          type: "multi_users_select",
          action_id: ELEMENT,
          max_selected_items: 1,
          ...(person === undefined ? {} : { initial_users: [person] }),
        },
      },
      ...(found ? results(t, found) : []),
    ],
  };
}

export const SEARCH_FORM = "parley_home_search";

/** Slack waits three seconds for the answer to a form. */
const FOUND_WITHIN_MS = 2_400;

/** The search was sent off: the form stays, with what was found below it. Never rejects. */
export async function answerSearch(ctx: HandlerContext, runs: HomeRuns, { user, view }: SubmissionBody): Promise<object> {
  const wanted = wantedIn(view.state.values);
  const t = await ctx.languages.of(user.id);
  try {
    const found = await withinMs(ctx.clock, FOUND_WITHIN_MS, runs.search(user.id, wanted));
    if (found) return { response_action: "update", view: searchModal(t, ctx.teams, wanted, found) };
  } catch (error) {
    ctx.log("runs could not be searched", error);
  }
  return { response_action: "errors", errors: { [SEARCH.words]: t("search.error.tooLong") } };
}

function results(t: Translator, { found, older }: Found): readonly KnownBlock[] {
  const more = button(t("search.button.older"), homeAction("findOlder"), older ? { n: older } : {});
  return [
    { type: "divider" },
    ...(found.length === 0 ? [context(t(older ? "search.text.nothingSoFar" : "search.text.nothing"))] : []),
    ...found.map((run) => overRun(t, run)),
    ...(older ? [{ type: "actions" as const, elements: [more] }] : []),
  ];
}

/** Older, below what was found: the next page takes its place. */
export async function pressOlderFound(ctx: HandlerContext, runs: HomeRuns, press: PressBody, key: string | undefined): Promise<void> {
  const id = press.view?.id;
  if (id === undefined) return;
  const wanted = wantedIn(press.view?.state?.values ?? {});
  const t = await ctx.languages.of(press.user.id);
  const found = await runs.search(press.user.id, wanted, key);
  await courtesy(ctx, "views.update", () => ctx.web.write.views.update({ view_id: id, view: searchModal(t, ctx.teams, wanted, found) }));
}

function wantedIn(values: SubmissionBody["view"]["state"]["values"]): Wanted {
  const form = filledIn(values);
  return {
    words: form.text(SEARCH.words).split(/\s+/).filter(Boolean),
    team: form.chosen(SEARCH.team),
    channel: values[SEARCH.channel]?.[ELEMENT]?.selected_conversation,
    person: values[SEARCH.person]?.[ELEMENT]?.selected_users?.[0],
  };
}
