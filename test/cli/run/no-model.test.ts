import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { folderWith } from "../../config/team-files.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { chatServer, says } from "../../models/servers/chat-server.ts";
import { parley, terminal } from "../here.ts";

const LOCAL = (url: string) => `{ provider: openai-compatible, model: qwen3, baseUrl: "${url}" }`;
const CHOICE = (url: string) =>
  `{ anyOf: [{ provider: anthropic, model: claude-sonnet-5-5 }, { provider: openai, model: gpt-5-mini }, ${LOCAL(url)}] }`;

/** A folder with a team on `m`, and with other models beside it. */
const folder = (models: string) =>
  folderWith({
    "parley.yml": `models: { ${models} }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Asks., model: m }]
    stop: { maxTurns: 1 }
  other:
    description: One on another model.
    speakers: { policy: round-robin }
    agents: [{ name: Ben, description: Asks., model: o }]
    stop: { maxTurns: 1 }
sandbox: { executor: off }
`,
  });

/** An address where nothing is. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}/v1`;
}

const SLACK = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };

describe("without a key, and without a server on this machine", () => {
  test("parley run says at once which variables are missing, of all models that have the same trouble", async () => {
    const url = await nowhere();
    const { code, out, err } = await parley(["run", "Talk"], { cwd: folder(`m: ${CHOICE(url)}, o: ${CHOICE(url)}`) });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      `parley.yml: models.m: ANTHROPIC_API_KEY and OPENAI_API_KEY are not set, and nothing answers at ${url}, where qwen3 needs no key; put one of them into the environment or into .env, or start that server.\n`,
    );
  });

  test("parley start says so, too, beside the tokens that are missing, and names all of the models", async () => {
    const url = await nowhere();
    const cwd = folder(`m: ${CHOICE(url)}, o: ${CHOICE(url)}`);
    expect((await parley(["start"], { cwd, env: SLACK })).err).toMatch(/^parley\.yml: models\.m, models\.o: ANTHROPIC_API_KEY and OPENAI_API_KEY are not set/); // prettier-ignore
    const { code, err } = await parley(["start"], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(
      /SLACK_BOT_TOKEN: is not set[\s\S]*SLACK_APP_TOKEN: is not set[\s\S]*ANTHROPIC_API_KEY and OPENAI_API_KEY are not set/,
    );
  });

  test("parley doctor names the same variables", async () => {
    const url = await nowhere();
    const { out } = await parley(["doctor", "--models"], { cwd: folder(`m: ${CHOICE(url)}, o: ${LOCAL(url)}`) });
    expect(out).toMatch(/^ {2}FAIL ANTHROPIC_API_KEY and OPENAI_API_KEY are not set, and nothing answers/m);
    expect(out).toMatch(
      /^ {2}FAIL nothing answers at http:\/\/127\.0\.0\.1:\d+\/v1; start that server, or choose another model in parley\.yml\.$/m,
    );
  });

  test("a key that is missing is told for all of a choice", async () => {
    const cwd = folder(
      "m: { anyOf: [{ provider: anthropic, model: x }, { provider: openai, model: y }] }, o: { provider: openai, model: y }",
    );
    const { code, err } = await parley(["run", "Talk"], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(/^parley\.yml: models\.m: ANTHROPIC_API_KEY and OPENAI_API_KEY are not set; put one of them into the environment/m);
  });
});

test("a server of one's own that is away: parley run says so at once", async () => {
  const url = await nowhere();
  const { code, err } = await parley(["run", "Talk"], { cwd: folder(`m: ${LOCAL(url)}, o: ${LOCAL(url)}`) });
  expect({ code, err }).toEqual({
    code: 2,
    err: `parley.yml: models.m: nothing answers at ${url}; start that server, or choose another model in parley.yml.\n`,
  });
});

test("what no team of this run needs stands in nobody's way, nor does one in whose place another is asked", async () => {
  const { url } = await chatServer((_, response) => says(response, "Hello."));
  const gone = await nowhere();
  const { code, out } = await parley(["run", "Talk"], { cwd: folder(`m: ${LOCAL(url)}, o: ${LOCAL(gone)}`) });
  expect(code).toBe(0);
  expect(out).toContain("Hello.");
  const reserve = `m: ${LOCAL(gone).replace(" }", ", attempts: 1, fallback: [o] }")}, o: ${LOCAL(url)}`;
  expect((await parley(["run", "Talk"], { cwd: folder(reserve) })).out).toContain("Hello.");
});

test("a server that is silent at first is given its time, and nothing is asked of it but the agent's words", async () => {
  let asked = 0;
  const silent = createServer((socket) => void socket.on("error", () => undefined).once("data", () => asked++)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`;
  const here = terminal({ cwd: folder(`m: ${LOCAL(url)}, o: ${LOCAL(url)}`) });
  const ended = main(["run", "Talk"], here.io);
  // Whether it is there is seen without a request: this is the agent's first call.
  await until(() => asked > 0);
  expect(asked).toBe(1);
  here.interrupt();
  expect(await ended).toBe(130);
});
