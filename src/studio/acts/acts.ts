import type { Person, StopReason } from "../../engine/events/events.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { Asker, Sight } from "../access.ts";
import type { ActsOffer, LimitBody, VerdictBody, WordsBody } from "../api/act-shapes.ts";
import { NotDone } from "../api/route.ts";
import { eventsOf, type RunName } from "../runs/one-run.ts";
import { ACTS, TOO_LATE, type Act, type Acting } from "./acting.ts";

/** Who asks, and what they may see. */
interface By {
  readonly asker: Asker;
  readonly sight: Sight;
}

interface Found {
  readonly startedBy: Person;
  readonly isOver: boolean;
  /** Whether a question of it is open. */
  readonly isAsking: boolean;
  /** At which it stands, where it has halted. */
  readonly halt: { readonly seq: number; readonly reasons: readonly StopReason[] } | undefined;
}

/** Each resolves to nothing where there is no such run, or it is not for them to see, and rejects with {@link NotDone} where it is not done. */
export interface StudioActs {
  /** What they can do in the run here, and where it is talked in otherwise. */
  offer(name: RunName, by: By): Promise<ActsOffer | undefined>;
  say(name: RunName, words: WordsBody, by: By): Promise<object | undefined>;
  approve(name: RunName, verdict: VerdictBody, by: By): Promise<object | undefined>;
  stop(name: RunName, by: By): Promise<object | undefined>;
  decideAtLimit(name: RunName, decision: LimitBody, by: By): Promise<object | undefined>;
}

export function createStudioActs(logs: Pick<Logs, "load">, acting: Acting | undefined): StudioActs {
  async function found(name: RunName, { sight }: By): Promise<Found | undefined> {
    const events = await eventsOf(logs, name, sight);
    const started = events?.find(({ seq }) => seq === name.seq);
    if (!events || started?.type !== "run.started") return undefined;
    const isOver = events.some(({ type, within }) => type === "run.stopped" && within === undefined);
    const { questions, halt } = currentRun({ events });
    return { startedBy: started.startedBy, isOver, isAsking: questions.length > 0, halt };
  }

  async function act(
    name: RunName,
    deedsIn: (run: Found) => readonly Act["deed"][],
    by: By,
    doing: (acting: Acting, person: Person, run: Found) => Promise<string | undefined>,
  ): Promise<object | undefined> {
    const run = await found(name, by);
    if (!run) return undefined;
    const { asker } = by;
    const { thread } = name;
    if (!acting?.isHere(thread, asker)) throw new NotDone(403, "elsewhere", ELSEWHERE);
    for (const deed of deedsIn(run)) {
      const no = await acting.refusal(asker, { deed, thread, startedBy: run.startedBy, isAsked: true });
      if (no !== undefined) throw new NotDone(403, "not_allowed", no);
    }
    // Another run may have begun in its thread.
    const why = run.isOver ? TOO_LATE : await doing(acting, { id: asker.id, name: asker.name }, run);
    if (why !== undefined) throw new NotDone(409, why === TOO_LATE ? "too_late" : "refused", why);
    return {};
  }

  return {
    async offer(name, by) {
      const run = await found(name, by);
      if (!run) return undefined;
      const { asker } = by;
      const { thread } = name;
      const link = await acting?.linkTo(asker, thread);
      const own = link === undefined ? {} : { link };
      if (run.isOver || !acting?.isHere(thread, asker)) return { isHere: false, mayNot: {}, ...own };
      const mayNot: { [deed in Act["deed"]]?: string } = {};
      for (const deed of ACTS) {
        const no = await acting.refusal(asker, { deed, thread, startedBy: run.startedBy, isAsked: false });
        if (no !== undefined) mayNot[deed] = no;
      }
      return { isHere: true, mayNot, ...own };
    },
    // As words in a thread of Slack: while somebody is asked, they answer.
    say: (name, { text, answers }, by) =>
      act(
        name,
        ({ isAsking }) => [answers === undefined && !isAsking ? "steer" : "answer"],
        by,
        (acting, person) => acting.say(name.thread, person, { text, ...(answers === undefined ? {} : { answers }) }),
      ),
    approve: (name, verdict, by) =>
      act(
        name,
        () => ["approve"],
        by,
        (acting, person) => acting.approve(name.thread, person, verdict),
      ),
    stop: (name, by) =>
      act(
        name,
        () => ["stop"],
        by,
        (acting, person) => acting.stop(name.thread, person),
      ),
    // As in Slack: more costs more, and a summary ends it.
    decideAtLimit: (name, decision, by) =>
      act(
        name,
        ({ halt }) => (decision.wish === "raise" ? raisesAt(halt?.reasons ?? []) : ["stop"]),
        by,
        // What they may was looked at for this halt, and for none that has come since.
        async (acting, person, { halt }) => (halt?.seq === decision.halt ? acting.decideAtLimit(name.thread, person, decision) : TOO_LATE),
      ),
  };
}

/** Of what a run waits at, budgets of the day first. */
function raisesAt(reasons: readonly StopReason[]): readonly Act["deed"][] {
  const ofDay = reasons.filter(({ kind }) => kind === "budget").length;
  return [...(ofDay > 0 ? (["raiseBudget"] as const) : []), ...(ofDay < reasons.length || ofDay === 0 ? (["raise"] as const) : [])];
}

const ELSEWHERE = "People say it where the run is talked about, and not here.";
