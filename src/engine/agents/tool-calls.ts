import { DENIED, HUMAN, type Delta, type EventBody, type Leak, type Person } from "../events/events.ts";
import type { ToolCall } from "../model.ts";
import type { ToolAnswer, ToolEnd, ToolResult } from "../tool.ts";
import type { Turn } from "../turn.ts";
import { askedBy, currentRun, eventsOfTurn, type Transcript } from "../reading/transcript.ts";
import { approvalOf, callShown, denial, policyOf } from "../approvals.ts";
import { heldIn } from "../held-code/held-code.ts";
import { askedAlone, isLasting, leakOf, ruleOf, specOf, toolOf, unapproved, type Caller } from "./call-rules.ts";
import type { HandoffCall } from "./handoff.ts";
import { createNews } from "./news.ts";
import { isRepeated, REPEATED, SAME_CALLS_MAX } from "./repetition.ts";
import { isGranted, verdictsOn, wishAsked } from "./wishes.ts";

/**
 * Runs the calls of one reply. Where a person must say yes first, it asks and leaves; called again with the answers, it goes on. Ordinary
 * calls run side by side and are recorded in the order of the reply; a hand-over comes last, and only the first one counts.
 */
export async function* runCalls(caller: Caller, calls: readonly ToolCall[], turn: Turn): AsyncGenerator<EventBody | Delta, void, void> {
  const { name, handoffs } = caller;
  const { transcript, signal } = turn;
  const ordinary = calls.filter((call) => !handoffs.isHandoff(call.tool));
  const unasked = unapproved(caller, ordinary, turn);
  for (const call of unasked) {
    const only = askedAlone(caller, call, turn);
    const because = leakOf(caller, call, turn);
    yield {
      type: "approval.requested",
      agent: name,
      call: call.call,
      what: callShown(call.tool, call.args),
      tool: call.tool,
      ...(only ? { only } : !because && isLasting(caller, call, transcript) ? { lasting: true as const } : {}),
      ...specOf(caller, call),
      ...(because ? { because } : {}),
    };
  }
  if (unasked.length > 0) return;

  const news = createNews();
  const running = ordinary.map(async (call) => ({ call, result: await runOne(caller, call, turn, news.tell) }));
  for (const finished of running) {
    for (let doing = await news.until(finished); doing !== undefined; doing = await news.until(finished)) {
      if (signal.aborted) return;
      yield { type: "activity", agent: name, doing };
    }
    const { call, result } = await finished;
    if (signal.aborted) return;
    if (result.kind === "asks") {
      const { text, options = [], state } = result.question;
      yield {
        type: "handoff.made",
        agent: name,
        to: HUMAN,
        text,
        ...(options.length > 0 ? { options } : {}),
        asks: { call: call.call, state },
      };
      continue;
    }
    if (result.kind === "wishes") {
      yield wishAsked(name, call, result.wish);
      continue;
    }
    const changed = changeTo(call, transcript);
    yield { ...recorded(name, call, result), ...(changed ? { changed } : {}), ...touchedBy(caller, call, result) };
  }
  const [first, ...others] = calls.filter((call) => handoffs.isHandoff(call.tool));
  for (const call of others)
    yield recorded(name, call, failed("second_handoff", `Only the first hand-over of a reply counts; ${first?.tool} came before.`));
  if (!first) return;
  const handoff = handoffs.parse(first, wordsBeside(name, first, transcript));
  if (handoff.kind === "failed") {
    yield recorded(name, first, handoff);
    return;
  }
  const output = handoff.to === HUMAN ? "The question was handed to a person; the answer follows." : handoff.text;
  yield recorded(name, first, { kind: "returned", output });
  yield handoffMade(name, first, handoff);
}

/** What a call has brought in; nothing where it was not run. */
function touchedBy(caller: Caller, call: ToolCall, result: ToolEnd): { readonly touched?: readonly (keyof Leak)[] } {
  const own = (toolOf(caller, call)?.touches ?? []).filter((touch) => touch !== "outside");
  const brings = [...new Set([...own, ...(result.touched ?? [])])];
  if (brings.length === 0 || (result.kind === "failed" && OF_OURS.has(result.error.kind))) return {};
  return { touched: brings };
}

