import type { KnownBlock } from "@slack/types";
import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { isOwnDirect } from "./command-answer.ts";
import { actions, button, LISTED, section } from "../words/blocks.ts";
import type { Translator } from "../language/translator.ts";
import type { HandlerContext } from "./handler-context.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { CARD_LINE_CHARS, RUN_ID_CHARS } from "../words/limits.ts";
import { placeOf, type Place } from "../words/place.ts";
import { inShort, taskMessage } from "../render/log-reading.ts";
import { stateOf } from "../render/run-summary.ts";

/** A run that a person can see from where they are. */
export interface RunHere {
  readonly thread: string;
  readonly place: Place;
  readonly run: RunState;
  readonly task: string;
}

/** Whose runs are looked for: those of a channel, or those that a person has started, wherever they still are. */
export interface Wanted {
  readonly channel?: string;
  readonly starter?: string;
}

/** Two blocks each, of the fifty that a message may have; more would fill a screen. */
const RUNS_LISTED_MAX = 10;
/** Threads that are looked through for runs that are over. */
const RECENT_MAX = 100;

/** Runs that go on, oldest first. Whoever can write in a channel may read of its runs, and of no others. */
export async function runningRuns(ctx: HandlerContext, wanted: Wanted): Promise<readonly RunHere[]> {
  return runsAmong(
    ctx,
    (await ctx.store.unfinished()).map(({ thread }) => thread),
    wanted,
    ({ running }) => running,
  );
}

/** Runs, also those that are over, newest first. */
export async function recentRuns(ctx: HandlerContext, wanted: Wanted): Promise<readonly RunHere[]> {
  return runsAmong(
    ctx,
    (await ctx.store.recent(RECENT_MAX)).map(({ thread }) => thread),
    wanted,
    ({ run }) => run !== undefined,
  );
}

async function runsAmong(
  ctx: HandlerContext,
  threads: readonly string[],
  wanted: Wanted,
  fits: (run: RunState) => boolean,
): Promise<readonly RunHere[]> {
  const runs: RunHere[] = [];
  const { starter } = wanted;
  // A channel has been asked about at the door.
  const open = starter === undefined ? undefined : await ctx.people.channelsOf(starter);
  for (const thread of threads) {
    const place = placeOf(thread);
    if (place && open && !isOwnDirect(place.channel) && !open.channels.has(place.channel)) continue;
    if (place?.team !== ctx.me.team || (wanted.channel !== undefined && place.channel !== wanted.channel)) continue;
    const transcript = await ctx.runner.read(thread);
    const run = currentRun(transcript);
    if (!fits(run) || (starter !== undefined && run.startedBy?.id !== starter)) continue;
    runs.push({ thread, place, run, task: inShort(taskMessage(transcript, run.run)) });
  }
  return runs;
}

/** Buttons that act on a run from outside of its thread. */
type Deed = "pause" | "resume" | "stop" | "transcript";
const LABELS = {
  pause: "cards.button.pause",
  resume: "cards.button.resume",
  stop: "cards.button.stop",
  transcript: "runs.button.transcript",
} as const satisfies { readonly [deed in Deed]: string };

/** What is shown of a list of runs: its text, and blocks with buttons. */
export async function runList(
  ctx: HandlerContext,
  t: Translator,
  list: { readonly title: string; readonly runs: readonly RunHere[]; readonly buttons: (run: RunState) => readonly Deed[] },
): Promise<{ readonly text: string; readonly blocks: readonly KnownBlock[] }> {
  const shown = list.runs.slice(0, RUNS_LISTED_MAX);
  const lines = await Promise.all(shown.map((run) => lineOf(ctx, t, run)));
  const more = list.runs.length - shown.length;
  const rest = more > 0 ? [t("runs.text.more", { count: more })] : [];
  return {
    text: [list.title, ...lines.map((line) => `• ${line}`), ...rest].join("\n"),
    blocks: [
      section(list.title),
      ...shown.flatMap((run, index) => [section(lines[index] ?? ""), ...buttonsOf(t, run, list.buttons(run.run))]),
      ...rest.map(section),
    ],
  };
}

/** One run in a line: its team and state, the task, a link. */
export async function lineOf(ctx: HandlerContext, t: Translator, { place, run, task }: RunHere): Promise<string> {
  const words = t("runs.text.line", {
    team: safeMrkdwn(run.team ?? ""),
    state: stateOf(t, run),
    turns: t("units.text.turns", { count: run.turns }),
    person: safeMrkdwn(run.startedBy?.name ?? t("runForms.text.somebody")),
  });
  const link = await ctx.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
  const about = `\n>${safeMrkdwn(safeLine(task, CARD_LINE_CHARS / 2))}`;
  return `${words}${link?.permalink ? ` · <${link.permalink}|${t("runs.text.open")}>` : ""}${about}`;
}

/** What fits a run as it is. */
export const controlsOf = ({ running, pausedBy }: RunState): readonly Deed[] =>
  running ? [pausedBy ? "resume" : "pause", "stop", "transcript"] : ["transcript"];

function buttonsOf(t: Translator, { thread, run }: RunHere, deeds: readonly Deed[]): readonly KnownBlock[] {
  const value = { t: thread, r: run.run?.slice(0, RUN_ID_CHARS) };
  const elements = deeds.map((deed) => {
    const made = button(t(LABELS[deed]), LISTED[deed], value, deed === "stop" ? "danger" : undefined);
    return deed === "stop" ? { ...made, confirm: confirmStop(t) } : made;
  });
  return elements.length > 0 ? [actions(...elements)] : [];
}

const plain = (text: string) => ({ type: "plain_text", text }) as const;
const confirmStop = (t: Translator) =>
  ({
    title: plain(t("home.sure.stop")),
    text: plain(t("runs.meaning.stop")),
    confirm: plain(t("home.yes.stop")),
    deny: plain(t("home.yes.goOn")),
    style: "danger",
  }) as const;
