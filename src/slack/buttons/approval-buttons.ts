import { approvalOf, isStanding } from "../../engine/approvals.ts";
import { readBack } from "../../engine/reading/shown.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { denyModal, editedTo, editForm, editModal, FIELDS } from "./approval-modals.ts";
import { pressed, type Pressed } from "./press.ts";
import { openModal, tellDirectly, type Desk } from "../desk/handler-context.ts";
import { personOf } from "../desk/message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { AboutRun, ButtonValue } from "../words/button-values.ts";
import type { PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import type { Of } from "../render/log-reading.ts";
import { refused } from "../people/permission-check.ts";
import { isShownWhole } from "../render/code-excerpt.ts";

/** Run once, Allow for this run, Deny, under a call that waits for a yes. */
export async function pressApproval(desk: Desk, press: PressBody, actor: Actor, word: "once" | "run" | "deny"): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at) return;
  const transcript = await desk.runner.read(at.thread);
  const asked = askedIn(transcript, press);
  if (!asked || (isOpen(transcript, asked) && (await mayNot(desk, at, transcript, press)))) return;
  const person = await personOf(desk, press.user.id);
  const approved = word !== "deny";
  // A press on a card of before, or a forged one: more than was shown cannot be allowed with it.
  if (word === "run" && !isShownWhole(asked)) return desk.whisper.tell(at.listener, ONLY_ONCE);
  const scope = word === "run" ? ("run" as const) : approved && asked.lasting && !isShownWhole(asked) ? ("call" as const) : undefined;
  const verdict = { call: asked.call, approved, person, ...(scope ? { scope } : {}) };
  if (await desk.runner.approve(at.thread, verdict)) return;
  // The press may come a second time after a crash.
  const answer = approvalOf(await desk.runner.read(at.thread), asked.call);
  if (answer.kind !== "given" || answer.person.id !== person.id || answer.approved !== approved)
    await desk.whisper.tell(at.listener, tooLate(answer.kind));
}

/** Edit…, and Deny and say why…, which open a form. */
export async function pressApprovalForm(desk: Desk, press: PressBody, actor: Actor, form: "edit" | "deny"): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at || !press.trigger_id) return;
  const transcript = await desk.runner.read(at.thread);
  const asked = askedIn(transcript, press);
  if (!asked) return;
  if (!isOpen(transcript, asked)) return desk.whisper.tell(at.listener, tooLate(approvalOf(transcript, asked.call).kind));
  if (await mayNot(desk, at, transcript, press)) return;
  const about = { thread: at.thread, seq: asked.seq };
  if (form === "deny") return openModal(desk, press.trigger_id, denyModal(about, asked));
  const text = editForm(asked);
  if (text === undefined)
    return desk.whisper.tell(
      at.listener,
      "This is too long for one of Slack's forms. Deny it with what should be different, or write that here in the thread: the agent reads it and writes it anew.",
    );
  await openModal(desk, press.trigger_id, editModal(about, asked, text));
}

/** One of these forms came back. */
export async function submitApproval(desk: Desk, submission: SubmissionBody, { affiliation }: Actor, form: "edit" | "deny"): Promise<void> {
  const about = AboutRun.safeParse(submission.view.private_metadata).data;
  const place = about && placeOf(about.thread);
  if (!about || place?.team !== desk.me.team) return;
  const user = submission.user.id;
  const transcript = await desk.runner.read(about.thread);
  const asked = transcript.events[(about.seq ?? 0) - 1];
  if (asked?.type !== "approval.requested") return;
  const { startedBy } = currentRun(transcript);
  const listener = { user, channel: place.channel, threadTs: place.ts, ts: place.ts };
  if (isOpen(transcript, asked)) {
    const attempt = { user, affiliation, startedBy, channel: place.channel, subject: about.thread, id: submission.view.id };
    const no = await refused(desk, "approve", attempt);
    if (no) return tellDirectly(desk, user, safeMrkdwn(no));
  }
  const written = submission.view.state.values[FIELDS.text]?.[FIELDS.element]?.value ?? "";
  const edited = form === "edit" ? editedTo(asked, written) : undefined;
  const person = await personOf(desk, user);
  if (form === "edit" && asked.tool !== undefined && !isJson(readBack(written)))
    return desk.whisper.tell(listener, "What you wrote is not valid JSON, so nothing was run. It still waits: press `Edit…` again.");
  const reason = written.trim();
  const verdict =
    form === "edit" ? { approved: true, ...(edited === undefined ? {} : { edited }) } : { approved: false, ...(reason ? { reason } : {}) };
  if (await desk.runner.approve(about.thread, { call: asked.call, person, ...verdict })) return;
  const answer = approvalOf(await desk.runner.read(about.thread), asked.call);
  if (answer.kind !== "given" || answer.person.id !== user || answer.approved !== verdict.approved)
    await desk.whisper.tell(listener, tooLate(answer.kind));
}

/** Ask me again: a yes for the run is taken back. */
export async function pressAskAgain(desk: Desk, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(desk, press, actor);
  if (!at) return;
  const transcript = await desk.runner.read(at.thread);
  const asked = askedIn(transcript, press);
  if (!asked || !isStanding(transcript, asked.call)) return;
  if (await mayNot(desk, at, transcript, press)) return;
  await desk.runner.steer(at.thread, { kind: "withdraw", call: asked.call, person: await personOf(desk, press.user.id) });
}

function askedIn({ events }: Transcript, press: PressBody): Of<"approval.requested"> | undefined {
  const { seq } = ButtonValue.parse(press.actions[0].value);
  const asked = events[(seq ?? 0) - 1];
  return asked?.type === "approval.requested" ? asked : undefined;
}

const isOpen = (transcript: Transcript, { call }: Of<"approval.requested">): boolean =>
  currentRun(transcript).approvals.some((open) => open.call === call);

async function mayNot(desk: Desk, at: Pressed, transcript: Transcript, press: PressBody): Promise<boolean> {
  const { startedBy } = currentRun(transcript);
  const no = await refused(desk, "approve", { user: press.user.id, affiliation: at.affiliation, startedBy, ...at.about });
  if (no) await desk.whisper.tell(at.listener, safeMrkdwn(no));
  return no !== undefined;
}

const ONLY_ONCE = "Not all of this was shown on its card, so it can be allowed once, and not for the run. It still waits.";

const tooLate = (kind: ReturnType<typeof approvalOf>["kind"]): string =>
  kind === "expired"
    ? "Nobody had allowed it in time; the agents went on without."
    : kind === "given"
      ? "This was decided already."
      : "This run is over, or its turn was skipped: there is nothing to decide.";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return text.trim() === "";
  }
}
