import { approvalOf, isStanding } from "../../engine/approvals.ts";
import type { Person } from "../../engine/events/events.ts";
import { isForWords } from "../../engine/agents/foreign.ts";
import { readBack } from "../../engine/reading/shown.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { denyModal, editedTo, editForm, editModal, FIELDS } from "./approval-modals.ts";
import { pressed, type Pressed } from "./press.ts";
import { openModal, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import type { Translator } from "../language/translator.ts";
import { mention } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { AboutRun, ButtonValue } from "../words/button-values.ts";
import type { PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import type { Of } from "../render/log-reading.ts";
import { refused } from "../people/permission-check.ts";
import { isShownWhole } from "../render/code-excerpt.ts";

/** Run once, Allow for this run, Deny, under a call that waits for a yes. */
export async function pressApproval(ctx: HandlerContext, press: PressBody, actor: Actor, word: "once" | "run" | "deny"): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const transcript = await ctx.runner.read(at.thread);
  const request = askedIn(transcript, press);
  if (!request || (isOpen(transcript, request) && (await mayNot(ctx, at, transcript, press)))) return;
  const person = await personOf(ctx, press.user.id);
  const approved = word !== "deny";
  // A press on a card of before, or a forged one: more than was shown cannot be allowed with it.
  const t = await ctx.languages.of(person.id);
  if (word === "run" && !isShownWhole(request)) return ctx.whisper.tell(at.listener, t("notes.text.onlyOnce"));
  const scope = word === "run" ? ("run" as const) : approved && request.lasting && !isShownWhole(request) ? ("call" as const) : undefined;
  const verdict = { call: request.call, approved, person, ...(scope ? { scope } : {}) };
  if (await ctx.runner.approve(at.thread, verdict)) return;
  // The press may come a second time after a crash.
  const answer = approvalOf(await ctx.runner.read(at.thread), request.call);
  if (answer.kind !== "given" || answer.person.id !== person.id || answer.approved !== approved)
    await ctx.whisper.tell(at.listener, tooLate(t, answer.kind));
}

/** Edit…, and Deny and say why…, which open a form. */
export async function pressApprovalForm(ctx: HandlerContext, press: PressBody, actor: Actor, form: "edit" | "deny"): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at || !press.trigger_id) return;
  const transcript = await ctx.runner.read(at.thread);
  const request = askedIn(transcript, press);
  if (!request) return;
  const t = await ctx.languages.of(press.user.id);
  if (!isOpen(transcript, request)) return ctx.whisper.tell(at.listener, tooLate(t, approvalOf(transcript, request.call).kind));
  if (await mayNot(ctx, at, transcript, press)) return;
  const about = { thread: at.thread, seq: request.seq };
  if (form === "deny") return openModal(ctx, press.trigger_id, denyModal(t, about, request));
  const text = editForm(request);
  if (text === undefined) return ctx.whisper.tell(at.listener, t("notes.text.tooLong"));
  await openModal(ctx, press.trigger_id, editModal(t, about, request, text));
}

/** One of these forms came back. */
export async function submitApproval(
  ctx: HandlerContext,
  submission: SubmissionBody,
  { affiliation }: Actor,
  form: "edit" | "deny",
): Promise<void> {
  const about = AboutRun.safeParse(submission.view.private_metadata).data;
  const place = about && placeOf(about.thread);
  if (!about || place?.team !== ctx.me.team) return;
  const user = submission.user.id;
  const transcript = await ctx.runner.read(about.thread);
  const request = transcript.events[(about.seq ?? 0) - 1];
  if (request?.type !== "approval.requested") return;
  const { startedBy } = currentRun(transcript);
  const listener = { user, channel: place.channel, threadTs: place.ts, ts: place.ts };
  if (isOpen(transcript, request)) {
    const attempt = { user, affiliation, startedBy, channel: place.channel, subject: about.thread, id: submission.view.id };
    const no = await refused(ctx, "approve", attempt);
    if (no) return tellDirectly(ctx, user, safeMrkdwn(no));
    if (request.only && request.only.id !== user) return tellDirectly(ctx, user, await notTheirYes(ctx, user, request.only));
  }
  const written = submission.view.state.values[FIELDS.text]?.[FIELDS.element]?.value ?? "";
  const edited = form === "edit" ? editedTo(request, written) : undefined;
  const person = await personOf(ctx, user);
  const t = await ctx.languages.of(user);
  if (form === "edit" && request.tool !== undefined && !isForWords(request.tool) && !isJson(readBack(written)))
    return ctx.whisper.tell(listener, t("notes.text.noJson", { button: await editButton(ctx, transcript) }));
  const reason = written.trim();
  const verdict =
    form === "edit" ? { approved: true, ...(edited === undefined ? {} : { edited }) } : { approved: false, ...(reason ? { reason } : {}) };
  if (await ctx.runner.approve(about.thread, { call: request.call, person, ...verdict })) return;
  const answer = approvalOf(await ctx.runner.read(about.thread), request.call);
  if (answer.kind !== "given" || answer.person.id !== user || answer.approved !== verdict.approved)
    await ctx.whisper.tell(listener, tooLate(t, answer.kind));
}

/** Ask me again: a yes for the run is taken back. */
export async function pressAskAgain(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const transcript = await ctx.runner.read(at.thread);
  const request = askedIn(transcript, press);
  if (!request || !isStanding(transcript, request.call)) return;
  if (await mayNot(ctx, at, transcript, press)) return;
  await ctx.runner.steer(at.thread, { kind: "withdraw", call: request.call, person: await personOf(ctx, press.user.id) });
}

function askedIn({ events }: Transcript, press: PressBody): Of<"approval.requested"> | undefined {
  const { seq } = ButtonValue.parse(press.actions[0].value);
  const request = events[(seq ?? 0) - 1];
  return request?.type === "approval.requested" ? request : undefined;
}

const isOpen = (transcript: Transcript, { call }: Of<"approval.requested">): boolean =>
  currentRun(transcript).approvals.some((open) => open.call === call);

async function mayNot(ctx: HandlerContext, at: Pressed, transcript: Transcript, press: PressBody): Promise<boolean> {
  const { startedBy } = currentRun(transcript);
  const no = await refused(ctx, "approve", { user: press.user.id, affiliation: at.affiliation, startedBy, ...at.about });
  const { only } = askedIn(transcript, press) ?? {};
  const words = no === undefined ? only && only.id !== press.user.id && (await notTheirYes(ctx, press.user.id, only)) : safeMrkdwn(no);
  if (words) await ctx.whisper.tell(at.listener, words);
  return Boolean(words);
}

const notTheirYes = async (ctx: HandlerContext, user: string, only: Person): Promise<string> =>
  (await ctx.languages.of(user))("logins.text.notYourYes", { person: mention(only) });

/** As it stands on the card, which is in the language of the run. */
const editButton = async (ctx: HandlerContext, transcript: Transcript): Promise<string> =>
  (await ctx.languages.ofRun(currentRun(transcript)))("approvals.button.edit");

const tooLate = (t: Translator, kind: ReturnType<typeof approvalOf>["kind"]): string =>
  t(kind === "expired" ? "notes.text.expired" : kind === "given" ? "notes.text.decidedAlready" : "notes.text.callOver");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text.trim() === "";
  }
}
