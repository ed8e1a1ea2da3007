import type { RunEvent } from "../engine/events/events.ts";
import { isEvent } from "../engine/events/events.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import type { Runner } from "../runner/runner.ts";

/** In whose name runs are begun, answered and stopped. */
const EVALUATION = { id: "evaluation", name: "User" } as const;

export interface WantedRun {
  /** Of the evaluation: see `workspaceOf`. */
  readonly workspace: string;
  /** Said again with the same, it is had once. */
  readonly thread: string;
  readonly team: string;
  readonly task: string;
  /** To questions, in their order. */
  readonly answers: readonly string[];
  /** What becomes of a call that needs a yes. */
  readonly approvals: "end" | "allow";
  /** US dollars, where it may cost less than its team says. */
  readonly usdMax?: number;
}

/** Runs that nobody watches, each to its end. */
export interface Runs {
  /**
   * The log of the run at its end. What had begun is gone on with, and what had ended is not had again: no call is paid twice. `asked`: it ended since
   * it asked for a person and nobody was to answer. Rejects when it is refused, and when the signal is aborted: then it goes on where it was.
   */
  have(wanted: WantedRun, signal: AbortSignal): Promise<{ readonly transcript: Transcript; readonly asked: boolean }>;
  close(): void;
}

export function createRuns(runner: Runner): Runs {
  const wakes = new Map<string, () => void>();
  let learning: Promise<unknown> | undefined;
  /** What has ended is known to the forecasts of those that begin, in a while. */
  const learn = (workspace: string) => {
    learning ??= (runner.forecasts?.learn(workspace) ?? Promise.resolve())
      // Beside the runs: whatever stands in the way is in the way of them too, and told there.
      .catch(() => undefined)
      .finally(() => (learning = undefined));
  };
  const unfollow = runner.follow((thread, item) => {
    if (isEvent(item) && BRINGS_ON.has(item.type)) wakes.get(thread)?.();
  });
  return {
    async have({ workspace, thread, team, task, answers, approvals, usdMax }, signal) {
      for (let isFirst = true; ; isFirst = false) {
        let wake: () => void = () => undefined;
        // Before it is read: what is recorded from here on is told of.
        const news = new Promise<void>((resolve) => (wake = resolve));
        wakes.set(thread, wake);
        signal.addEventListener("abort", wake, { once: true });
        try {
          if (signal.aborted) throw signal.reason;
          const transcript = await runner.read(thread);
          const run = currentRun(transcript);
          if (run.startIndex < 0) {
            const said = { thread, workspace, person: EVALUATION, text: task, id: "task", addressed: true, team };
            const heard = await runner.say({ ...said, ...(usdMax === undefined ? {} : { usdMax }) });
            if (heard.kind === "refused") throw new Error(`the run was refused: ${heard.reason}`);
          } else if (!run.running) {
            learn(workspace);
            return { transcript, asked: wasAsked(transcript) };
          } else if (!(await broughtOn(transcript, { workspace, thread, answers, approvals }))) {
            // Left by an earlier process: others may have put it off meanwhile.
            if (isFirst) await runner.lookAgain(thread);
            await news;
          }
        } finally {
          wakes.delete(thread);
          signal.removeEventListener("abort", wake);
        }
      }
    },
    close: unfollow,
  };

  /** Gives what is waited for: an answer, a yes, or the end; `false` when nobody is waited for. */
  async function broughtOn(
    transcript: Transcript,
    { workspace, thread, answers, approvals }: Pick<WantedRun, "workspace" | "thread" | "answers" | "approvals">,
  ): Promise<boolean> {
    const { questions, approvals: open, halt } = currentRun(transcript);
    const [question] = questions;
    const [call] = open;
    if (!question && !call && !halt) return false;
    const given = transcript.events.filter(
      (event) => event.type === "message.posted" && "person" in event && Boolean(event.answers),
    ).length;
    const answer = answers[given];
    if (question && answer !== undefined) {
      const said = { thread, workspace, person: EVALUATION, text: answer, id: `answer-${given}`, addressed: false };
      const heard = await runner.say({ ...said, answers: question.seq });
      // Empty or too long: said again it would be refused again.
      if (heard.kind === "refused" || heard.kind === "duplicate") await runner.stop(thread, EVALUATION);
    } else if (!question && call && approvals === "allow") {
      const isTaken = await runner.approve(thread, { call: call.call, approved: true, person: EVALUATION });
      // Another's yes alone counts there.
      if (!isTaken && isOpen(await runner.read(thread), call.call)) await runner.stop(thread, EVALUATION);
    } else await runner.stop(thread, EVALUATION);
    return true;
  }
}

const isOpen = (transcript: Transcript, call: string): boolean =>
  currentRun(transcript).approvals.some((approval) => approval.call === call);

/** What may end a wait: that a person is waited for, or that all is over. */
const BRINGS_ON: ReadonlySet<RunEvent["type"]> = new Set([
  "run.stopped",
  "handoff.made",
  "approval.requested",
  "limit.reached",
  "message.posted",
  "turn.ended",
]);

/** It was stopped with something open, or its goal is to ask a person. */
function wasAsked({ events }: Transcript): boolean {
  const last = events.findLast((event) => event.type === "run.stopped");
  if (last?.type !== "run.stopped") return false;
  return last.reasons.some(
    (reason) => (reason.kind === "handoff" && reason.to === "human") || (reason.kind === "person" && reason.person.id === EVALUATION.id),
  );
}
