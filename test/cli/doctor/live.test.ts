import { expect, onTestFinished, test } from "vitest";
import { help } from "../../../src/cli/doctor/doctor.ts";
import { PROBES } from "../../../src/slack/probes/run-probes.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley, terminal } from "../here.ts";
import { main } from "../../../src/cli/main.ts";

async function here() {
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  onTestFinished(() => slack.close());
  return { slack, options: { cwd: folderWith({}), env: { SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl } } };
}

const ONE = ["doctor", "--live", "--channel", "C0GENERAL", "--only", "status-persona"];

test("one check is made and told: what is asked, what is expected, what Slack answered", async () => {
  const { slack, options } = await here();
  const { code, out, err } = await parley([...ONE, "--yes"], options);
  expect(err).toBe("");
  expect(out).toMatch(/^ok {3}token: Whose token is it, and what may it do\?$/m);
  expect(out).toMatch(/^look status-persona: .*\?$/m);
  expect(out).toMatch(/^ {7}expected: username and icon_emoji are in the types\./m);
  expect(out).toMatch(/^ {7}assistant\.threads\.setStatus with a persona: ok$/m);
  expect(out).not.toContain(slack.botToken);
  expect(code).toBe(0);
  expect(slack.control.channel("C0GENERAL")).toEqual([]);
});

test("--json prints a line for each check", async () => {
  const { options } = await here();
  const { out } = await parley([...ONE, "--yes", "--json"], options);
  const reports = out.trim().split("\n").map((line) => JSON.parse(line) as { readonly name: string }); // prettier-ignore
  expect(reports).toMatchObject([
    { name: "token", outcome: "known" },
    { name: "status-persona", outcome: "look", calls: 2, left: [] },
  ]);
});

test("a check that could not be made is open, and the exit code says so", async () => {
  const { slack, options } = await here();
  slack.control.withoutScope("chat:write.customize");
  const { code, out } = await parley([...ONE, "--yes"], options);
  expect(out).toMatch(/^open status-persona: /m);
  expect(out).toContain("error missing_scope, needed chat:write.customize");
  expect(code).toBe(1);
});

test("without --yes a person is asked, and nothing is posted for a no", async () => {
  const { slack, options } = await here();
  const no = terminal({ ...options, tty: true, typed: "n\n" });
  expect(await main(ONE, no.io)).toBe(2);
  expect(no.err()).toContain("One message is posted in C0GENERAL by the app, and deleted again. Go on? [y/N]");
  expect(slack.control.calls()).toEqual([]);
  const yes = terminal({ ...options, tty: true, typed: "y\n" });
  expect(await main(ONE, yes.io)).toBe(0);
  expect(slack.control.calls("chat.postMessage")).toHaveLength(1);
});

test.each([
  [["--live", "--channel", "C0GENERAL"], "Add --yes if that is all right there."],
  [["--live", "--yes"], "Say where to post: --channel C…"],
  [["--live", "--yes", "--channel", "general"], `"general" is no channel's id`],
  [["--live", "--yes", "--channel", "C0GENERAL", "--user", "maria"], `"maria" is no person's id`],
  [["--live", "--yes", "--channel", "C0GENERAL", "--only", "persona-in-dms"], 'Did you mean "persona-in-dm"?'],
  [["--live", "--yes", "--channel", "C0GENERAL", "--look", "-1"], "--look"],
  [["--live", "--yes", "--channel", "C0GENERAL", "--look", "soon"], "--look takes whole seconds, at most 600"],
  [["--channel", "C0GENERAL"], "belong to parley doctor --live"],
] as const)("%j is told what is wrong with it, and posts nothing", async (args, words) => {
  const { slack, options } = await here();
  const { code, err } = await parley(["doctor", ...args], options);
  expect(err).toContain(words);
  expect(code).toBe(2);
  expect(slack.control.calls()).toEqual([]);
});

test("without a token it says what it needs", async () => {
  const { options } = await here();
  const { code, err } = await parley([...ONE, "--yes"], { ...options, env: {} });
  expect(err).toContain("SLACK_BOT_TOKEN is not set");
  expect(code).toBe(2);
});

test("the help names every check", () => {
  for (const { name } of PROBES) expect(help).toContain(name);
});
