import type { ModalView } from "@slack/types";
import type { Actor } from "../people/affiliation.ts";
import { context, section } from "../words/blocks.ts";
import { openNewRun } from "../commands/slash-commands.ts";
import { courtesy, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { decisionsView } from "./admin-section.ts";
import { whoWasFaster } from "./form-submissions.ts";
import type { Home } from "./home.ts";
import { PREFORMATTED_CHARS_MAX, RUN_ID_CHARS, SECTION_CHARS_MAX } from "../words/limits.ts";
import { myForm, mySettings } from "./my-settings.ts";
import { createBucket } from "../api/pacer.ts";
import { AboutForm, HomeValue } from "../words/button-values.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { conversationOf } from "../post/post-or-find.ts";
import { postNoted } from "../post/post-once.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused, wouldRefuse } from "../people/permission-check.ts";
import { stop } from "../commands/run-control.ts";
import { answerModal } from "../buttons/run-modals.ts";
import { selectorLog } from "./selector-log.ts";
import { agentForm } from "./agent-form.ts";
import { createForm, editForm, noteView, removeForm, teamView, yamlForm } from "./team-forms.ts";
import { inTwo, teamJson, withoutAgent } from "./team-json.ts";
import type { ShelvedTeam, TeamShelf } from "./team-shelf.ts";
import { uploadLooking } from "../post/upload.ts";

/** A button or a menu of App Home and of its modals. */
export async function pressHome(ctx: HandlerContext, home: Home, press: PressBody, actor: Actor): Promise<void> {
  const [action] = press.actions;
  const value = HomeValue.parse(action.selected_option?.value ?? action.value);
  const verb = value.v ?? action.action_id.split(".").at(-1) ?? "";
  await ctx.shelf?.open(ctx.me.team);
  if (await runPressed({ ctx, home, press, actor, verb, value })) return;
  const { shelf } = ctx;
  if (shelf) await teamPressed({ ctx, home, shelf, press, actor, verb, value });
}

/** What is about a run, a person or the whole; false for another verb. */
async function runPressed({ ctx, home, press, actor, verb, value }: Omit<Pressed, "shelf">): Promise<boolean> {
  const { user } = actor;
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
    case "me":
      await show(ctx, press, myForm(await mySettings(ctx, user), ctx.teams));
      return true;
    case "decisions":
      await showDecisions(ctx, press, actor);
      return true;
    case "log":
    case "again":
    case "answer":
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
  if (no !== undefined) return note(ctx, press, "Decisions", safeMrkdwn(no));
  await show(ctx, press, await decisionsView(ctx));
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
}: Omit<Pressed, "shelf" | "verb"> & { readonly verb: "log" | "again" | "answer" | "stop" }): Promise<void> {
  const { user, affiliation } = actor;
  const run = await home.runs.find(user, value.thread ?? "");
  if (!run) return note(ctx, press, "Run", "This run is not there any more, or is in a channel that you are not in.");
  const { thread, place, state } = run;
  if (verb === "log") await recordReading(ctx, actor, { deed: "read choices", subject: thread, id: press.trigger_id });
  if (verb === "log") return show(ctx, press, selectorLog(await ctx.runner.read(thread)));
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
    if (!question) return note(ctx, press, "Answer", "This question was answered already. To say more, reply in the thread.");
    const no = await refused(ctx, "answer", { user, affiliation, startedBy: state.startedBy, channel: place.channel, subject: thread });
    if (no !== undefined) return note(ctx, press, "Answer", safeMrkdwn(no));
    return show(ctx, press, answerModal({ thread, seq: question.seq }, question));
  }
  if (!state.running || value.r !== state.run?.slice(0, RUN_ID_CHARS)) return note(ctx, press, "Stop", "This run is over.");
  await stop(ctx, { thread, run: state, user, affiliation, listener: { user, channel: place.channel, threadTs: place.ts, ts: place.ts } });
  home.changed();
}

interface Pressed {
  readonly ctx: HandlerContext;
  readonly home: Home;
  readonly shelf: TeamShelf;
  readonly press: PressBody;
  readonly actor: Actor;
  readonly verb: string;
  readonly value: HomeValue;
}

