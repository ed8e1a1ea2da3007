import type { ModalView } from "@slack/types";
import type { Actor } from "../people/affiliation.ts";
import { context, section } from "../words/blocks.ts";
import { openNewRun } from "../desk/slash-commands.ts";
import { courtesy, tellDirectly, type Desk } from "../desk/handler-context.ts";
import { personOf } from "../desk/message-context.ts";
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
import { stop } from "../desk/run-control.ts";
import { answerModal } from "../buttons/run-modals.ts";
import { selectorLog } from "./selector-log.ts";
import { agentForm } from "./agent-form.ts";
import { createForm, editForm, noteView, removeForm, teamView, yamlForm } from "./team-forms.ts";
import { inTwo, teamJson, withoutAgent } from "./team-json.ts";
import type { ShelvedTeam, TeamShelf } from "./team-shelf.ts";
import { uploadLooking } from "../post/upload.ts";

/** A button or a menu of App Home and of its modals. */
export async function pressHome(desk: Desk, home: Home, press: PressBody, actor: Actor): Promise<void> {
  const [action] = press.actions;
  const value = HomeValue.parse(action.selected_option?.value ?? action.value);
  const verb = value.v ?? action.action_id.split(".").at(-1) ?? "";
  await desk.shelf?.open(desk.me.team);
  if (await runPressed({ desk, home, press, actor, verb, value })) return;
  const { shelf } = desk;
  if (shelf) await teamPressed({ desk, home, shelf, press, actor, verb, value });
}

