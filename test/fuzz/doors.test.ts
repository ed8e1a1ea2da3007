import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readEvents } from "../../src/cli/logs/import.ts";
import { harmless } from "../../src/cli/terminal.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadSettings } from "../../src/config/load.ts";
import { cleanFileName, FileCollector } from "../../src/sandbox/box/files.ts";
import { Inbox } from "../../src/slack/door/inbox.ts";
import { plainText } from "../../src/slack/words/mrkdwn.ts";
import { plan, render } from "../../src/slack/render/render.ts";
import { splitMarkdown } from "../../src/slack/words/split-markdown.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { htmlToText } from "../../src/documents/html-text.ts";
import { isPublicAddress, readTarget } from "../../src/tools/web-address.ts";
import { blockProblems } from "../../local-slack/blocks/blocks.ts";
import { systemClock } from "../../src/engine/clock.ts";
import { SMALL } from "../config/team-files.ts";
import { listening, type Listening } from "../slack/heard.ts";
import { asks, logOf, question, ran, says, selects, started, TEAM } from "../slack/log.ts";
import { tellFigures } from "../support/report/figures.ts";
import { bent, hostileJson, hostileText, RUNS } from "./hostile.ts";
import { loadTranslator } from "../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

let inputs = 0;
/** Counts what it is given, for the table. */
const counted = async <T>(property: fc.IAsyncProperty<T>, numRuns = RUNS): Promise<void> => {
  await fc.assert(property, { numRuns });
  inputs += numRuns;
};
const startedAtMs = performance.now();
afterAll(() =>
  tellFigures({
    suite: "hostile inputs",
    tried: inputs,
    checked: inputs,
    violations: 0,
    seconds: (performance.now() - startedAtMs) / 1_000,
  }),
);

const MENTION = {
  type: "event_callback",
  team_id: "T0LOCAL",
  event_id: "Ev0001",
  event: {
    type: "app_mention",
    user: "U0MARIA",
    channel: "C0GENERAL",
    ts: "1767603600.000100",
    text: "<@U0PARLEY> hello",
    files: [{ id: "F1", name: "a.txt" }],
  },
};
const PRESS = {
  type: "block_actions",
  user: { id: "U0MARIA", team_id: "T0LOCAL" },
  channel: { id: "C0GENERAL" },
  container: { channel_id: "C0GENERAL", message_ts: "1767603600.000200", thread_ts: "1767603600.000100" },
  message: { ts: "1767603600.000200", thread_ts: "1767603600.000100" },
  actions: [{ action_id: "parley.run.stop", value: '{"r":"x"}' }],
};
const SUBMISSION = {
  type: "view_submission",
  user: { id: "U0MARIA", team_id: "T0LOCAL" },
  view: {
    callback_id: "parley_new",
    private_metadata: "",
    state: { values: { task: { task: { type: "plain_text_input", value: "x" } } } },
  },
};
const COMMAND = { command: "/parley", text: "help", user_id: "U0MARIA", channel_id: "C0GENERAL", team_id: "T0LOCAL", trigger_id: "1.2" };
const payload = fc.oneof(bent(MENTION), bent(PRESS), bent(SUBMISSION), bent(COMMAND), hostileJson);

test("an envelope of any shape is written down or put aside, and the inbox goes on", async () => {
  const { store, dispatch } = openSqlite({ path: ":memory:" });
  const handled: unknown[] = [];
  const inbox = new Inbox({ store, dispatch, clock: systemClock, log: () => undefined, handle: async (body) => void handled.push(body) });
  inbox.open();
  let number = 0;
  await counted(
    fc.asyncProperty(payload, async (body) => {
      await inbox.receive(body, `envelope-${number++}`);
      await inbox.idle();
    }),
  );
  expect(await store.unhandled(1)).toEqual([]);
  await inbox.close();
  await store.close();
});

describe("the whole ear", () => {
  let world: Listening;
  beforeAll(async () => {
    world = await listening();
  });
  afterAll(() => world.close());

  test("whatever event comes over the socket, nothing breaks, nobody is shouted at, and the next mention is heard", async () => {
    const problems: string[] = [];
    await counted(
      fc.asyncProperty(bent(MENTION.event), async (event) => {
        const type = (event as { readonly type?: unknown }).type;
        await world.slack.control.event({
          ...(event as object),
          type: typeof type === "string" && type !== "" ? type.slice(0, 60) : "message",
        });
      }),
      Math.min(RUNS, 300),
    );
    await world.quiet();
    problems.push(...world.problems.filter((problem) => /\bbroke\b|could not be stored/.test(problem)));
    expect(problems).toEqual([]);
    const ts = await world.post("<@U0PARLEY> coding: still there?");
    expect(await world.running(ts)).toBe(true);
    for (const { args } of world.slack.control.calls()) for (const text of textsIn(args)) expect(text).not.toMatch(LIVE);
  });
});

