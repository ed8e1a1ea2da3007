import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startModelServer } from "../../models/servers/model-server.ts";
import { chatBody } from "../../models/servers/wire-chat.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { openJourney, type Journey } from "../../support/journey.ts";
import type { Thread } from "../../support/slack/thread.ts";

/** Nothing about their shape says that they are secrets, but for the last. */
const SECRETS = {
  DESK_API_KEY: "correct-horse-battery",
  ANTHROPIC_API_KEY: "staple-of-another-kind",
  TOOL_PASSWORD: "pass word with blanks",
  SLACK_SIGNING_SECRET: "8f742231b10e8888abcd99yyyzzz85a5",
};
/** Typed by a person who should not have. */
const PASTED = "xoxb-2345678901-abcdefghijkl";
const ALL = [...Object.values(SECRETS), PASTED];

// A sandbox that inherits anything inherits these.
beforeAll(() => void Object.assign(process.env, SECRETS));
afterAll(() => {
  for (const name of Object.keys(SECRETS)) delete process.env[name];
});

/** Prints whatever the code can see of the environment that it is in. */
const SNOOP = `import os, sys
print(dict(os.environ))
for path in ("/proc/self/environ", "/proc/1/environ"):
    try:
        print(open(path, "rb").read())
    except Exception as error:
        print(path, type(error).__name__)
print("looked around")`;

const TEAM = (address: string, sandbox: object) => ({
  models: { desk: { provider: "openai-compatible", baseUrl: `${address}/v1`, model: "desk", apiKeyEnv: "DESK_API_KEY" } },
  tools: {
    leaky: {
      kind: "mcp",
      command: process.execPath,
      args: ["-e", "console.error('I was given ' + process.env.TOOL_PASSWORD); process.exit(1)"],
      env: ["TOOL_PASSWORD"],
    },
  },
  teams: {
    coding: {
      description: "Writes code and runs it.",
      speakers: { policy: "round-robin" },
      agents: [
        { name: "Coder", description: "Writes Python.", model: "desk", tools: ["leaky"] },
        { name: "Runner", kind: "code-runner", runs: ["Coder"], description: "Runs it." },
      ],
      stop: { textMention: "DONE" },
    },
  },
  sandbox,
});

const echo = (status: number, code: string) => ({
  status,
  body: [
    JSON.stringify({
      error: {
        message: `Incorrect API key provided: ${ALL.join(" and ")}. Authorization: Bearer ${SECRETS.DESK_API_KEY}`,
        type: code,
        code,
      },
    }),
  ],
});

// The sandboxes' own tests show that each hides the environment; here the code runs in the one that starts faster.
const SANDBOX = (await dockerAvailable()) ? { executor: "docker", image: sandboxImage() } : { executor: "wasm" };

test("no secret is in a post, in a line of the log or in the database, whoever says it", async () => {
  const server = await startModelServer();
  onTestFinished(() => server.close());
  const text = `My key is ${SECRETS.DESK_API_KEY}, yours is ${SECRETS.ANTHROPIC_API_KEY}.\n\n\`\`\`python\n${SNOOP}\n\`\`\``;
  server.will(echo(500, "server_error"), { body: chatBody({ text: [text.slice(0, 15), text.slice(15)] }) }, echo(401, "invalid_api_key"));
  const journey = await openJourney({ file: TEAM(server.url, SANDBOX), env: SECRETS });
  const thread = await journey.mention(`@parley look around; our token is ${PASTED}`);
  await thread.ended();

  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${SECRETS.DESK_API_KEY}`);
  const log = await thread.log();
  expect(log.find((event) => event.type === "code.ran")).toMatchObject({
    outcome: "ok",
    output: expect.stringContaining("looked around") as string,
  });
  expect(log.find((event) => event.type === "turn.failed")).toMatchObject({
    error: { kind: "bad_key", message: expect.stringContaining("[redacted]") as string },
  });
  expect(journey.problems.join("\n")).toContain("I was given [redacted]");
  // What went to the model again is what the log says; it is not told of other people's secrets either.
  expect(server.requests.map(({ body }) => JSON.stringify(body)).filter((body) => ALL.some((secret) => body.includes(secret)))).toEqual([]);
  await journey.quiet();
  await journey.parley.stop();
  await expectNowhere([...ALL, journey.slack.botToken, journey.slack.appToken], journey, thread);
});

async function expectNowhere(secrets: readonly string[], { slack, problems, folder }: Journey, thread: Thread): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith("parley.db"));
  expect(names).toContain("parley.db");
  const places: [string, string][] = [
    ["lines of the log", problems.join("\n")],
    ["calls of Slack", JSON.stringify(slack.control.calls().map(({ args: { token: _token, ...args }, ...call }) => ({ ...call, args })))],
    ["messages", JSON.stringify(thread.messages().slice(1))],
    ...(await Promise.all(
      names.map(async (name): Promise<[string, string]> => [name, (await readFile(join(folder, name))).toString("latin1")]),
    )),
  ];
  const found = places.flatMap(([place, text]) =>
    secrets.flatMap((secret) =>
      [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]
        .filter((form) => text.includes(form))
        .map((form) => `${form} is in the ${place}`),
    ),
  );
  expect(found).toEqual([]);
}
