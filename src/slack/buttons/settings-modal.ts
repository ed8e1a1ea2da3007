import type { ModalView } from "@slack/web-api";
import type { InputBlock, PlainTextOption } from "@slack/types";
import type { Translator } from "../language/translator.ts";
import { context, plainText } from "../words/blocks.ts";
import type { ChannelSettings } from "../people/channel-settings.ts";
import { shorten } from "../words/escape.ts";
import type { TeamCards } from "../../team-shelf.ts";
import { OPTION_CHARS_MAX, OPTION_VALUE_CHARS_MAX, OPTIONS_MAX } from "../words/limits.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import type { Allow, Who } from "../people/permissions.ts";

/** Blocks of the modal, as its submission names them; each has one element. */
export const SETTINGS = {
  team: "team",
  turns: "turns",
  code: "code",
  who: "who",
  people: "people",
  approve: "approve",
  element: "value",
} as const;

/** An option that sets nothing: as the workspace and the team have it. */
const UNSET = "-";

/** What the modal sets with one choice: to use Parley is to start, to steer and to answer. */
const USES = ["start", "steer", "answer"] as const;

const turnLabels = (t: Translator): Labels => ({
  [UNSET]: t("channelSettings.option.asTeam"),
  shown: t("channelSettings.option.shown"),
  quiet: t("channelSettings.option.quiet"),
});
const codeLabels = (t: Translator): Labels => ({
  [UNSET]: t("channelSettings.option.asTeam"),
  off: t("channelSettings.option.off"),
  ask: t("channelSettings.option.ask"),
  auto: t("channelSettings.option.auto"),
});
const whoLabels = (t: Translator): Labels => ({
  [UNSET]: t("channelSettings.option.asWorkspace"),
  anyone: t("channelSettings.option.anyone"),
  admins: t("channelSettings.option.admins"),
  people: t("channelSettings.option.people"),
});
/** A list that was set elsewhere is offered where it is what holds. */
const approveLabels = (t: Translator, now: string): Labels => ({
  [UNSET]: t("channelSettings.option.asWorkspace"),
  starter: t("channelSettings.option.starter"),
  admins: t("channelSettings.option.admins"),
  both: t("channelSettings.option.both"),
  anyone: t("channelSettings.option.anyone"),
  ...(now === LISTED ? { [LISTED]: t("channelSettings.option.listed") } : {}),
});

/** How Parley is in one channel. `revision`: of the settings that it shows. */
export function settingsModal(
  t: Translator,
  about: { readonly channel: string; readonly revision: number },
  settings: ChannelSettings,
  teams: TeamCards,
): ModalView {
  const { team, quiet, code, allow } = settings;
  const people = whoOf(allow?.start).people;
  return {
    type: "modal",
    callback_id: "parley_settings",
    title: plainText(t("channelSettings.title.settings")),
    submit: plainText(t("forms.submit.save")),
    close: plainText(t("forms.submit.cancel")),
    private_metadata: JSON.stringify(about),
    blocks: [
      context(t("channelSettings.text.holds", { channel: `<#${about.channel}>` })),
      menu(
        SETTINGS.team,
        t("channelSettings.label.team"),
        { [UNSET]: t("channelSettings.option.usual", { team: teams.default }), ...teamNames(teams) },
        team,
      ),
      radio(SETTINGS.turns, t("channelSettings.label.turns"), turnLabels(t), quiet === undefined ? UNSET : quiet ? "quiet" : "shown"),
      radio(SETTINGS.code, t("channelSettings.label.code"), codeLabels(t), code ?? UNSET),
      radio(SETTINGS.who, t("channelSettings.label.who"), whoLabels(t), whoOf(allow?.start).word),
      {
        type: "input",
        block_id: SETTINGS.people,
        optional: true,
        label: plainText(t("channelSettings.label.people")),
        hint: plainText(t("channelSettings.hint.people")),
        element: {
          type: "multi_users_select",
          action_id: SETTINGS.element,
          max_selected_items: PEOPLE_MAX,
          ...(people.length > 0 ? { initial_users: [...people] } : {}),
        },
      },
      radio(SETTINGS.approve, t("channelSettings.label.approve"), approveLabels(t, approvalOf(allow?.approve)), approvalOf(allow?.approve)),
    ],
  };
}

