import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { createWorkspace } from "../../src/workspace/workspace.ts";
import { folderWith, SMALL } from "../config/team-files.ts";
import { parley, terminal } from "./here.ts";

const cwd = folderWith({ "parley.yml": SMALL });

test("without tokens nothing is started: each is named, with where to get it", async () => {
  const { code, out, err } = await parley(["start"], { cwd });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.trim().split("\n")).toEqual([
    expect.stringMatching(
      /^environment: SLACK_BOT_TOKEN: is not set; put the Bot User OAuth Token, at https:\/\/api\.slack\.com\/apps.*npm run demo\.$/,
    ),
    expect.stringMatching(/^environment: SLACK_APP_TOKEN: is not set; put an App-Level Token with the scope connections:write/),
  ]);
});

test("tokens that are swapped are told apart, and not repeated", async () => {
  const { code, err } = await parley(["start"], { cwd, env: { SLACK_BOT_TOKEN: "xapp-secret", SLACK_APP_TOKEN: "xoxb-secret" } });
  expect(code).toBe(2);
  expect(err).toContain("SLACK_BOT_TOKEN: does not begin with xoxb-, so it is another kind of token");
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