/** What Slack would act on. */
const LIVE = /<[!#]|<@U0ADA|<[a-z]+:[^>|\n]*\|/i;

test("whatever agents, people and code write, each message is one that Slack takes, and none holds a sequence that does something", async () => {
  await counted(
    fc.asyncProperty(hostileText, hostileText, fc.array(hostileText, { maxLength: 6 }), async (words, output, options) => {
      const log = logOf(
        started(),
        asks(words || "x"),
        selects("Coder", words),
        says("Coder", `${words}\n\n${output}`),
        ran(output),
        question("Coder", words, options),
      );
      for (const [index, event] of log.events.entries())
        for (const planned of plan(event, { events: log.events.slice(0, index) })) {
          const rendered = render(t, { seq: event.seq, ...planned }, log, TEAM);
          if (rendered.kind !== "message") continue;
          expect(blockProblems(rendered.blocks, "message", "/blocks")).toEqual([]);
          for (const text of textsIn([rendered.text, rendered.blocks])) expect(text).not.toMatch(LIVE);
        }
    }),
  );
});

test("any Markdown is divided into parts of a size that Slack takes, and no word of it is lost", async () => {
  await counted(
    fc.asyncProperty(hostileText, fc.integer({ min: 50, max: 3_000 }), async (text, charsMax) => {
      const { parts } = splitMarkdown(text, { charsMax, partsMax: 3 });
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(charsMax);
    }),
  );
});

test("any file name becomes one that stays in its folder and says nothing to a shell or a screen", async () => {
  await counted(
    fc.asyncProperty(hostileText, async (name) => {
      const clean = cleanFileName(name);
      expect(clean).toBe(basename(clean));
      expect(clean).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069/\\]/);
      expect(["", ".", ".."]).not.toContain(clean);
      expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(255);
    }),
  );
});

test("files of any name and number stay within the limits of a code run", async () => {
  const limits = { filesMax: 3, fileBytesMax: 100, filesBytesMax: 200 };
  await counted(
    fc.asyncProperty(fc.array(fc.tuple(hostileText, fc.uint8Array({ maxLength: 150 })), { maxLength: 8 }), async (given) => {
      const files = new FileCollector(limits, new Map());
      for (const [name, content] of given) files.add(name, content, String(content.length));
      const { files: kept } = files.finish();
      expect(kept.length).toBeLessThanOrEqual(limits.filesMax);
      expect(kept.reduce((sum, { content }) => sum + content.byteLength, 0)).toBeLessThanOrEqual(limits.filesBytesMax);
    }),
  );
});

describe("a team file", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const yaml = fc.oneof(
    hostileText,
    hostileJson.map((value) => stringify(value)),
    bent({ models: { m: { provider: "replay", file: "r.yml" } }, teams: { pair: { description: "d", agents: [{ name: "Ana", description: "d", model: "m" }] } } }).map((value) => stringify(value)),
    fc.tuple(fc.nat(SMALL.length), hostileText).map(([at, text]) => SMALL.slice(0, at) + text + SMALL.slice(at)),
  ); // prettier-ignore

  test("of any content is read, or refused with a mistake that names the file", async () => {
    folder = mkdtempSync(join(tmpdir(), "parley-fuzz-"));
    await counted(
      fc.asyncProperty(yaml, async (content) => {
        writeFileSync(join(folder, "parley.yml"), content);
        try {
          loadSettings({ env: {}, cwd: folder });
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.message).toMatch(/\S+\.yml/);
        }
      }),
    );
  });
});

test("a log from elsewhere is read or refused, and what is shown of it says nothing to a terminal", async () => {
  const event = { seq: 1, at: "2026-01-05T09:00:00.000Z", type: "run.started", run: "r", team: "t", startedBy: { id: "U", name: "M" } };
  await counted(
    fc.asyncProperty(
      fc.oneof(
        hostileText,
        fc.array(bent(event), { maxLength: 4 }).map((all) => all.map((one) => JSON.stringify(one)).join("\n")),
      ),
      async (content) => {
        const read = readEvents(content);
        expect(harmless("trouble" in read ? read.trouble : content)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      },
    ),
  );
});

test("a page of any content becomes text, and an address that is not public is never one to ask", async () => {
  const base = new URL("https://example.com/");
  await counted(
    fc.asyncProperty(hostileText, async (text) => {
      expect(typeof htmlToText(text, base)).toBe("string");
      const target = readTarget(text, { ports: [80, 443] }, isPublicAddress, base);
      if ("url" in target) expect(["http:", "https:"]).toContain(target.url.protocol);
    }),
  );
});

test("what a person writes in Slack's own marks is read as plain words", async () => {
  await counted(
    fc.asyncProperty(hostileText, async (text) => {
      expect(typeof (await plainText(text, { bot: "U0PARLEY", nameOf: async () => "Ada", channelNameOf: async () => "ops" }))).toBe(
        "string",
      );
    }),
  );
});

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
