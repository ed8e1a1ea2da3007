import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import type { currentRun, Parley, RunEvent } from "../../parley.ts";
import { shown } from "../../config/shown.ts";
import { print, type Io } from "../command.ts";
import { openLines, openPrompt, type Prompt } from "./prompt.ts";
import { costOf } from "../cost.ts";
import { createTerminal, harmless, wantsColours } from "../terminal.ts";

export interface Conversation {
  readonly thread: string;
  readonly team: string;
  /** What the person says first; nothing where a run that is there goes on by itself. */
  readonly task: string | undefined;
  readonly json: boolean;
  /** With `json`, whether what is only shown is told too. */
  readonly deltas?: boolean;
  /** Whether a question is put to the person; a team may end at its questions instead. */
  readonly asks: boolean;
  /** Rejects when nothing more can be recorded. */
  readonly trouble: Promise<never>;
}

/** How a run ended → the exit code. */
export const EXIT = { done: 0, failed: 1, limit: 3, stopped: 130 } as const;

/** Who sits at this terminal. */
export const personHere = () => ({ id: "terminal", name: personName() });

/** Starts a run, or goes on with the one that is in the thread, and follows it until it stops or nobody can answer. Resolves to the exit code. */
export async function converseHere(
  parley: Parley,
  { thread, team, task, json, deltas = false, asks, trouble }: Conversation,
  io: Io,
): Promise<number> {
  const { runner } = parley;
  const { currentRun: readRun } = await import("../../parley.ts");
  const runNow = async () => readRun(await runner.read(thread));
  const person = personHere();
  const pauses = pausesOf();
  const terminal = createTerminal({ colours: wantsColours(io.stdout, io.env), live: io.stdout.isTTY === true });
  const lines = openLines(io);
  let interrupts = 0;
  const interrupt = () => {
    if (++interrupts > 1) process.exit(EXIT.stopped);
    io.stderr.write("\nStopping. Ctrl-C again ends at once.\n");
    lines.close();
    void runner.stop(thread, person);
  };
  const release = io.onInterrupt(interrupt);
  let isLeft = false;
  const prompt: Prompt | undefined = io.stdin.isTTY
    ? openPrompt(io, {
        line: (text) => void hear(text).catch((error: unknown) => io.stderr.write(`${harmless(String(error))}\n`)),
        closed: () => pauses.add({ type: "left" }),
        interrupted: interrupt,
      })
    : undefined;
  const write = (text: string) => (prompt ? prompt.write(text) : void (text && io.stdout.write(text)));
  const unfollow = runner.follow((where, item) => {
    if (where !== thread) return;
    if (json && (deltas || "seq" in item)) io.stdout.write(`${JSON.stringify(item)}\n`);
    if (!json) write(terminal.show(item));
    if ("seq" in item && isPause(item)) pauses.add(item);
  });
  const say = (text: string, addressed: boolean) =>
    runner.say({ thread, workspace: "terminal", person, text, id: randomUUID(), addressed, team });

  /** A line of the person: to what is open, or to agents who are talking. `false`: it is no answer to what was asked. */
  async function hear(text: string): Promise<boolean> {
    const { approvals, questions, halt } = await runNow();
    const [question] = questions;
    const call = approvals[0]?.call;
    if (call !== undefined) {
      const approved = YES.test(text) ? true : NO.test(text) ? false : undefined;
      if (approved !== undefined) return runner.approve(thread, { call, approved, person });
      prompt?.ask("please type y or n: ");
      return false;
    }
    if (halt && !halt.summary) {
      const kind = RAISE.test(text) ? ("raise" as const) : SUMMARIZE.test(text) ? ("summarize" as const) : undefined;
      if (kind) return runner.steer(thread, { kind, seq: halt.seq, person });
      if (NO.test(text) || /^stop$/i.test(text)) return runner.stop(thread, person);
      prompt?.ask(HALT_LABEL);
      return false;
    }
    const heard = await say(chosen(text, question?.options ?? []), false);
    if (heard.kind === "refused") io.stderr.write(`${harmless(heard.reason)}\n`);
    if (heard.kind === "steered" && !json) io.stderr.write("(The next speaker reads it.)\n");
    return true;
  }

  try {
    const before = await runner.read(thread);
    const { questions, approvals } = readRun(before);
    for (const event of before.events.filter(isPause)) {
      const isOpen =
        event.type === "approval.requested" ? approvals.some(({ call }) => call === event.call) : event.seq === questions[0]?.seq;
      if (isOpen && !json) write(terminal.show(event));
      if (isOpen) pauses.add(event);
    }
    const heard = task === undefined ? undefined : await say(task, !readRun(before).running);
    if (heard?.kind === "refused") {
      await print(io.stderr, harmless(heard.reason));
      return 2;
    }
    await parley.start("terminal");
    for (;;) {
      const pause = await Promise.race([pauses.next(), trouble]);
      const run = await runNow();
      if (pause.type === "run.stopped") {
        if (!json) write(`  ${summary(run)}\n`);
        return EXIT[pause.outcome];
      }
      isLeft ||= pause.type === "left";
      if (pause.type === "handoff.made" && !asks) continue; // The end follows the question in the log.
      const isHalted = run.halt !== undefined && run.halt.summary === undefined;
      if (!run.running || (run.questions.length === 0 && run.approvals.length === 0 && !isHalted)) continue; // It has been answered.
      if (isHalted && (!prompt || isLeft)) {
        await runner.stop(thread, person);
        continue;
      }
      if (prompt && !isLeft) {
        if (!json) prompt.ask(labelOf(run));
        continue;
      }
      const line = prompt ? undefined : await Promise.race([lines.next(), trouble]);
      // Nobody sits there who could be asked again: what is no clear yes is a no.
      if (line !== undefined && !(await hear(line))) await hear("no");
      if (line !== undefined || interrupts > 0) continue;
      await print(io.stderr, waitsFor(pause));
      return 0;
    }
  } finally {
    release();
    unfollow();
    prompt?.close();
    lines.close();
  }
}

