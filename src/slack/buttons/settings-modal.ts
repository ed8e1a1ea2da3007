import type { ModalView } from "@slack/web-api";
import type { InputBlock, PlainTextOption } from "@slack/types";
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

const TURNS = { [UNSET]: "As the team has it", shown: "Show every turn", quiet: "Quiet: the card, questions and the result" } as const;
const CODE = {
  [UNSET]: "As the team has it",
  off: "Off: no code runs here",
  ask: "Ask before each run of code",
  auto: "Run it in the sandbox without asking, where the team does",
} as const;
const WHO = {
  [UNSET]: "As the workspace has it",
  anyone: "Everybody in the channel",
  admins: "Admins of the workspace",
  people: "The people below, and admins",
} as const;
const APPROVE = {
  [UNSET]: "As the workspace has it",
  starter: "Whoever started the run",
  admins: "Admins of the workspace",
  both: "Whoever started the run, and admins",
  anyone: "Everybody in the channel",
} as const;

/** How Parley is in one channel. `revision`: of the settings that it shows. */
export function settingsModal(
  about: { readonly channel: string; readonly revision: number },
  settings: ChannelSettings,
  teams: TeamCards,
): ModalView {
  const { team, quiet, code, allow } = settings;
  const people = whoOf(allow?.start).people;
  return {
    type: "modal",
    callback_id: "parley_settings",
    title: plainText("Parley in this channel"),
    submit: plainText("Save"),
    close: plainText("Cancel"),
    private_metadata: JSON.stringify(about),
    blocks: [
      context(`What is set here holds in <#${about.channel}>, for runs that begin from now on.`),
      menu(SETTINGS.team, "Team of a task that names none", { [UNSET]: `The usual one (${teams.default})`, ...teamNames(teams) }, team),
      radio(SETTINGS.turns, "What people see", TURNS, quiet === undefined ? UNSET : quiet ? "quiet" : "shown"),
      radio(SETTINGS.code, "Code", CODE, code ?? UNSET),
      radio(SETTINGS.who, "Who may start, steer and answer", WHO, whoOf(allow?.start).word),
      {
        type: "input",
        block_id: SETTINGS.people,
        optional: true,
        label: plainText("The people"),
        hint: plainText("They count where “The people below” is chosen."),
        element: {
          type: "multi_users_select",
          action_id: SETTINGS.element,
          max_selected_items: PEOPLE_MAX,
          ...(people.length > 0 ? { initial_users: [...people] } : {}),
        },
      },
      radio(SETTINGS.approve, "Who may allow code to run", APPROVE, approvalOf(allow?.approve)),
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

function whoOf(who: Who | undefined): { readonly word: keyof typeof WHO; readonly people: readonly string[] } {
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
  const options = optionsOf(chosen === LISTED ? { ...labels, [LISTED]: "As it is: a list of people" } : labels);
  const initial = options.find(({ value }) => value === chosen) ?? options[0];
  return {
    type: "input",
    block_id: id,
    label: plainText(label),
    element: { type: "radio_buttons", action_id: SETTINGS.element, options, ...(initial ? { initial_option: initial } : {}) },
  };
}
