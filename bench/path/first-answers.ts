import type { Program } from "../support/bots.ts";
import type { Bots } from "../support/bursts.ts";
import { median, quantile, round } from "../support/figures.ts";
import type { PostLimits } from "../support/post-limits.ts";
import { verdict } from "../support/verdict.ts";
import { markOf } from "./instant-model.ts";
import { onStage } from "./stage.ts";

const MENTIONS = 50;
const TIMES_BOLT_MAX = 1.5;
const QUIET_MS = 1_500;
const QUIET_MS_MAX = 8_000;
const ANSWERS_MS_MAX = 120_000;
/**
 * One post a second in a channel is documented, with short bursts; for a workspace Slack says "several hundred a minute". What is let through after a
 * pause is a guess: enough for each who asks here to be answered at once by an app that posts nothing else.
 */
const LIMITS: PostLimits = { perChannel: { perMinute: 60, burst: 3 }, perWorkspace: { perMinute: 600, burst: 60 } };
/** Each in a channel of their own, or ten in each. */
const CHANNELS = [MENTIONS, MENTIONS / 10] as const;

interface Waits {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** How long fifty people wait who ask at once; prints it, and whether its target is held. */
export async function firstAnswers(rounds: number, bots: Bots, place: string): Promise<void> {
  const rows: Record<string, Waits> = {};
  const ratios: (readonly [name: string, ratio: number])[] = [];
  for (const channels of CHANNELS) {
    const all = { parley: [] as Waits[], bolt: [] as Waits[] };
    for (let turn = 0; turn < rounds; turn++)
      for (const name of turn % 2 === 0 ? (["parley", "bolt"] as const) : (["bolt", "parley"] as const)) {
        process.stderr.write(`${MENTIONS} mentions in ${channels} channels to ${name}\n`);
        all[name].push(await waitsOf(bots[name], channels, place));
      }
    const [own, other] = [medians(all.parley), medians(all.bolt)];
    rows[`${MENTIONS} in ${channels} channels, Parley`] = own;
    rows[`${MENTIONS} in ${channels} channels, Bolt`] = other;
    ratios.push([`${MENTIONS} mentions at once in ${channels} channels: first answer p95 ÷ Bolt's`, own.p95Ms / other.p95Ms]);
  }
  console.log("from a mention to its answer:");
  console.table(rows);
  for (const [name, ratio] of ratios) verdict(name, ratio, TIMES_BOLT_MAX);
}

const medians = (all: readonly Waits[]): Waits => ({
  p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
  p95Ms: median(all.map(({ p95Ms }) => p95Ms)),
});

const waitsOf = (program: Program, channels: number, place: string): Promise<Waits> =>
  onStage(program, { place }, async ({ slack, answers }) => {
    let conversation = 0;
    const ask = async (inChannel: number): Promise<readonly [mark: string, sentAt: number]> => {
      const own = ++conversation;
      const text = `please answer task-${own}.0 in a few words`;
      const sentAt = performance.now();
      await slack.mention({ channel: `C${inChannel}`, user: `U0PERSON${own}`, ts: `${1_767_600_000 + own}.000100`, text });
      return [markOf(own, 0), sentAt];
    };
    const answered = async (asks: readonly ReturnType<typeof ask>[]) => {
      const asked = await Promise.all(asks);
      await answers.whole(
        asked.map(([mark]) => mark),
        ANSWERS_MS_MAX,
      );
      return asked;
    };
    // The first run of anything is a run of the compiler.
    await answered(Array.from({ length: MENTIONS }, (_, nth) => ask(1_000 + nth)));
    await answers.quiet(QUIET_MS, QUIET_MS_MAX);
    slack.limit(LIMITS);
    const asked = await answered(Array.from({ length: MENTIONS }, (_, nth) => ask(nth % channels)));
    const waits = asked.map(([mark, sentAt]) => (answers.at(mark) ?? Number.NaN) - sentAt);
    return { p50Ms: quantile(waits, 0.5), p95Ms: round(quantile(waits, 0.95)) };
  });
