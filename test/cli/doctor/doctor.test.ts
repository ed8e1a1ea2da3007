import { chmodSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkNode } from "../../../src/cli/doctor/doctor.ts";
import { checkSlack } from "../../../src/cli/doctor/slack.ts";
import type { Finding } from "../../../src/cli/doctor/finding.ts";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { parley } from "../here.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** Slack and a model's server on loopback; what they answer is set by each test. */
let answers: { [path: string]: { status?: number; headers?: { [name: string]: string }; body: unknown } } = {};
const seen: { path: string; authorization: string | undefined }[] = [];
let server: Server;
let address = "";

beforeAll(async () => {
  server = createServer(IDLE_STAYS, (request, response) => {
    const path = request.url ?? "";
    seen.push({ path, authorization: request.headers.authorization });
    const { status = 200, headers = {}, body } = answers[path] ?? { status: 404, body: {} };
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const manifest = pathToFileURL(
  join(folderWith({ "manifest.yml": "oauth_config: { scopes: { bot: [chat:write, commands] } }\n" }), "manifest.yml"),
);
const TOKENS = { SLACK_BOT_TOKEN: "xoxb-secret-1", SLACK_APP_TOKEN: "xapp-secret-2" };

async function slack(env: { readonly [name: string]: string }, at = manifest): Promise<string[]> {
  const findings: Finding[] = [];
  for await (const finding of checkSlack({ SLACK_API_URL: `${address}/api`, ...env }, at)) findings.push(finding);
  return findings.map(({ grade, thing, message }) => `${grade} ${thing}: ${message}`);
}

describe("Slack", () => {
  const healthy = {
    "/api/auth.test": { headers: { "x-oauth-scopes": "chat:write,commands,users:read" }, body: { ok: true, user: "parley", team: "Acme" } },
    "/api/apps.connections.open": { body: { ok: true, url: "wss://example" } },
  };

  test("tokens that Slack takes, with the manifest's scopes, are ok", async () => {
    answers = healthy;
    expect(await slack(TOKENS)).toEqual([
      "ok SLACK_BOT_TOKEN: parley in Acme",
      "ok Slack scopes: all 2 of manifest.yml",
      "ok SLACK_APP_TOKEN: Socket Mode opens",
    ]);
    expect(seen.slice(-2)).toEqual([
      { path: "/api/auth.test", authorization: "Bearer xoxb-secret-1" },
      { path: "/api/apps.connections.open", authorization: "Bearer xapp-secret-2" },
    ]);
  });

  test("missing tokens are named, with where to get them", async () => {
    const lines = await slack({});
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^fail SLACK_BOT_TOKEN: is not set; .*https:\/\/api\.slack\.com\/apps.*OAuth & Permissions/);
    expect(lines[1]).toMatch(/^fail SLACK_APP_TOKEN: is not set; .*connections:write/);
  });

  test("tokens of other kinds, and a signing secret that is none, are what start refuses, too", async () => {
    answers = healthy;
    expect(await slack({ SLACK_BOT_TOKEN: "xapp-secret", SLACK_APP_TOKEN: "xoxe.xoxp-secret", SLACK_SIGNING_SECRET: "secret" })).toEqual([
      expect.stringMatching(/^fail SLACK_BOT_TOKEN: .* an app-level token, which goes into SLACK_APP_TOKEN; copy the Bot User OAuth Token/),
      expect.stringMatching(/^fail SLACK_SIGNING_SECRET: is not a signing secret, .*; copy the Signing Secret from/),
      expect.stringMatching(/^fail SLACK_APP_TOKEN: .* a token that runs out, .*; copy an App-Level Token/),
    ]);
    expect(await slack({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef" })).toContain(
      "ok SLACK_SIGNING_SECRET: is set, for parley start --http",
    );
  });

  test("tokens of two apps are told, where Slack says of which app the bot is", async () => {
    const tokens = { ...TOKENS, SLACK_APP_TOKEN: "xapp-1-A0SOCKET1-123-secret" };
    const auth = { "/api/auth.test": { body: { ok: true, bot_id: "B1" } } };
    answers = { ...healthy, ...auth, "/api/bots.info": { body: { ok: true, bot: { id: "B1", app_id: "A0BOTS123" } } } };
    expect(await slack(tokens)).toContainEqual(
      expect.stringMatching(/^fail SLACK_APP_TOKEN: is of the app A0SOCKET1, and SLACK_BOT_TOKEN of A0BOTS123, .* take both from one app/),
    );
    for (const body of [{ ok: true, bot: { id: "B1", app_id: "A0SOCKET1" } }, { ok: false, error: "missing_scope" }, "<html>"]) {
      answers = { ...healthy, ...auth, "/api/bots.info": { body } };
      expect((await slack(tokens)).join("\n")).not.toContain("of the app");
    }
  });

  test("a missing scope is named, and what to do about it", async () => {
    answers = { ...healthy, "/api/auth.test": { headers: { "x-oauth-scopes": "chat:write" }, body: { ok: true } } };
    expect((await slack(TOKENS))[1]).toMatch(/^fail Slack scopes: commands missing; .*reinstall/);
  });

  test("without a manifest or without the header, scopes are not guessed", async () => {
    answers = { ...healthy, "/api/auth.test": { body: { ok: true } } };
    expect((await slack(TOKENS))[1]).toMatch(/^warn Slack scopes: Slack did not say/);
    expect((await slack(TOKENS, new URL("file:///nowhere/manifest.yml")))[1]).toMatch(/^warn Slack scopes: manifest\.yml cannot be read/);
  });

  test.each([
    ["invalid_auth", "not known to Slack"],
    ["token_revoked", "was revoked"],
    ["something_new", "Slack says something_new"],
  ])("%s is told with its mend, and never with the token", async (error, mend) => {
    answers = { "/api/auth.test": { body: { ok: false, error } }, "/api/apps.connections.open": { body: { ok: false, error } } };
    const lines = await slack(TOKENS);
    expect(lines.every((line) => line.startsWith("fail "))).toBe(true);
    expect(lines[0]).toContain(mend);
    expect(lines.join("\n")).not.toContain("secret");
  });

  test("a server that is not Slack, or not there, is told as such", async () => {
    answers = { "/api/auth.test": { status: 502, body: { error: 1 } }, "/api/apps.connections.open": { status: 502, body: "<html>" } };
    expect((await slack(TOKENS))[0]).toContain("status 502");
    expect((await slack({ ...TOKENS, SLACK_API_URL: "http://127.0.0.1:1/" }))[0]).toMatch(
      /unreachable: .+; check the network, a proxy, and SLACK_API_URL/,
    );
    expect((await slack({ ...TOKENS, SLACK_API_URL: "not an address" }))[0]).toMatch(/^fail SLACK_API_URL: /);
  });
});

describe("the whole check", () => {
  const env = () => ({ ...TOKENS, SLACK_API_URL: `${address}/api/` });
  const OK = { "/api/auth.test": { body: { ok: true } }, "/api/apps.connections.open": { body: { ok: true } } };
  const file = SMALL.replace("anthropic, model: claude-sonnet-5-5", "openai-compatible, model: tiny, baseUrl: BASE").concat(
    "sandbox: { executor: off }\ndatabase: data/log.db\n",
  );

  test("says ok of all that is well, and exits with 0", async () => {
    answers = { ...OK, "/v1/models": { body: { data: [] } } };
    const cwd = folderWith({ "parley.yml": file.replace("BASE", `"${address}/v1"`) });
    const { code, out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).not.toMatch(/^fail/m);
    expect(out).toMatch(/^ok {3}Node: /m);
    expect(out).toMatch(/^ok {3}team file: parley\.yml has pair; the default is pair$/m);
    expect(out).toMatch(/^ok {3}model m: http:\/\/127\.0\.0\.1:\d+\/v1 answers/m);
    expect(out).toMatch(/^ok {3}sandbox \(off\): no code is run, and no team needs it$/m);
    expect(out).toMatch(/^ok {3}database: .*data\/log\.db is not there yet/m);
    expect(out).toMatch(/disk: \d+ MiB free/);
    expect(code).toBe(0);
  });

  test("--live makes one call and tells what it cost", async () => {
    const words = [
      '{"id":"1","object":"chat.completion.chunk","created":1,"model":"tiny","choices":[{"index":0,"delta":{"role":"assistant","content":"ready"},"finish_reason":"stop"}]}',
      '{"id":"1","object":"chat.completion.chunk","created":1,"model":"tiny","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}',
      "[DONE]",
    ];
    answers = {
      ...OK,
      "/v1/chat/completions": { headers: { "content-type": "text/event-stream" }, body: words.map((data) => `data: ${data}\n\n`).join("") },
    };
    const cwd = folderWith({ "parley.yml": file.replace("BASE", `"${address}/v1"`) });
    const { out } = await parley(["doctor", "--live"], { cwd, env: env() });
    expect(out).toMatch(/^ok {3}model m: tiny answered \(9 \+ 1 tokens, cost unknown\)$/m);
  });

  test("says fail and what to do of what is not, without a secret, and exits with 1", async () => {
    answers = OK;
    const cwd = folderWith({ "parley.yml": file.replace("BASE", '"http://127.0.0.1:1/v1"') });
    const { code, out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).toMatch(/^fail model m: nothing answers at http:\/\/127\.0\.0\.1:1\/v1; start that server/m);
    expect(out).not.toContain("secret");
    expect(code).toBe(1);
  });

  test("a team file with mistakes is told line by line, and Slack is still looked at", async () => {
    answers = OK;
    const cwd = folderWith({ "parley.yml": SMALL.replace("round-robin", "swrm") });
    const { code, out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).toMatch(/^fail team file: parley\.yml:6: teams\.pair\.speakers\.policy: /m);
    expect(out).toMatch(/^ok {3}SLACK_APP_TOKEN/m);
    expect(code).toBe(1);
  });

  test("a sandbox that is off is told of to every team that would run code: with a coder, and with such a team inside or behind a tool", async () => {
    answers = OK;
    const agent = "{ name: Ada, description: Asks., model: m }";
    const team = (name: string, agents: string) =>
      `  ${name}: { description: x, speakers: { policy: round-robin }, stop: { maxTurns: 2 }, agents: [${agents}] }\n`;
    const cwd = folderWith({
      "replies.yml": "replies: {}",
      "parley.yml":
        "models: { m: { provider: replay, file: replies.yml } }\nsandbox: { executor: off }\n" +
        "tools: { compute: { kind: agent, description: Computes., team: codes } }\nteams:\n" +
        team("talks", agent) +
        team("codes", "{ name: Cody, kind: coder, description: Codes., model: m }") +
        team("holds", `${agent}, { name: Lab, kind: team, description: Works., team: codes }`) +
        team("uses", "{ name: Eve, description: Calls., model: m, tools: [compute] }"),
    });
    const { out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).toMatch(/^warn sandbox \(off\): no code is run, but codes, holds, uses would;/m);
  });

  test("a missing key and a missing price are told for the model that is used", async () => {
    answers = OK;
    const cwd = folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` });
    expect((await parley(["doctor"], { cwd, env: env() })).out).toMatch(/^fail model m: ANTHROPIC_API_KEY is not set/m);
    const { out } = await parley(["doctor"], { cwd, env: { ...env(), ANTHROPIC_API_KEY: "sk-secret" } });
    expect(out).toMatch(/^ok {3}model m: anthropic claude-sonnet-5-5, key in ANTHROPIC_API_KEY/m);
    expect(out).toMatch(
      /^ok {3}model m: costs \$2 a million tokens in \(\$0\.1 from the cache\), \$10 out, says https:\/\/\S+, \d{4}-\d\d-\d\d$/m,
    );
    const unlisted = folderWith({ "parley.yml": `${SMALL.replace("claude-sonnet-5-5", "claude-next")}sandbox: { executor: off }\n` });
    expect((await parley(["doctor"], { cwd: unlisted, env: { ...env(), ANTHROPIC_API_KEY: "sk-secret" } })).out).toMatch(
      /^warn model m: has no price, so its cost is unknown and limits\.usd cannot count it/m,
    );
  });

  test("a database that others can read is named, with what to do", async () => {
    answers = { ...OK, "/v1/models": { body: { data: [] } } };
    const cwd = folderWith({ "parley.yml": file.replace("BASE", `"${address}/v1"`), "data/log.db": "" });
    const path = join(cwd, "data/log.db");
    await openSqlite({ path, now: () => 0 }).store.close();
    expect((await parley(["doctor"], { cwd, env: env() })).out).not.toContain("other users");
    chmodSync(path, 0o644);
    chmodSync(join(cwd, "data"), 0o775);
    const { code, out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).toContain(`fail database: other users of this machine can read or write ${path} (0644)`);
    expect(out).toContain(`run chmod 600 ${path}`);
    expect(out).toContain(`warn database: other users of this machine may write in ${join(cwd, "data")} (0775)`);
    expect(code).toBe(1);
  });

  test("a database that nobody opens fails as it does at the start; so do a folder, of which nobody is told to take rights, and a file in the place of one", async () => {
    answers = { ...OK, "/v1/models": { body: { data: [] } } };
    const cwd = folderWith({ "parley.yml": file.replace("BASE", `"${address}/v1"`), "kept/x": "", taken: "" });
    const lines = async (database: string) => {
      const { out } = await parley(["doctor"], { cwd, env: { ...env(), PARLEY_DB: database } });
      return out.split("\n").filter((line) => /^\w+ +database: /.test(line));
    };
    expect(await lines("mysql://host/x")).toEqual([
      expect.stringMatching(/^fail database: mysql:…: .* knows no store "mysql"\. Name a file/),
    ]);
    expect(await lines("kept")).toEqual([expect.stringMatching(/^fail database: .*\/kept: is not a file, but a directory/)]);
    expect(await lines("taken/parley.db")).toEqual([
      expect.stringMatching(/^fail database: .*\/taken cannot be written \(ENOTDIR\); it is no folder; move it away, or set PARLEY_DB/),
    ]);
  });

  test("a database that is none is told with the file's name", async () => {
    answers = { ...OK, "/v1/models": { body: {} } };
    const cwd = folderWith({
      "parley.yml": file.replace("BASE", `"${address}/v1"`),
      "data/log.db": "this is no database, and never was one; it is only long enough to look like it. ".repeat(20),
    });
    const { code, out } = await parley(["doctor"], { cwd, env: env() });
    expect(out).toMatch(/^fail database: .*log\.db/m);
    expect(code).toBe(1);
  });
});

test("a Node that is too old is told with the version that is needed", () => {
  expect([checkNode("22.17.9"), checkNode("20.20.0"), checkNode("22.18.0"), checkNode("24.0.0")].map((finding) => finding.grade)).toEqual([
    "fail",
    "fail",
    "ok",
    "ok",
  ]);
});