/** What a person made of the arguments before they said yes. */
function changeTo({ call }: ToolCall, transcript: Transcript): { readonly person: Person; readonly args: string } | undefined {
  const answer = approvalOf(transcript, call);
  return answer.kind === "given" && answer.edited !== undefined ? { person: answer.person, args: answer.edited } : undefined;
}

async function runOne(caller: Caller, call: ToolCall, turn: Turn, tell: (doing: string) => void): Promise<ToolResult> {
  const { transcript } = turn;
  const { name, tools, handoffs } = caller;
  const tool = tools.find((candidate) => candidate.name === call.tool);
  if (!tool) {
    const names = [...tools, ...handoffs.specs].map((known) => known.name).join(", ");
    return failed("unknown_tool", `There is no tool "${call.tool}". There are: ${names || "none"}.`);
  }
  if (isRepeated(call, transcript)) {
    return failed(
      REPEATED,
      `${call.tool} was called with the same arguments ${SAME_CALLS_MAX} times in a row, gave the same answer each time, and was not run again. Use the results above, or do something else.`,
    );
  }
  const approval = approvalOf(transcript, call.call);
  if (approval.kind === "expired" || (approval.kind === "given" && !approval.approved))
    return failed(DENIED, `${call.tool} was not run. ${denial(approval)}`);
  if (ruleOf(caller, call, transcript) === "off")
    return failed("off", `${call.tool} was not run: this place, or the team, has tools off. Go on without.`);
  const written = changeTo(call, transcript)?.args ?? call.args;
  const args = parseArgs(written);
  if (args === BROKEN) return failed("bad_arguments", `The arguments of ${call.tool} are not valid JSON: ${written.slice(0, 200)}`);
  const policy = policyOf(transcript);
  const rules = policy.code || policy.tools ? { policy } : {};
  try {
    const held = heldIn(transcript);
    const origin = {
      run: currentRun(transcript).run ?? "",
      agent: name,
      tell,
      call: idOf(name, call, transcript),
      askedBy: askedBy(transcript),
      ...answersTo(call, transcript, tool.actsFor?.(turn)),
      ...rules,
      ...(held.length > 0 ? { held } : {}),
    };
    let verdicts = verdictsOn(call, transcript);
    for (let granted = 0; ; granted++) {
      const result = await tool.run(args, turn, { ...origin, ...(verdicts.length > 0 ? { verdicts } : {}) });
      if (result.kind !== "wishes" || granted === GRANTED_MAX || !isGranted(result.wish, transcript)) return result;
      const { wish } = result;
      verdicts = [...verdicts, { wish: wish.id, tool: wish.tool, args: wish.args, approved: true, person: origin.askedBy }];
    }
  } catch (error) {
    return failed("crashed", `${call.tool} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Of one call, by a yes for the run; beyond it a person is asked again. */
const GRANTED_MAX = 100;

/** What was said to what this call has asked before. Where it acts for a person, another's words are no answer. */
function answersTo({ call }: ToolCall, transcript: Transcript, only: Person | undefined): { readonly answers?: readonly ToolAnswer[] } {
  const events = transcript.events.slice(currentRun(transcript).startIndex);
  const answers = events.flatMap((asked): readonly ToolAnswer[] => {
    if (asked.type !== "handoff.made" || asked.asks?.call !== call) return [];
    const answer = events.find(
      (event) =>
        event.seq > asked.seq && event.type === "message.posted" && "person" in event && (event.answers ?? asked.seq) === asked.seq,
    );
    const isAnswer = answer?.type === "message.posted" && "person" in answer && (only?.id ?? answer.person.id) === answer.person.id;
    const text = isAnswer ? answer.text : undefined;
    return [{ state: asked.asks.state, text }];
  });
  return answers.length > 0 ? { answers } : {};
}

/** Whether one of these calls waits for a person to answer it. */
export function waitsForAnswer(calls: readonly ToolCall[], transcript: Transcript): boolean {
  const open = currentRun(transcript).questions.map(({ seq }) => seq);
  if (open.length === 0) return false;
  const ids = new Set(calls.map(({ call }) => call));
  return transcript.events.some(
    (event) => event.type === "handoff.made" && event.asks && ids.has(event.asks.call) && open.includes(event.seq),
  );
}

/** Failures of calls that reached nobody: their words are the app's own. */
const OF_OURS: ReadonlySet<string> = new Set([DENIED, REPEATED, "off", "bad_arguments", "unknown_tool"]);

/** Ids that a provider makes up are others when the conversation is held again. */
function idOf(agent: string, { call, tool, args }: ToolCall, transcript: Transcript): string {
  const { startIndex } = currentRun(transcript);
  const [started, ...events] = transcript.events.slice(startIndex);
  if (started?.type !== "run.started" || !started.unkept) return call;
  const alike = events.filter(
    (event) => event.type === "tool.called" && event.agent === agent && event.tool === tool && event.args === args,
  );
  const nth = alike.findIndex((event) => event.type === "tool.called" && event.call === call) + 1;
  return JSON.stringify([tool, args, nth]);
}

function recorded(
  agent: string,
  { call, tool }: ToolCall,
  result: ToolEnd,
): EventBody & { readonly type: "tool.returned" | "tool.failed" } {
  const usage = result.usage ? { usage: result.usage } : {};
  const files = result.files && result.files.length > 0 ? { files: result.files } : {};
  const images = result.images && result.images.length > 0 ? { images: result.images } : {};
  if (result.kind === "failed") return { type: "tool.failed", agent, call, tool, error: result.error, ...files, ...images, ...usage };
  const sources = result.sources && result.sources.length > 0 ? { sources: result.sources } : {};
  return { type: "tool.returned", agent, call, tool, output: capped(result.output), ...files, ...images, ...sources, ...usage };
}

/** What is left to record of a hand-over when the process died between its call's result and itself. */
export function lateHandoff({ name, handoffs }: Caller, transcript: Transcript): EventBody | undefined {
  const own = eventsOfTurn(transcript, name).filter((event) => "agent" in event && event.agent === name);
  const last = own.at(-1);
  if (last?.type !== "tool.returned" || !handoffs.isHandoff(last.tool)) return undefined;
  const call = own.find((event) => event.type === "tool.called" && event.call === last.call);
  if (call?.type !== "tool.called") return undefined;
  const handoff = handoffs.parse(call, wordsBeside(name, call, transcript));
  return handoff.kind === "handoff" ? handoffMade(name, call, handoff) : undefined;
}

const handoffMade = (agent: string, { call }: Pick<ToolCall, "call">, { to, text, options, beside }: HandoffCall): EventBody => ({
  type: "handoff.made",
  agent,
  to,
  text,
  call,
  ...(options.length > 0 ? { options } : {}),
  ...(beside === undefined ? {} : { beside }),
});

/** The words of the reply that made this call; they are on its first call, which may be another one. */
function wordsBeside(agent: string, call: ToolCall, transcript: Transcript): string {
  const calls = eventsOfTurn(transcript, agent)
    .filter((event) => event.type === "tool.called")
    .filter((event) => event.agent === agent);
  const upTo = calls.slice(0, calls.findIndex((event) => event.call === call.call) + 1);
  return upTo.findLast((event) => event.usage !== undefined)?.text ?? "";
}

/** A tool's output is cut here before it is recorded: it is read again on every later call. */
const TOOL_OUTPUT_CHARS_MAX = 20_000;

const capped = (output: string): string =>
  output.length <= TOOL_OUTPUT_CHARS_MAX
    ? output
    : `${output.slice(0, TOOL_OUTPUT_CHARS_MAX)}\n… cut: ${output.length - TOOL_OUTPUT_CHARS_MAX} more characters`;

const BROKEN = Symbol("broken JSON");

function parseArgs(args: string): unknown {
  if (args.trim() === "") return {};
  try {
    return JSON.parse(args) as unknown;
  } catch {
    return BROKEN;
  }
}

const failed = (kind: string, message: string): ToolEnd => ({ kind: "failed", error: { kind, message } });