/** What is about a run, a person or the whole; false for another verb. */
async function runPressed({ desk, home, press, actor, verb, value }: Omit<Pressed, "shelf">): Promise<boolean> {
  const { user } = actor;
  switch (verb) {
    case "run":
      await openNewRun(desk, {
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
      await show(desk, press, myForm(await mySettings(desk, user), desk.teams));
      return true;
    case "decisions":
      await showDecisions(desk, press, actor);
      return true;
    case "log":
    case "again":
    case "answer":
    case "stop":
      await threadPressed({ desk, home, press, actor, verb, value });
      return true;
    default:
      // A link opens by itself.
      return verb === "open" && value.t === undefined;
  }
}

/** The audit log, for whom the table lets; that it was looked at stands in it. */
async function showDecisions(desk: Desk, press: PressBody, actor: Actor): Promise<void> {
  const subject = "the audit log";
  const id = press.trigger_id;
  const no = await refused(desk, "audit", { ...actor, startedBy: undefined, subject, ...(id === undefined ? {} : { id }) });
  if (no !== undefined) return note(desk, press, "Decisions", safeMrkdwn(no));
  await show(desk, press, await decisionsView(desk));
  await recordReading(desk, actor, { deed: "read decisions", subject, id });
}

/** About the run of a thread of a channel that was asked about at the door. */
async function threadPressed({
  desk,
  home,
  press,
  actor,
  verb,
  value,
}: Omit<Pressed, "shelf" | "verb"> & { readonly verb: "log" | "again" | "answer" | "stop" }): Promise<void> {
  const { user, affiliation } = actor;
  const run = await home.runs.find(user, value.thread ?? "");
  if (!run) return note(desk, press, "Run", "This run is not there any more, or is in a channel that you are not in.");
  const { thread, place, state } = run;
  if (verb === "log") await recordReading(desk, actor, { deed: "read choices", subject: thread, id: press.trigger_id });
  if (verb === "log") return show(desk, press, selectorLog(await desk.runner.read(thread)));
  if (verb === "again") {
    const team = desk.teams.cards.some(({ name }) => name === state.team) ? state.team : undefined;
    return openNewRun(desk, {
      user,
      triggerId: press.trigger_id ?? "",
      task: run.task,
      channel: place.channel,
      ...(team === undefined ? {} : { team }),
    });
  }
  if (verb === "answer") {
    const question = state.questions.find(({ seq }) => seq === value.seq);
    if (!question) return note(desk, press, "Answer", "This question was answered already. To say more, reply in the thread.");
    const no = await refused(desk, "answer", { user, affiliation, startedBy: state.startedBy, channel: place.channel, subject: thread });
    if (no !== undefined) return note(desk, press, "Answer", safeMrkdwn(no));
    return show(desk, press, answerModal({ thread, seq: question.seq }, question));
  }
  if (!state.running || value.r !== state.run?.slice(0, RUN_ID_CHARS)) return note(desk, press, "Stop", "This run is over.");
  await stop(desk, { thread, run: state, user, affiliation, listener: { user, channel: place.channel, threadTs: place.ts, ts: place.ts } });
  home.changed();
}

interface Pressed {
  readonly desk: Desk;
  readonly home: Home;
  readonly shelf: TeamShelf;
  readonly press: PressBody;
  readonly actor: Actor;
  readonly verb: string;
  readonly value: HomeValue;
}

/** What changes a team needs leave; to read one does not. */
async function teamPressed(pressed: Pressed): Promise<void> {
  const { desk, shelf, press, actor, verb, value } = pressed;
  const own = shelf.get(desk.me.team, value.t ?? "");
  if (value.t !== undefined && !own) return note(desk, press, "Team", "This team is not there any more.");
  if (verb === "export") return own && exportTeam(pressed, own);
  const isReading = verb === "open" || verb === "agent";
  const no = await whyNot(desk, actor, own?.name, isReading);
  const canEdit = no === undefined && own?.fromFile !== true;
  if (verb === "open") return own && show(desk, press, teamView(own, { edit: no === undefined }));
  if (verb === "agent") return own && show(desk, press, agentForm(shelf, { own, name: value.n, canEdit, teams: [] }));
  if (no !== undefined) return note(desk, press, "Teams", safeMrkdwn(no));
  if (own && !canEdit && verb !== "copy") return note(desk, press, "Team", "This team is in the team file; duplicate it to change it.");
  switch (verb) {
    case "create":
      return show(desk, press, createForm(shelf, desk.me.team, undefined));
    case "copy":
      return own && show(desk, press, createForm(shelf, desk.me.team, own));
    case "edit":
      return own && show(desk, press, editForm(own, shelf));
    case "newAgent": {
      const teams = shelf.list(desk.me.team).flatMap(({ name, fromFile }) => (fromFile ? [] : [name]));
      return show(desk, press, agentForm(shelf, { own, name: undefined, canEdit: true, teams }));
    }
    case "import":
      return show(desk, press, yamlForm(undefined, ""));
    case "yaml":
      return own && editYaml(desk, shelf, press, own);
    case "remove":
      return own && show(desk, press, removeForm(own));
    case "dropAgent":
      return own && dropAgent(pressed, own);
    default:
      return undefined;
  }
}

/** Who only reads has not been refused anything. */
function whyNot(desk: Desk, actor: Actor, team: string | undefined, isReading: boolean): Promise<string | undefined> {
  const attempt = { ...actor, startedBy: undefined };
  if (isReading) return wouldRefuse(desk, "editTeams", attempt);
  return refused(desk, "editTeams", { ...attempt, subject: team === undefined ? "teams" : `team/${team}` });
}

async function editYaml(desk: Desk, shelf: TeamShelf, press: PressBody, own: ShelvedTeam): Promise<void> {
  const text = shelf.write(own);
  if (inTwo(text)) return show(desk, press, yamlForm(own, text));
  return note(
    desk,
    press,
    "Edit as YAML",
    "This team is longer than a form holds. Change it agent by agent, or export it and put it into the team file.",
  );
}

/** As text to copy and, where a block would not hold it, as a file in the person's messages with the app. */
async function exportTeam({ desk, shelf, press, actor }: Pressed, own: ShelvedTeam): Promise<void> {
  const subject = `team/${own.name}`;
  const id = press.trigger_id;
  const no = await refused(desk, "export", { ...actor, startedBy: undefined, subject, ...(id === undefined ? {} : { id }) });
  if (no !== undefined) return note(desk, press, "Export", safeMrkdwn(no));
  const text = shelf.write(own);
  const fits = text.length <= PREFORMATTED_CHARS_MAX;
  const file = `${own.name}.yml`;
  const shown = fits ? text : `${text.slice(0, PREFORMATTED_CHARS_MAX)}\n…`;
  await show(
    desk,
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
  if (!fits) await sendFile(desk, press, { name: file, text });
  await recordReading(desk, actor, { deed: "export team", subject, id });
}

async function sendFile(desk: Desk, press: PressBody, { name, text }: { readonly name: string; readonly text: string }): Promise<void> {
  const user = press.user.id;
  // Once for this press, also when it is handled again after a crash.
  const key = `export/${press.view?.id ?? ""}/${press.trigger_id ?? ""}`;
  try {
    const channel = await conversationOf(desk, user);
    const line = `Here is \`${safeMrkdwn(name)}\`, as a team file has it.`;
    const said = await postNoted(desk, { key, id: key, channel, text: line }, { blind: "leave" });
    if (said.kind !== "posted") return desk.log(`a team could not be sent as a file (${said.failure.code})`);
    const place = { team: desk.me.team, channel, ts: said.ts };
    const post = { id: 0, thread: key, seq: 0, kind: "export", part: 0, sendingSince: undefined };
    const uploaded = await uploadLooking(
      { kind: "file", name, alt: "A team as YAML", comment: "The whole team", content: { text: "" }, bytes: Buffer.from(text) },
      place,
      post,
      {
        web: desk.web,
        store: desk.store,
        bucket: createBucket({ perMinute: 40, burst: 2, clock: desk.clock }),
        clock: desk.clock,
        signal: new AbortController().signal,
      },
    );
    if (uploaded.kind === "failed")
      await tellDirectly(desk, user, `\`${safeMrkdwn(name)}\` could not be uploaded (${safeMrkdwn(uploaded.failure.code)}).`);
  } catch (error) {
    desk.log("a team could not be sent as a file", error);
  }
}

/** From within the agent's form, which then has nothing more to change. */
async function dropAgent({ desk, home, shelf, press, value }: Pressed, own: ShelvedTeam): Promise<void> {
  const before = teamJson(own.team);
  const name = value.n ?? "";
  if (!before.agents.some((agent) => agent.name === name))
    return inPlace(desk, press, `*${safeMrkdwn(name)}* is not in the team any more. Close this.`);
  if (AboutForm.parse(press.view?.private_metadata || "{}").revision !== own.revision)
    return inPlace(desk, press, safeMrkdwn(await whoWasFaster(desk, own.name)));
  const team = withoutAgent(before, name);
  const [mistake] = shelf.check(desk.me.team, { name: own.name, team }, false);
  if (mistake)
    return inPlace(
      desk,
      press,
      `The team does not work without *${safeMrkdwn(name)}*: \`${safeMrkdwn(mistake.path)}\` ${safeMrkdwn(mistake.message)}`,
    );
  const decision = {
    workspace: desk.me.team,
    person: await personOf(desk, press.user.id),
    deed: `take out agent ${name}`,
    subject: `team/${own.name}`,
    allowed: true,
  };
  const done = await shelf.put({ workspace: desk.me.team, name: own.name, team, revision: own.revision, decision });
  await inPlace(
    desk,
    press,
    done ? `*${safeMrkdwn(name)}* is no longer in the team. Close this.` : safeMrkdwn(await whoWasFaster(desk, own.name)),
  );
  const now = shelf.get(desk.me.team, own.name);
  const below = press.view?.previous_view_id;
  if (below !== undefined && now)
    await courtesy(desk, "views.update", () => desk.web.write.views.update({ view_id: below, view: teamView(now, { edit: true }) }));
  home.changed();
}

function inPlace(desk: Desk, press: PressBody, words: string): Promise<void> {
  const id = press.view?.id ?? "";
  return courtesy(desk, "views.update", () =>
    desk.web.write.views.update({ view_id: id, view: noteView("Agent", section(words.slice(0, SECTION_CHARS_MAX))) }),
  );
}

const note = (desk: Desk, press: PressBody, title: string, words: string): Promise<void> =>
  show(desk, press, noteView(title, section(words)));

const isInModal = (press: PressBody): boolean => press.view?.type === "modal";

/** On top of the modal in which it was asked for, or by itself. */
function show(desk: Desk, press: PressBody, view: ModalView): Promise<void> {
  const trigger = press.trigger_id ?? "";
  return isInModal(press)
    ? courtesy(desk, "views.push", () => desk.web.write.views.push({ trigger_id: trigger, view }))
    : courtesy(desk, "views.open", () => desk.web.write.views.open({ trigger_id: trigger, view }));
}
