import { expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { signed, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { parley, terminal } from "../here.ts";

const cwd = folderWith({ "parley.yml": SMALL });

test("without tokens nothing is started: each is named, with where to get it", async () => {
  const { code, out, err } = await parley(["start"], { cwd });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^environment: SLACK_BOT_TOKEN: is not set; put the Bot User OAuth Token, at https:\/\/api\.slack\.com\/apps.*parley demo; in a checkout npm run demo\.$/,
    ),
    expect.stringMatching(/^environment: SLACK_APP_TOKEN: is not set; put an App-Level Token with the scope connections:write/),
    expect.stringMatching(/^parley\.yml: models\.m: ANTHROPIC_API_KEY is not set; put it into the environment or into \.env/),
  ]);
});

test("tokens that are swapped are told apart, and not repeated", async () => {
  const { code, err } = await parley(["start"], { cwd, env: { SLACK_BOT_TOKEN: "xapp-secret", SLACK_APP_TOKEN: "xoxb-secret" } });
  expect(code).toBe(2);
  expect(err).toContain("SLACK_BOT_TOKEN: does not begin with xoxb-, so it is an app-level token, which goes into SLACK_APP_TOKEN; put");
  expect(err).toContain("SLACK_APP_TOKEN: does not begin with xapp-, so it is a bot's token, which goes into SLACK_BOT_TOKEN; put");
  expect(err).not.toContain("secret");
});

test("tokens in .env count, and the team file is read before Slack is asked for anything", async () => {
  const bad = folderWith({
    "parley.yml": SMALL.replace("round-robin", "swrm"),
    ".env": "SLACK_BOT_TOKEN=xoxb-1\nSLACK_APP_TOKEN=xapp-1\n",
  });
  const { code, err } = await parley(["start"], { cwd: bad });
  expect(code).toBe(2);
  expect(err).toMatch(/^parley\.yml:6: /);
});

test("with tokens it connects, and the doctor finds nothing wrong with Slack; asked to end, it hangs up and exits with 0", async () => {
  const workspace = await createWorkspace({ port: 0 });
  const env = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    ANTHROPIC_API_KEY: "k",
  };
  const here = terminal({ cwd: folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` }), env });
  const ended = main(["start"], here.io);
  await here.printed("Parley is in Slack with pair.");
  await workspace.control.until(() => workspace.control.connected());
  const { out } = await parley(["doctor"], { cwd: here.io.cwd, env });
  expect(out).toMatch(/^ok {3}SLACK_BOT_TOKEN: /m);
  expect(out).toMatch(/^ok {3}SLACK_APP_TOKEN: Socket Mode opens$/m);
  expect(out).toMatch(/^ok {3}Slack scopes: all \d+ of manifest\.yml$/m);
  here.interrupt("SIGTERM");
  expect(await ended).toBe(0);
  expect(here.err()).not.toContain("did not end in time");
  await workspace.control.until(() => !workspace.control.connected());
  await workspace.close();
});

test("with --http the signing secret takes the place of the app token, and what is wrong with either is said", async () => {
  const env = { SLACK_BOT_TOKEN: "xoxb-1" };
  const missing = await parley(["start", "--http", "3000"], { cwd, env });
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(/^environment: SLACK_SIGNING_SECRET: is not set; put the Signing Secret, at .*Basic Information/);
  expect(missing.err).not.toContain("SLACK_APP_TOKEN");
  const odd = await parley(["start", "--http", "3000"], { cwd, env: { ...env, SLACK_SIGNING_SECRET: "xapp-mine" } });
  expect(odd.err).toMatch(/SLACK_SIGNING_SECRET: is not a signing secret/);
  expect(odd.err).not.toContain("mine");
  for (const address of ["", "web", "1:", "127.0.0.1:99999"]) {
    const { code, err } = await parley(["start", "--http", address], { cwd, env });
    expect([code, err]).toEqual([2, expect.stringContaining("--http is a port, or a host and a port")]);
  }
});

test("with --http it says where Slack's requests are taken, and takes them there", async () => {
  const workspace = await createWorkspace({ port: 0 });
  const env = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: workspace.apiUrl,
    ANTHROPIC_API_KEY: "k",
  };
  const here = terminal({ cwd: folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` }), env });
  const ended = main(["start", "--http", "127.0.0.1:0"], here.io);
  await here.printed("Parley is in Slack with pair.");
  const port = /taken at port (\d+), path (\S+)\./.exec(here.out());
  const answer = await fetch(
    `http://127.0.0.1:${port?.[1]}${port?.[2]}`,
    signed(JSON.stringify({ type: "url_verification", challenge: "hello" })),
  );
  expect(await answer.text()).toBe("hello");
  here.interrupt("SIGTERM");
  expect(await ended).toBe(0);
  await workspace.close();
});

