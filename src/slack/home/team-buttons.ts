import type { Actor } from "../people/affiliation.ts";
import { context, section } from "../words/blocks.ts";
import { courtesy, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { whoWasFaster } from "./judged-form.ts";
import { PREFORMATTED_CHARS_MAX, SECTION_CHARS_MAX } from "../words/limits.ts";
import { createBucket } from "../api/pacer.ts";
import { AboutForm } from "../words/button-values.ts";
import type { Translator } from "../language/translator.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { conversationOf } from "../post/post-or-find.ts";
import { postNoted } from "../post/post-once.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused, wouldRefuse } from "../people/permission-check.ts";
import { agentForm } from "./agent-form.ts";
import { createForm, editForm, noteView, removeForm, teamView, yamlForm } from "./team-forms.ts";
import { inTwo, teamJson, withoutAgent } from "./team-json.ts";
import type { ShelvedTeam } from "../../team-shelf.ts";
import { uploadLooking } from "../post/upload.ts";
import { note, show, type Pressed } from "./home-press.ts";

/** What changes a team needs leave; to read one does not. */
export async function teamPressed(pressed: Pressed): Promise<void> {
  const { ctx, shelf, press, actor, verb, value } = pressed;
  const t = await ctx.languages.of(actor.user);
  const own = shelf.get(ctx.me.team, value.t ?? "");
  if (value.t !== undefined && !own) return note(ctx, press, "teamForms.title.team", t("teamForms.text.teamGone"));
  if (verb === "export") return own && exportTeam(pressed, own);
  const isReading = verb === "open" || verb === "agent";
  const no = await whyNot(ctx, actor, own?.name, isReading);
  const canEdit = no === undefined && own?.fromFile !== true;
  if (verb === "open") return own && show(ctx, press, teamView(t, own, { edit: no === undefined }));
  if (verb === "agent") return own && show(ctx, press, agentForm(t, shelf, { own, name: value.n, canEdit, teams: [] }));
  if (no !== undefined) return note(ctx, press, "teamForms.title.teams", safeMrkdwn(no));
  if (own && !canEdit && verb !== "copy") return note(ctx, press, "teamForms.title.team", t("teamForms.text.inFile"));
  switch (verb) {
    case "create":
      return show(ctx, press, createForm(t, shelf, ctx.me.team, undefined));
    case "copy":
      return own && show(ctx, press, createForm(t, shelf, ctx.me.team, own));
    case "edit":
      return own && show(ctx, press, editForm(t, own, shelf));
    case "newAgent": {
      const teams = shelf.list(ctx.me.team).flatMap(({ name, fromFile }) => (fromFile ? [] : [name]));
      return show(ctx, press, agentForm(t, shelf, { own, name: undefined, canEdit: true, teams }));
    }
    case "import":
      return show(ctx, press, yamlForm(t, undefined, ""));
    case "yaml":
      return own && editYaml({ ctx, shelf, press }, t, own);
    case "remove":
      return own && show(ctx, press, removeForm(t, own));
    case "dropAgent":
      return own && dropAgent(pressed, own);
    default:
      return undefined;
  }
}

/** Who only reads has not been refused anything. */
function whyNot(ctx: HandlerContext, actor: Actor, team: string | undefined, isReading: boolean): Promise<string | undefined> {
  const attempt = { ...actor, startedBy: undefined };
  if (isReading) return wouldRefuse(ctx, "editTeams", attempt);
  return refused(ctx, "editTeams", { ...attempt, subject: team === undefined ? "teams" : `team/${team}` });
}

async function editYaml({ ctx, shelf, press }: Pick<Pressed, "ctx" | "shelf" | "press">, t: Translator, own: ShelvedTeam): Promise<void> {
  const text = shelf.write(own);
  if (inTwo(text)) return show(ctx, press, yamlForm(t, own, text));
  return note(ctx, press, "teamForms.title.yaml", t("teamForms.text.tooLong"));
}

/** As text to copy and, where a block would not hold it, as a file in the person's messages with the app. */
async function exportTeam({ ctx, shelf, press, actor }: Pressed, own: ShelvedTeam): Promise<void> {
  const t = await ctx.languages.of(actor.user);
  const subject = `team/${own.name}`;
  const id = press.trigger_id;
  const no = await refused(ctx, "export", { ...actor, startedBy: undefined, subject, ...(id === undefined ? {} : { id }) });
  if (no !== undefined) return note(ctx, press, "teamForms.title.export", safeMrkdwn(no));
  const text = shelf.write(own);
  const fits = text.length <= PREFORMATTED_CHARS_MAX;
  const file = `${own.name}.yml`;
  const shown = fits ? text : `${text.slice(0, PREFORMATTED_CHARS_MAX)}\n…`;
  await show(
    ctx,
    press,
    noteView(
      t,
      t("teamForms.title.export"),
      context(fits ? t("teamForms.text.export") : t("teamForms.text.exportBeginning", { file: safeMrkdwn(file) })),
      { type: "rich_text", elements: [{ type: "rich_text_preformatted", border: 0, elements: [{ type: "text", text: shown }] }] },
    ),
  );
  if (!fits) await sendFile(ctx, press, { name: file, text });
  await recordReading(ctx, actor, { deed: "export team", subject, id });
}

async function sendFile(
  ctx: HandlerContext,
  press: PressBody,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<void> {
  const user = press.user.id;
  const t = await ctx.languages.of(user);
  // Once for this press, also when it is handled again after a crash.
  const key = `export/${press.view?.id ?? ""}/${press.trigger_id ?? ""}`;
  try {
    const channel = await conversationOf(ctx, user);
    const line = t("teamForms.text.exported", { file: safeMrkdwn(name) });
    const said = await postNoted(ctx, { key, id: key, channel, text: line }, { blind: "leave" });
    if (said.kind !== "posted") return ctx.log(`a team could not be sent as a file (${said.failure.code})`);
    const place = { team: ctx.me.team, channel, ts: said.ts };
    const post = { id: 0, thread: key, seq: 0, kind: "export", part: 0, sendingSince: undefined };
    const uploaded = await uploadLooking(
      {
        kind: "file",
        name,
        alt: t("teamForms.text.fileAlt"),
        comment: t("teamForms.text.fileComment"),
        content: { text: "" },
        bytes: Buffer.from(text),
      },
      place,
      post,
      {
        web: ctx.web,
        store: ctx.store,
        bucket: createBucket({ perMinute: 40, burst: 2, clock: ctx.clock }),
        clock: ctx.clock,
        signal: new AbortController().signal,
      },
    );
    if (uploaded.kind === "failed")
      await tellDirectly(ctx, user, t("teamForms.text.notUploaded", { file: safeMrkdwn(name), why: safeMrkdwn(uploaded.failure.code) }));
  } catch (error) {
    ctx.log("a team could not be sent as a file", error);
  }
}

/** From within the agent's form, which then has nothing more to change. */
async function dropAgent({ ctx, home, shelf, press, value }: Pressed, own: ShelvedTeam): Promise<void> {
  const t = await ctx.languages.of(press.user.id);
  const before = teamJson(own.team);
  const name = value.n ?? "";
  if (!before.agents.some((agent) => agent.name === name))
    return inPlace(ctx, t, press, t("teamForms.text.agentGone", { agent: safeMrkdwn(name) }));
  if (AboutForm.parse(press.view?.private_metadata || "{}").revision !== own.revision)
    return inPlace(ctx, t, press, safeMrkdwn(await whoWasFaster(ctx, t, own.name)));
  const team = withoutAgent(before, name);
  const [mistake] = shelf.check(ctx.me.team, { name: own.name, team }, false);
  if (mistake)
    return inPlace(
      ctx,
      t,
      press,
      t("teamForms.text.agentNeeded", { agent: safeMrkdwn(name), why: `\`${safeMrkdwn(mistake.path)}\` ${safeMrkdwn(mistake.message)}` }),
    );
  const decision = {
    workspace: ctx.me.team,
    person: await personOf(ctx, press.user.id),
    deed: `take out agent ${name}`,
    subject: `team/${own.name}`,
    allowed: true,
  };
  const done = await shelf.put({ workspace: ctx.me.team, name: own.name, team, revision: own.revision, decision });
  await inPlace(
    ctx,
    t,
    press,
    done ? t("teamForms.text.agentOut", { agent: safeMrkdwn(name) }) : safeMrkdwn(await whoWasFaster(ctx, t, own.name)),
  );
  const now = shelf.get(ctx.me.team, own.name);
  const below = press.view?.previous_view_id;
  if (below !== undefined && now)
    await courtesy(ctx, "views.update", () => ctx.web.write.views.update({ view_id: below, view: teamView(t, now, { edit: true }) }));
  home.changed();
}

function inPlace(ctx: HandlerContext, t: Translator, press: PressBody, words: string): Promise<void> {
  const id = press.view?.id ?? "";
  return courtesy(ctx, "views.update", () =>
    ctx.web.write.views.update({ view_id: id, view: noteView(t, t("teamForms.title.agent"), section(words.slice(0, SECTION_CHARS_MAX))) }),
  );
}
