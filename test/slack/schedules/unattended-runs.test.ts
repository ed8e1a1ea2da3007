import { expect, test } from "vitest";
import { beginUnattended, UNATTENDED_RUNS_MAX } from "../../../src/slack/schedules/unattended-runs.ts";

interface Said {
  readonly ts: string;
  readonly user: string;
  readonly bot_id?: string;
}
interface Asked {
  readonly oldest?: string;
  readonly latest?: string;
  readonly limit: number;
}

const NOW_S = 1_800_000_000;
const ts = (seconds: number): string => `${NOW_S + seconds}.000100`;

/** A channel, newest first. Asked from a time on, and not until one, it gives what was said first after that. */
function channelOf(said: readonly Said[]) {
  const notes = new Map<string, string>();
  const history = async ({ oldest = "0", latest, limit }: Asked) => {
    const within = said.filter((one) => Number(one.ts) > Number(oldest));
    return { messages: oldest !== "0" && latest === undefined ? within.slice(-limit) : within.slice(0, limit) };
  };
  return {
    store: {
      note: async (key: string) => notes.get(key),
      swapNote: async (key: string, from: string | undefined, to: string) => notes.get(key) === from && (notes.set(key, to), true),
    },
    clock: { now: () => NOW_S * 1_000 },
    web: { read: { conversations: { history } } },
    me: { team: "T0PARLEY", user: "U0PARLEY" },
    pace: { askedReads: () => ({ waitMs: () => 0, take: async () => true }) },
    log: () => undefined,
  } as unknown as Parameters<typeof beginUnattended>[0];
}

const begunIn = async (said: readonly Said[]) => {
  const ctx = channelOf(said);
  for (let nth = 0; nth < UNATTENDED_RUNS_MAX; nth++)
    expect(await beginUnattended(ctx, { channel: "C0GENERAL", cause: `c${nth}` })).toBe("may");
  return beginUnattended(ctx, { channel: "C0GENERAL", cause: "one more" });
};

const bots = Array.from({ length: 300 }, (_, nth): Said => ({ ts: ts(300 - nth), user: "U0PAGER", bot_id: "B0PAGER" }));
const MARIA = "U0MARIA";

test("a person who has just spoken is found, however much bots have said since the first of the runs", async () => {
  expect(await begunIn(bots)).toBe("too many");
  expect(await begunIn([{ ts: ts(301), user: MARIA }, ...bots])).toBe("may");
});

test("what a person said before the first of the runs does not count, and neither do our own words", async () => {
  expect(await begunIn([...bots.slice(0, 5), { ts: ts(-1), user: MARIA }])).toBe("too many");
  expect(await begunIn([{ ts: ts(301), user: "U0PARLEY" }, ...bots])).toBe("too many");
});