test("an address that another program has is told with the option that names another, and is no bug", async () => {
  const workspace = await createWorkspace({ port: 0 });
  const taken = new URL(workspace.url).port;
  const env = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_CLIENT_ID: "1.2",
    SLACK_CLIENT_SECRET: "s",
    ANTHROPIC_API_KEY: "k",
  };
  const here = folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` });
  for (const option of ["--http", "--health", "--studio"]) {
    const { code, err } = await parley(["start", option, taken], { cwd: here, env });
    expect([option, code]).toEqual([option, option === "--health" ? 2 : 1]);
    expect(err.trim().split("\n").at(-1)).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${taken} \\(EADDRINUSE\\); name another address with ${option}\\.$`),
    );
  }
  await workspace.close();
});

test("a Slack that is out of reach, or refuses the token, is said with what to do, and is no bug", async () => {
  const here = folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` });
  const tokens = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", ANTHROPIC_API_KEY: "k" };
  const away = await parley(["start"], { cwd: here, env: { ...tokens, SLACK_API_URL: "http://127.0.0.1:1/api/" } });
  expect({ code: away.code, out: away.out }).toEqual({ code: 1, out: "" });
  expect(away.err).toMatch(/^Slack could not be asked whose SLACK_BOT_TOKEN it is: .*\. Look at this machine's network/);
  const workspace = await createWorkspace({ port: 0 });
  const env = { ...tokens, SLACK_API_URL: workspace.apiUrl };
  const refused = await parley(["start"], { cwd: here, env });
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringMatching(/^Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)\. Install the app/),
  ]);
  const halfway = await parley(["start"], { cwd: here, env: { ...env, SLACK_BOT_TOKEN: workspace.botToken } });
  expect([halfway.code, halfway.err]).toEqual([
    1,
    expect.stringMatching(/^No Socket Mode connection to Slack: SLACK_APP_TOKEN is refused/m),
  ]);
  await workspace.close();
});

test("there are threads to work on; a role is one of three, needs a Postgres that others have open too, and a worker has no door", async () => {
  const here = folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` });
  const env = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", ANTHROPIC_API_KEY: "k" };
  const started = async (args: readonly string[], more: object = {}) => {
    const { code, err } = await parley(["start", ...args], { cwd: here, env: { ...env, ...more } });
    return [code, err.trim()];
  };
  expect(await started(["--role", "boss"])).toEqual([2, expect.stringContaining('--role is all, door, worker, not "boss".')]);
  expect(await started([], { PARLEY_ROLE: "doer" })).toEqual([2, expect.stringContaining('PARLEY_ROLE is all, door, worker, not "doer".')]);
  expect(await started(["--threads", "0"])).toEqual([2, expect.stringContaining('--threads is a number from 1 to 1000, not "0".')]);
  expect(await started(["--role", "worker", "--http", "3000"])).toEqual([
    2,
    expect.stringContaining("--http and --install are for a door"),
  ]);
  expect(await started([], { PARLEY_ROLE: "door", PARLEY_DB: "data/parley.db" })).toEqual([
    2,
    expect.stringMatching(/A door is one of several processes, and .* is a file of SQLite.*Name a Postgres \(PARLEY_DB=postgres:/s),
  ]);
  // Of a worker no app token is asked, in one workspace and in many.
  const many = {
    SLACK_CLIENT_ID: "1.2",
    SLACK_CLIENT_SECRET: "s",
    SLACK_STATE_SECRET: "s".repeat(40),
    PARLEY_TOKEN_KEY: Buffer.alloc(32).toString("base64"),
  };
  for (const tokens of [{}, { SLACK_BOT_TOKEN: "", ...many }])
    expect(await started([], { ...tokens, SLACK_APP_TOKEN: "", PARLEY_ROLE: "worker", PARLEY_DB: "p.db" })).toEqual([
      2,
      expect.stringContaining("A worker is one of several processes"),
    ]);
  expect(await started(["--role", "worker"], { SLACK_APP_TOKEN: "", SLACK_BOT_TOKEN: "" })).toEqual([
    2,
    expect.not.stringContaining("SLACK_APP_TOKEN"),
  ]);
});
