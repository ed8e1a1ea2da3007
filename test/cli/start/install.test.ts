import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { createWorkspaces } from "../../../local-slack/index.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { parley, terminal } from "../here.ts";

const KEY = randomBytes(32).toString("base64");
const APP = {
  SLACK_CLIENT_ID: "1111.2222",
  SLACK_CLIENT_SECRET: "c".repeat(32),
  SLACK_STATE_SECRET: "s".repeat(40),
  PARLEY_TOKEN_KEY: KEY,
  SLACK_APP_TOKEN: "xapp-1-local",
  ANTHROPIC_API_KEY: "a-key",
};

test("each thing that is missing for many workspaces is said, with where to get it or the command that makes it", async () => {
  const cwd = folderWith({ "parley.yml": SMALL });
  const start = async (env: { readonly [name: string]: string }) => {
    const { code, err } = await parley(["start"], { cwd, env });
    expect(code).toBe(2);
    return err;
  };
  const nothing = await start({ SLACK_CLIENT_ID: "1111.2222", SLACK_APP_TOKEN: "xapp-1" });
  expect(nothing).toContain("SLACK_CLIENT_SECRET: is not set; copy the Client Secret from https://api.slack.com/apps");
  expect(nothing).toContain("SLACK_STATE_SECRET: is not set; make one with: openssl rand -hex 32");
  expect(nothing).toContain(
    "PARLEY_TOKEN_KEY: is not set: it encrypts the workspaces' tokens in the database; make one with: openssl rand -base64 32",
  );
  const short = await start({ ...APP, PARLEY_TOKEN_KEY: randomBytes(16).toString("base64"), SLACK_STATE_SECRET: "guess me" });
  expect(short).toContain("PARLEY_TOKEN_KEY: is not 32 bytes in base64; make one with: openssl rand -base64 32");
  expect(short).toContain("SLACK_STATE_SECRET: has 8 characters");
  expect(await start({ ...APP, PARLEY_TOKEN_KEY: `${KEY}, nonsense` })).toContain(
    "PARLEY_TOKEN_KEY: holds as number 2 what is not 32 bytes",
  );
  expect(await start({ ...APP, SLACK_CLIENT_ID: "A0123" })).toContain("SLACK_CLIENT_ID: is not a client id");
  expect(await start({ ...APP, SLACK_REDIRECT_URI: "https://parley.example.com/" })).toContain(
    "is not the address of /slack/oauth_redirect",
  );
  expect(await start({ ...APP, PARLEY_WORKSPACES: "T1,acme" })).toContain('PARLEY_WORKSPACES: names "acme"');
  expect(await start({ ...APP, SLACK_APP_TOKEN: "" })).toContain("SLACK_APP_TOKEN: is not set");
  const alone = await parley(["start", "--install", "3000"], { cwd, env: { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" } });
  expect([alone.code, alone.err]).toEqual([2, expect.stringContaining("--install is for many workspaces")]);
});

test("start says where the app is installed, takes its secrets from files too, and doctor lists what is installed", async () => {
  const slack = await createWorkspaces({ port: 0, teams: [{ id: "T0NORTH" }], rateLimits: false });
  onTestFinished(() => slack.close());
  const cwd = folderWith({ "parley.yml": SMALL });
  writeFileSync(join(cwd, "key"), `${KEY}\n`);
  writeFileSync(join(cwd, "client"), slack.clientSecret);
  const { PARLEY_TOKEN_KEY: _key, SLACK_CLIENT_SECRET: _secret, ...rest } = APP;
  const env = {
    ...rest,
    SLACK_CLIENT_ID: slack.clientId,
    SLACK_CLIENT_SECRET_FILE: "client",
    PARLEY_TOKEN_KEY_FILE: "key",
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
  };
  const empty = await parley(["doctor"], { cwd, env });
  expect(empty.out).toContain("ok   OAuth: the app can be installed at /slack/install; tokens are encrypted with one key");
  expect(empty.out).toContain("ok   SLACK_APP_TOKEN: Socket Mode opens");
  expect(empty.out).toContain("ok   installation: none yet");

  const here = terminal({ cwd, env });
  const ended = main(["start", "--install", "127.0.0.1:0"], here.io);
  await here.printed("Parley is in Slack");
  const port = /installed into a workspace at port (\d+), path \/slack\/install/.exec(here.out())?.[1];
  slack.redirectTo(`http://127.0.0.1:${port}/slack/oauth_redirect`);
  const begun = await fetch(`http://127.0.0.1:${port}/slack/install`, { redirect: "manual" });
  const back = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
  const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
  const done = await fetch(back.headers.get("location") ?? "", { headers: { cookie } });
  expect(await done.text()).toContain("Parley is installed");
  here.interrupt();
  expect(await ended).toBe(0);

  const installed = await parley(["doctor"], { cwd, env });
  expect(installed.out).toMatch(/ok {3}installation: Local workspace T0NORTH \(T0NORTH\) since \d{4}-\d\d-\d\d\n/);
  const other = await parley(["doctor"], { cwd, env: { ...env, PARLEY_TOKEN_KEY: randomBytes(32).toString("base64") } });
  expect(other.code).toBe(1);
  expect(other.out).toContain("fail installation: Local workspace T0NORTH (T0NORTH): its token does not open with PARLEY_TOKEN_KEY");
});