const YES = /^(y|yes|ok|allow)$/i;
const NO = /^(n|no|deny)$/i;
const RAISE = /^(r|raise|y|yes)$/i;
const SUMMARIZE = /^(s|summary)$/i;
const HALT_LABEL = "raise it (r), finish with a summary (s), or stop (n): ";
const APPROVAL_LABEL = "allow it? (y or n): ";

/** An event at which a run cannot go on by itself, or that nobody types any more. */
type Pause =
  Extract<RunEvent, { type: "run.stopped" | "handoff.made" | "approval.requested" | "limit.reached" }> | { readonly type: "left" };

const isPause = (event: RunEvent): event is RunEvent & Pause =>
  event.type === "run.stopped" ||
  event.type === "limit.reached" ||
  event.type === "approval.requested" ||
  (event.type === "handoff.made" && event.to === "human");

/** Pauses, in the order in which they come. */
function pausesOf(): { add(pause: Pause): void; next(): Promise<Pause> } {
  const seen: Pause[] = [];
  let wake = (): void => undefined;
  return {
    add(pause) {
      seen.push(pause);
      wake();
    },
    async next() {
      while (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return seen.shift() as Pause;
    },
  };
}

type Run = ReturnType<typeof currentRun>;

function labelOf({ approvals, questions, halt }: Run): string {
  if (halt) return HALT_LABEL;
  if (approvals.length > 0) return APPROVAL_LABEL;
  const count = questions[0]?.options.length ?? 0;
  return count > 0 ? `answer (1-${count}, or your own words): ` : "answer: ";
}

function waitsFor(pause: Pause): string {
  const what =
    pause.type === "handoff.made"
      ? `an answer to: ${harmless(pause.text)}`
      : pause.type === "approval.requested"
        ? `a yes to: ${shown(pause.what)}`
        : "a person";
  return `The run waits for ${what}\nThere is nobody to give it: run this in a terminal, or put the answers into stdin, one a line.`;
}

/** A number stands for an option; anything else for itself. */
const chosen = (text: string, options: readonly string[]): string => (/^\d{1,2}$/.test(text) ? (options[Number(text) - 1] ?? text) : text);

function summary({ turns, usage, priced, elapsedMs }: Run): string {
  return `${turns} ${turns === 1 ? "turn" : "turns"}, ${costOf({ usage, priced })}, ${(elapsedMs / 1000).toFixed(1)} s`;
}

function personName(): string {
  try {
    return userInfo().username || "you";
  } catch {
    return "you"; // A container may run as a user without a name.
  }
}
