import type { ModalView } from "@slack/web-api";
import type { Person, RunEvent } from "../../engine/events/events.ts";
import { FORGOTTEN } from "../../engine/events/forgotten.ts";
import { answerOf } from "../../engine/reading/answer.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { keepCase, type KeptCase } from "../../store/cases/kept-cases.ts";
import { findRun, mayNotExport, runPressed } from "../buttons/result-buttons.ts";
import { openModal, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import type { Translator } from "../language/translator.ts";
import type { Actor } from "../people/affiliation.ts";
import { refused } from "../people/permission-check.ts";
import { plainText, section } from "../words/blocks.ts";
import { AboutRun } from "../words/button-values.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { ELEMENT, textField } from "../words/form-inputs.ts";
import { CARD_LINE_CHARS, INPUT_CHARS_MAX } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import type { PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { membersIn, withoutPeople } from "./without-people.ts";

/** Keep as a case, under a result: a form with the answer in it, so that it can be put right. */
export async function pressKeepCase(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const found = await runPressed(ctx, press, actor);
  if (!found || !press.trigger_id) return;
  const { at, run } = found;
  if (await mayNotExport(ctx, found, actor)) return;
  const made = await caseOf(ctx, found, actor.user);
  const t = await ctx.languages.of(actor.user);
  if (!made) return ctx.whisper.tell(at.listener, t("cases.text.noAnswer"));
  await openModal(ctx, press.trigger_id, keepModal(t, { thread: at.thread, run }, made.kept));
}

const FIELDS = { expected: "expected", why: "why" } as const;
const WHY_CHARS_MAX = 500;

function keepModal(
  t: Translator,
  about: { readonly thread: string; readonly run: string },
  { input, answer, expected }: KeptCase,
): ModalView {
  // What a field cannot show whole is not to be cut by whoever sends it off.
  const isWhole = answer.length <= INPUT_CHARS_MAX;
  return {
    type: "modal",
    callback_id: "parley_keep_case",
    title: plainText(t("cases.title.keep")),
    submit: plainText(t("cases.submit.keep")),
    close: plainText(t("forms.submit.cancel")),
    private_metadata: JSON.stringify(about),
    blocks: [
      section(`>${safeMrkdwn(safeLine(input, CARD_LINE_CHARS))}`),
      textField({
        id: FIELDS.expected,
        label: t("cases.label.expected"),
        hint: t(isWhole ? "cases.hint.expected" : "cases.hint.long"),
        multiline: true,
        optional: true,
        // What was found bad is not proposed as the right one.
        value: isWhole ? expected : undefined,
      }),
      textField({ id: FIELDS.why, label: t("cases.label.why"), optional: true, charsMax: WHY_CHARS_MAX }),
      section(t("cases.text.names")),
    ],
  };
}

/** That form came back. */
export async function submitKeepCase(ctx: HandlerContext, submission: SubmissionBody, { user, affiliation }: Actor): Promise<void> {
  const about = AboutRun.safeParse(submission.view.private_metadata).data;
  const place = about && placeOf(about.thread);
  if (!about || about.run === undefined || place?.team !== ctx.me.team) return;
  const found = findRun(await ctx.runner.read(about.thread), about.run);
  if (!found) return;
  const listener = { user, channel: place.channel, threadTs: place.ts };
  const attempt = { user, affiliation, startedBy: found.startedBy, channel: place.channel, subject: about.thread, id: submission.view.id };
  const no = await refused(ctx, "export", attempt);
  if (no) return ctx.whisper.tell(listener, safeMrkdwn(no));
  const t = await ctx.languages.of(user);
  const made = await caseOf(ctx, found, user);
  if (!made) return ctx.whisper.tell(listener, t("cases.text.noAnswer"));
  const written = (field: string) => made.nameless(submission.view.state.values[field]?.[ELEMENT]?.value?.trim() ?? "");
  const [expected, why] = [written(FIELDS.expected), written(FIELDS.why)];
  const kept: KeptCase = { ...made.kept, ...(expected === "" ? {} : { expected }), ...(why === "" ? {} : { why }) };
  const decision = {
    workspace: ctx.me.team,
    person: await personOf(ctx, user),
    deed: "keep case",
    subject: about.thread,
    allowed: true,
    key: `keep case ${submission.view.id}`,
  };
  const of = { thread: about.thread, seq: found.started.seq, people: [...made.people, user] };
  await ctx.whisper.tell(listener, t(KEEPING[await keepCase(ctx.settings, of, { kept, decision })]));
}

const KEEPING = {
  kept: "cases.text.kept",
  full: "cases.text.full",
  large: "cases.text.large",
  "many people": "cases.text.manyPeople",
} as const;

/** The run as a case, in which nobody is named; nothing where it has no task or no answer, or one of them was forgotten. */
async function caseOf(ctx: HandlerContext, { team, events }: { readonly team: string } & Transcript, user: string) {
  const stopWords = ctx.teams.cards.find(({ name }) => name === team)?.stopWords ?? [];
  const answer = answerOf({ events }, stopWords)?.text;
  const said = events.flatMap((event) => (event.type === "message.posted" && "person" in event ? [event] : []));
  const [asked] = said;
  // What came along with the task is part of it: nobody could work on it without.
  const beside = asked?.beside ?? [];
  const task = [asked?.text ?? "", ...beside.map(({ source, text }) => (source === undefined ? text : `${source}:\n${text}`))]
    .filter(Boolean)
    .join("\n\n");
  if (answer === undefined || task === "" || [answer, asked?.text].includes(FORGOTTEN)) return undefined;
  const involved = peopleIn(events);
  const isMember = await ctx.people.lookalikes();
  const sources = beside.flatMap(({ source }) => (source !== undefined && isMember(source) ? [`@${source}`] : []));
  const members = membersIn(
    [...events.flatMap((event) => (event.type === "message.posted" ? [event.text] : [])), task, ...sources],
    isMember,
  );
  const nameless = withoutPeople([...involved, ...members], isMember);
  const input = nameless(task);
  const told = nameless(answer);
  const thought = helpfulBy(events, user);
  const kept: KeptCase = {
    version: 1,
    at: new Date(ctx.clock.now()).toISOString(),
    team,
    input,
    answer: told,
    ...(thought.helpful === false ? {} : { expected: told }),
    answers: said.filter(({ answers }) => Boolean(answers)).map(({ text }) => nameless(text)),
    ...thought,
  };
  return { kept, nameless, people: involved.map(({ id }) => id) };
}

/** Whoever started it or spoke in it, under each name. */
function peopleIn(events: readonly RunEvent[]): readonly Person[] {
  return events.flatMap((event) => {
    if (event.type === "run.started") return [event.startedBy];
    return event.type !== "feedback.given" && "person" in event && event.person ? [event.person] : [];
  });
}

/** What this person thought of it, else whoever said so last. */
function helpfulBy(events: readonly RunEvent[], user: string): { readonly helpful?: boolean } {
  const given = events.flatMap((event) => (event.type === "feedback.given" ? [event] : []));
  const last = given.findLast(({ person }) => person.id === user) ?? given.at(-1);
  return last ? { helpful: last.helpful } : {};
}
