import { createInterface } from "node:readline/promises";
import { readEnv } from "../../config/env.ts";
import { nearest } from "../../engine/reading/nearest.ts";
import { createRedactor } from "../../config/secrets.ts";
import { liveProbes, systemClock, type Clock, type ProbeReport } from "../../parley.ts";
import { print, UsageError, type Io } from "../command.ts";
import { harmless } from "../terminal.ts";

/** What was said to `parley doctor --live --channel C…`, as it was typed. */
export interface LiveOptions {
  readonly channel: string | undefined;
  readonly user: string | undefined;
  readonly only: readonly string[];
  readonly look: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

const LOOK_SECONDS_MAX = 600;

/**
 * Checks on a live workspace what the documentation leaves open, and prints what Slack answered, word for word. What is posted is deleted.
 * Resolves to 0 when every check was made and nothing is left behind, 1 when not.
 * @throws UsageError when it is not said where to post, or nobody has agreed to it.
 */
export async function checkLive(options: LiveOptions, io: Io, clock: Clock = systemClock): Promise<number> {
  const env = readEnv(io.cwd, io.env);
  const botToken = env["SLACK_BOT_TOKEN"]?.trim();
  if (!botToken) throw new UsageError("SLACK_BOT_TOKEN is not set; these checks need the token of an app in a workspace.");
  const { channel, user } = options;
  if (channel === undefined) throw new UsageError(`Say where to post: --channel C…, a channel for tests that the app is in.`);
  if (!/^[CG][A-Z0-9]{2,}$/.test(channel))
    throw new UsageError(`"${channel}" is no channel's id; it begins with C. Slack shows it at the foot of the channel's details.`);
  if (user !== undefined && !/^[UW][A-Z0-9]{2,}$/.test(user))
    throw new UsageError(`"${user}" is no person's id; it begins with U. Slack shows it in the person's profile.`);
  const { PROBES, runProbes } = await liveProbes();
  const probes = chosen(options.only, PROBES);
  await agree({ channel, user, messages: probes.reduce((sum, { messages }) => sum + messages, 1) }, options, io);

  const apiUrl = env["SLACK_API_URL"]?.trim();
  const stopping = new AbortController();
  const stopListening = io.onInterrupt(() => stopping.abort());
  const redact = createRedactor(env);
  const settings = {
    botToken,
    channel,
    user,
    lookMs: secondsOf(options.look) * 1_000,
    clock,
    signal: stopping.signal,
    ...(apiUrl ? { apiUrl } : {}),
  };
  let isWhole = true;
  try {
    for await (const report of runProbes(probes, settings)) {
      isWhole &&= report.outcome !== "open" && report.left.length === 0;
      await print(io.stdout, redact(options.json ? JSON.stringify(report) : wordsOf(report)));
    }
  } finally {
    stopListening();
  }
  return isWhole ? 0 : 1;
}

function chosen<Probe extends { readonly name: string }>(only: readonly string[], all: readonly Probe[]): readonly Probe[] {
  const names = all.map(({ name }) => name);
  for (const name of only) {
    if (names.includes(name)) continue;
    const guess = nearest(name, names);
    throw new UsageError(`There is no check "${name}". ${guess ? `Did you mean "${guess}"?` : `There are ${names.join(", ")}.`}`);
  }
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name));
}

function secondsOf(look: string | undefined): number {
  const seconds = Number(look ?? 0);
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LOOK_SECONDS_MAX) return seconds;
  throw new UsageError(`--look takes whole seconds, at most ${LOOK_SECONDS_MAX}; "${look}" is none.`);
}

/** Other people read that channel. */
async function agree(
  what: { readonly channel: string; readonly user: string | undefined; readonly messages: number },
  { yes }: LiveOptions,
  io: Io,
): Promise<void> {
  if (yes) return;
  const where = `${what.channel}${what.user === undefined ? "" : ` and to ${what.user}`}`;
  const posted = what.messages === 1 ? "One message is" : `Up to ${what.messages} messages are`;
  const told = `${posted} posted in ${where} by the app, and deleted again.`;
  if (io.stdin.isTTY !== true) throw new UsageError(`${told} Add --yes if that is all right there.`);
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  const answer = await lines.question(`${told} Go on? [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError("Nothing was posted.");
}

const GRADES = { known: "ok  ", look: "look", open: "open" } as const;

/** What Slack says is not ours, and a terminal obeys it. */
function wordsOf({ name, asks, expected, outcome, found, calls, left }: ProbeReport): string {
  return [
    `${GRADES[outcome]} ${name}: ${asks}`,
    `       expected: ${expected}`,
    ...found.map((line) => `       ${line}`),
    `       ${calls} ${calls === 1 ? "call" : "calls"}`,
    ...left.map((line) => `       left behind: ${line}`),
  ]
    .map((line) => harmless(line).replaceAll("\n", " "))
    .join("\n");
}