/** More would be a channel of their own. */
const PEOPLE_MAX = 50;

const teamNames = ({ cards }: TeamCards): { readonly [name: string]: string } =>
  Object.fromEntries(
    cards
      .filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX && name !== UNSET)
      .slice(0, OPTIONS_MAX - 1)
      .map(({ name }) => [name, name]),
  );

/** What was chosen, over what stood there before: what the modal does not show stays as it was. */
export function chosenSettings(values: SubmissionBody["view"]["state"]["values"], before: ChannelSettings): ChannelSettings {
  const chosen = (block: string) => {
    const value = values[block]?.[SETTINGS.element]?.selected_option?.value;
    return value === UNSET ? undefined : value;
  };
  const team = chosen(SETTINGS.team);
  const turns = chosen(SETTINGS.turns);
  const code = CODE_POLICIES.find((policy) => policy === chosen(SETTINGS.code));
  const people = (values[SETTINGS.people]?.[SETTINGS.element]?.selected_users ?? []).slice(0, PEOPLE_MAX);
  const use = usersOf(chosen(SETTINGS.who), people);
  const approve = approversOf(chosen(SETTINGS.approve), before.allow?.approve);
  const uses = use === undefined ? {} : Object.fromEntries(USES.map((deed) => [deed, use]));
  const allow: Partial<Allow> = { ...without(before.allow ?? {}, [...USES, "approve"]), ...uses, ...(approve ? { approve } : {}) };
  return {
    ...(team === undefined ? {} : { team }),
    ...(turns === undefined ? {} : { quiet: turns === "quiet" }),
    ...(code === undefined ? {} : { code }),
    ...(Object.keys(allow).length > 0 ? { allow } : {}),
  };
}

const CODE_POLICIES = ["off", "ask", "auto"] as const;

function usersOf(word: string | undefined, people: readonly string[]): Who | undefined {
  if (word === "anyone" || word === "admins") return word;
  // Nobody chosen: admins are left, and can mend it.
  return word === "people" ? [...people, "admins"] : undefined;
}

function approversOf(word: string | undefined, before: Who | undefined): Who | undefined {
  if (word === "anyone" || word === "admins" || word === "starter") return word;
  if (word === "both") return ["starter", "admins"];
  return word === LISTED ? before : undefined;
}

const without = (allow: Partial<Allow>, deeds: readonly string[]): Partial<Allow> =>
  Object.fromEntries(Object.entries(allow).filter(([deed]) => !deeds.includes(deed)));

function whoOf(who: Who | undefined): { readonly word: string; readonly people: readonly string[] } {
  if (who === undefined) return { word: UNSET, people: [] };
  if (who === "anyone" || who === "admins") return { word: who, people: [] };
  return { word: "people", people: [who].flat().filter((one) => /^[UW][A-Z0-9]+$/.test(one)) };
}

/** A list that was set elsewhere has no radio of its own, and stays. */
const LISTED = "listed";
function approvalOf(who: Who | undefined): string {
  if (who === undefined) return UNSET;
  if (typeof who === "string") return who;
  return who.length === 2 && who.includes("starter") && who.includes("admins") ? "both" : LISTED;
}

type Labels = { readonly [value: string]: string };

const optionsOf = (labels: Labels): PlainTextOption[] =>
  Object.entries(labels).map(([value, label]) => ({ text: plainText(shorten(label, OPTION_CHARS_MAX)), value }));

function menu(id: string, label: string, labels: Labels, chosen: string | undefined): InputBlock {
  const options = optionsOf(labels);
  const initial = options.find(({ value }) => value === chosen) ?? options[0];
  return {
    type: "input",
    block_id: id,
    label: plainText(label),
    element: { type: "static_select", action_id: SETTINGS.element, options, ...(initial ? { initial_option: initial } : {}) },
  };
}

function radio(id: string, label: string, labels: Labels, chosen: string): InputBlock {
  const options = optionsOf(labels);
  const initial = options.find(({ value }) => value === chosen) ?? options[0];
  return {
    type: "input",
    block_id: id,
    label: plainText(label),
    element: { type: "radio_buttons", action_id: SETTINGS.element, options, ...(initial ? { initial_option: initial } : {}) },
  };
}