/** What changes a team needs leave; to read one does not. */
async function teamPressed(pressed: Pressed): Promise<void> {
  const { ctx, shelf, press, actor, verb, value } = pressed;
  const own = shelf.get(ctx.me.team, value.t ?? "");
  if (value.t !== undefined && !own) return note(ctx, press, "Team", "This team is not there any more.");
  if (verb === "export") return own && exportTeam(pressed, own);
  const isReading = verb === "open" || verb === "agent";
  const no = await whyNot(ctx, actor, own?.name, isReading);
  const canEdit = no === undefined && own?.fromFile !== true;
  if (verb === "open") return own && show(ctx, press, teamView(own, { edit: no === undefined }));
  if (verb === "agent") return own && show(ctx, press, agentForm(shelf, { own, name: value.n, canEdit, teams: [] }));
  if (no !== undefined) return note(ctx, press, "Teams", safeMrkdwn(no));
  if (own && !canEdit && verb !== "copy") return note(ctx, press, "Team", "This team is in the team file; duplicate it to change it.");
  switch (verb) {
    case "create":
      return show(ctx, press, createForm(shelf, ctx.me.team, undefined));
    case "copy":
      return own && show(ctx, press, createForm(shelf, ctx.me.team, own));
    case "edit":
      return own && show(ctx, press, editForm(own, shelf));
    case "newAgent": {
      const teams = shelf.list(ctx.me.team).flatMap(({ name, fromFile }) => (fromFile ? [] : [name]));
      return show(ctx, press, agentForm(shelf, { own, name: undefined, canEdit: true, teams }));
    }
    case "import":
      return show(ctx, press, yamlForm(undefined, ""));
    case "yaml":
      return own && editYaml(ctx, shelf, press, own);
    case "remove":
      return own && show(ctx, press, removeForm(own));
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

async function editYaml(ctx: HandlerContext, shelf: TeamShelf, press: PressBody, own: ShelvedTeam): Promise<void> {
  const text = shelf.write(own);
  if (inTwo(text)) return show(ctx, press, yamlForm(own, text));
  return note(
    ctx,
    press,
    "Edit as YAML",
    "This team is longer than a form holds. Change it agent by agent, or export it and put it into the team file.",
  );
}

/** As text to copy and, where a block would not hold it, as a file in the person's messages with the app. */
async function exportTeam({ ctx, shelf, press, actor }: Pressed, own: ShelvedTeam): Promise<void> {
  const subject = `team/${own.name}`;
  const id = press.trigger_id;
  const no = await refused(ctx, "export", { ...actor, startedBy: undefined, subject, ...(id === undefined ? {} : { id }) });
  if (no !== undefined) return note(ctx, press, "Export", safeMrkdwn(no));
  const text = shelf.write(own);
  const fits = text.length <= PREFORMATTED_CHARS_MAX;
  const file = `${own.name}.yml`;
  const shown = fits ? text : `${text.slice(0, PREFORMATTED_CHARS_MAX)}\n…`;
  await show(
    ctx,
    press,
    noteView(
      "Export",
      context(
        fits
          ? `Put this into a team file, or import it in another workspace.`
          : `This is its beginning; the whole is in your messages with me, as \`${safeMrkdwn(file)}\`.`,
      ),
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
  // Once for this press, also when it is handled again after a crash.
  const key = `export/${press.view?.id ?? ""}/${press.trigger_id ?? ""}`;
  try {
    const channel = await conversationOf(ctx, user);
    const line = `Here is \`${safeMrkdwn(name)}\`, as a team file has it.`;
    const said = await postNoted(ctx, { key, id: key, channel, text: line }, { blind: "leave" });
    if (said.kind !== "posted") return ctx.log(`a team could not be sent as a file (${said.failure.code})`);
    const place = { team: ctx.me.team, channel, ts: said.ts };
    const post = { id: 0, thread: key, seq: 0, kind: "export", part: 0, sendingSince: undefined };
    const uploaded = await uploadLooking(
      { kind: "file", name, alt: "A team as YAML", comment: "The whole team", content: { text: "" }, bytes: Buffer.from(text) },
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
      await tellDirectly(ctx, user, `\`${safeMrkdwn(name)}\` could not be uploaded (${safeMrkdwn(uploaded.failure.code)}).`);
  } catch (error) {
    ctx.log("a team could not be sent as a file", error);
  }
}

/** From within the agent's form, which then has nothing more to change. */
async function dropAgent({ ctx, home, shelf, press, value }: Pressed, own: ShelvedTeam): Promise<void> {
  const before = teamJson(own.team);
  const name = value.n ?? "";
  if (!before.agents.some((agent) => agent.name === name))
    return inPlace(ctx, press, `*${safeMrkdwn(name)}* is not in the team any more. Close this.`);
  if (AboutForm.parse(press.view?.private_metadata || "{}").revision !== own.revision)
    return inPlace(ctx, press, safeMrkdwn(await whoWasFaster(ctx, own.name)));
  const team = withoutAgent(before, name);
  const [mistake] = shelf.check(ctx.me.team, { name: own.name, team }, false);
  if (mistake)
    return inPlace(
      ctx,
      press,
      `The team does not work without *${safeMrkdwn(name)}*: \`${safeMrkdwn(mistake.path)}\` ${safeMrkdwn(mistake.message)}`,
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
    press,
    done ? `*${safeMrkdwn(name)}* is no longer in the team. Close this.` : safeMrkdwn(await whoWasFaster(ctx, own.name)),
  );
  const now = shelf.get(ctx.me.team, own.name);
  const below = press.view?.previous_view_id;
  if (below !== undefined && now)
    await courtesy(ctx, "views.update", () => ctx.web.write.views.update({ view_id: below, view: teamView(now, { edit: true }) }));
  home.changed();
}

function inPlace(ctx: HandlerContext, press: PressBody, words: string): Promise<void> {
  const id = press.view?.id ?? "";
  return courtesy(ctx, "views.update", () =>
    ctx.web.write.views.update({ view_id: id, view: noteView("Agent", section(words.slice(0, SECTION_CHARS_MAX))) }),
  );
}

const note = (ctx: HandlerContext, press: PressBody, title: string, words: string): Promise<void> =>
  show(ctx, press, noteView(title, section(words)));

const isInModal = (press: PressBody): boolean => press.view?.type === "modal";

/** On top of the modal in which it was asked for, or by itself. */
function show(ctx: HandlerContext, press: PressBody, view: ModalView): Promise<void> {
  const trigger = press.trigger_id ?? "";
  return isInModal(press)
    ? courtesy(ctx, "views.push", () => ctx.web.write.views.push({ trigger_id: trigger, view }))
    : courtesy(ctx, "views.open", () => ctx.web.write.views.open({ trigger_id: trigger, view }));
}
