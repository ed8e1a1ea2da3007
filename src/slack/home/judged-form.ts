import { isDeepStrictEqual } from "node:util";
import type { Actor } from "../people/affiliation.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { shorten } from "../words/escape.ts";
import { filledIn, type Filled } from "../words/form-inputs.ts";
import { mineOfForm, mySettings, ME, personSetting } from "./my-settings.ts";
import { AboutForm } from "../words/button-values.ts";
import type { Translator } from "../language/translator.ts";
import type { SubmissionBody } from "../words/press-payloads.ts";
import { isReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import { FORMS, YAML } from "./team-forms.ts";
import { AGENT, lowered, TEAM, teamJson, teamOfForm, withAgent, type Errors } from "./team-json.ts";
import type { ShelvedTeam, TeamMistake, TeamShelf } from "../../team-shelf.ts";

/** Of what is wrong at one field. */
const ERROR_CHARS_MAX = 500;
/** Decisions that are read to say who was faster. */
const DECISIONS_READ = 500;

/** What is wrong with a form, by its fields; or how it is made to hold. */
export type Judged =
  { readonly errors: Errors } | { /** What came in between, where something did. */ readonly save: () => Promise<string | undefined> };

/** Looked at as it stands now, for whoever sent it off; nothing of a form that is none of App Home's, or changes nothing here. */
export async function judge(ctx: HandlerContext, submission: SubmissionBody, { affiliation }: Actor): Promise<Judged | undefined> {
  const { callback_id: callback, private_metadata: metadata, state } = submission.view;
  const t = await ctx.languages.of(submission.user.id);
  const at: Form = { t, about: AboutForm.parse(metadata || "{}"), form: filledIn(state.values), user: submission.user.id };
  if (callback === FORMS.me) return judgeMine(ctx, at);
  const { shelf } = ctx;
  if (!shelf) return undefined;
  const subject = `team/${at.about.t ?? at.form.text(TEAM.name)}`;
  const no = await refused(ctx, "editTeams", { user: at.user, affiliation, startedBy: undefined, subject });
  const [firstBlock = TEAM.name] = Object.keys(state.values);
  if (no !== undefined) return { errors: { [firstBlock]: no } };
  await shelf.open(ctx.me.team);
  switch (callback) {
    case FORMS.create:
      return judgeCreate(ctx, shelf, at);
    case FORMS.edit:
      return judgeEdit(ctx, shelf, at);
    case FORMS.agent:
      return judgeAgent(ctx, shelf, at);
    case FORMS.yaml:
      return judgeYaml(ctx, shelf, at);
    case FORMS.remove:
      return judgeRemove(ctx, shelf, at);
    default:
      return undefined;
  }
}

interface Form {
  readonly t: Translator;
  readonly about: AboutForm;
  readonly form: Filled;
  readonly user: string;
}

async function judgeCreate(ctx: HandlerContext, shelf: TeamShelf, at: Form): Promise<Judged> {
  const { form } = at;
  const name = form.text(TEAM.name);
  const from = shelf.get(ctx.me.team, form.chosen(TEAM.from) ?? "");
  if (!from) return { errors: { [TEAM.from]: at.t("teamForms.error.fromGone") } };
  const copied = teamOfForm(at.t, lowered(teamJson(from.team), shelf.ceilings), form);
  if ("errors" in copied) return copied;
  return judgeTeam(ctx, shelf, at, {
    name,
    team: copied.team,
    deed: from.name === name ? "create team" : `create team from ${from.name}`,
    fields: TEAM_FIELDS,
  });
}

async function judgeEdit(ctx: HandlerContext, shelf: TeamShelf, at: Form): Promise<Judged> {
  const own = shelf.get(ctx.me.team, at.about.t ?? "");
  if (!own || own.fromFile) return { errors: { [TEAM.description]: at.t("teamForms.error.gone") } };
  const edited = teamOfForm(at.t, teamJson(own.team), at.form);
  // The agents of the list are those of now: who was faster is told first.
  if ("errors" in edited)
    return own.revision === at.about.revision ? edited : { errors: { [TEAM.description]: await whoWasFaster(ctx, at.t, own.name) } };
  return judgeTeam(ctx, shelf, at, { name: own.name, team: edited.team, deed: "edit team", fields: TEAM_FIELDS, own });
}

async function judgeAgent(ctx: HandlerContext, shelf: TeamShelf, at: Form): Promise<Judged> {
  const own = shelf.get(ctx.me.team, at.about.t ?? at.form.chosen(AGENT.team) ?? "");
  if (!own || own.fromFile) return { errors: { [AGENT.name]: at.t("teamForms.error.gone") } };
  const before = teamJson(own.team);
  const index = before.agents.findIndex(({ name }) => name === at.about.n);
  const team = withAgent(before, at.about.n, at.form);
  const place = `agents[${index < 0 ? before.agents.length : index}]`;
  const deed = index < 0 ? "add agent" : "edit agent";
  return judgeTeam(ctx, shelf, at, { name: own.name, team, deed: `${deed} ${at.form.text(AGENT.name)}`, fields: agentFields(place), own });
}

async function judgeYaml(ctx: HandlerContext, shelf: TeamShelf, at: Form): Promise<Judged> {
  const { t: edited } = at.about;
  const own = edited === undefined ? undefined : shelf.get(ctx.me.team, edited);
  if (edited !== undefined && (!own || own.fromFile)) return { errors: { [YAML.text]: at.t("teamForms.error.gone") } };
  const found = shelf.read([at.form.text(YAML.text), at.form.text(YAML.more)].filter(Boolean).join("\n"));
  if ("mistakes" in found) return { errors: { [YAML.text]: toldAll(found.mistakes) } };
  if (own && found.name !== own.name) return { errors: { [YAML.text]: at.t("teamForms.error.nameStays", { team: own.name }) } };
  return judgeTeam(ctx, shelf, at, {
    ...found,
    deed: own ? "edit team as YAML" : "import team",
    fields: () => YAML.text,
    ...(own ? { own } : {}),
  });
}

async function judgeRemove(ctx: HandlerContext, shelf: TeamShelf, at: Form): Promise<Judged> {
  const name = at.about.t ?? "";
  const own = shelf.get(ctx.me.team, name);
  if (at.form.text(TEAM.name) !== name) return { errors: { [TEAM.name]: at.t("teamForms.error.writeName", { team: name }) } };
  if (!own) return { save: async () => undefined };
  if (own.fromFile) return { errors: { [TEAM.name]: at.t("teamForms.error.gone") } };
  if (own.revision !== at.about.revision) return { errors: { [TEAM.name]: await whoWasFaster(ctx, at.t, name) } };
  return { save: () => save(ctx, shelf, at, { name, team: undefined, deed: "delete team" }) };
}

interface Wanted {
  readonly name: string;
  readonly team: unknown;
  readonly deed: string;
}

/** The last look at a team as it is wanted: nobody was faster, and the rules of the team file hold. */
async function judgeTeam(
  ctx: HandlerContext,
  shelf: TeamShelf,
  at: Form,
  wanted: Wanted & { readonly fields: (path: string) => string | undefined; readonly own?: ShelvedTeam },
): Promise<Judged> {
  const { name, team, own, fields } = wanted;
  const stands = shelf.get(ctx.me.team, name);
  // Handled once more after a crash.
  if (stands && !stands.fromFile && isDeepStrictEqual(plain(stands.team), plain(team))) return { save: async () => undefined };
  const revision = own ? (at.about.revision ?? own.revision) : 0;
  const shown = (path: string) =>
    [fields(path), Object.keys(TEAM).find((block) => at.form.has(block)), YAML.text].find(
      (block) => block !== undefined && at.form.has(block),
    ) ?? TEAM.name;
  if (own && revision !== own.revision) return { errors: { [shown("")]: await whoWasFaster(ctx, at.t, name) } };
  const mistakes = shelf.check(ctx.me.team, { name, team }, own === undefined);
  if (mistakes.length > 0) {
    const errors: { [block: string]: string } = {};
    for (const mistake of mistakes) {
      const block = shown(mistake.path);
      // At its own field the place need not be said.
      const words =
        fields(mistake.path) === undefined && mistake.path !== "" ? `${mistake.path}: ${mistake.message}` : sentence(mistake.message);
      errors[block] = shorten(errors[block] === undefined ? words : `${errors[block]} ${words}`, ERROR_CHARS_MAX);
    }
    return { errors };
  }
  return { save: () => save(ctx, shelf, { ...at, about: { ...at.about, revision } }, wanted) };
}

async function save(
  ctx: HandlerContext,
  shelf: TeamShelf,
  { t, about, user }: Form,
  { name, team, deed }: Wanted,
): Promise<string | undefined> {
  const decision = { workspace: ctx.me.team, person: await personOf(ctx, user), deed, subject: `team/${name}`, allowed: true };
  const done = await shelf.put({ workspace: ctx.me.team, name, team, revision: about.revision ?? 0, decision });
  return done ? undefined : whoWasFaster(ctx, t, name);
}

/** For the second of two editors: who was the first, and when. */
export async function whoWasFaster(ctx: HandlerContext, t: Translator, name: string): Promise<string> {
  const decisions = await ctx.settings.decisions(ctx.me.team, { limit: DECISIONS_READ });
  const last = decisions.find(({ deed, subject, allowed }) => allowed && !isReading(deed) && subject === `team/${name}`);
  return last
    ? t("teamForms.error.changed", { person: last.person.name, time: last.at.slice(11, 16), deed: last.deed })
    : t("teamForms.error.changedBySomebody");
}

/** Where in the form a mistake is shown, by its path in the team. */
function TEAM_FIELDS(path: string): string | undefined {
  const [head = "", below] = path.split(".");
  if (head === "name" || head === "description" || head === "stop" || head === "quiet") return head;
  if (head === "speakers") return below === "model" ? TEAM.model : TEAM.policy;
  if (head === "limits") return below;
  return path === "agents" ? TEAM.agents : undefined;
}

const agentFields =
  (place: string) =>
  (path: string): string | undefined => {
    if (!path.startsWith(`${place}.`)) return undefined;
    const [field = ""] = path.slice(place.length + 1).split(/[.[]/);
    return Object.values(AGENT).find((known) => known === field);
  };

const toldAll = (mistakes: readonly TeamMistake[]): string =>
  shorten(
    mistakes
      .map(({ path, line, message }) => `${line === undefined ? "" : `Line ${line}: `}${path === "" ? "" : `${path}: `}${message}`)
      .join("\n"),
    ERROR_CHARS_MAX,
  );

/** Behind its path a mistake begins small. */
const sentence = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

async function judgeMine(ctx: HandlerContext, { t, form, user, about }: Form): Promise<Judged> {
  const value = mineOfForm(form);
  const now = await mySettings(ctx, user);
  if (value.team !== undefined && !ctx.teams.cards.some(({ name }) => name === value.team))
    return { errors: { [ME.team]: t("teamForms.error.noSuchTeam") } };
  return {
    async save() {
      if (now.team === value.team && now.tellWhenDone === value.tellWhenDone) return undefined;
      const decision = {
        workspace: ctx.me.team,
        person: await personOf(ctx, user),
        deed: "set person",
        subject: personSetting(user),
        allowed: true,
      };
      const done = await ctx.settings.put({ name: personSetting(user), value, revision: about.revision ?? now.revision, decision });
      return done ? undefined : t("teamForms.error.mineChanged");
    },
  };
}
