import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { main } from "../../../src/cli/main.ts";
import { folderWith } from "../../config/team-files.ts";
import { startOAuthFixture } from "../../fixtures/mcp-oauth.ts";
import { visit } from "../../support/login-browser.ts";
import { terminal } from "../here.ts";

test("a login is given at a door on loopback, by the link that the terminal shows, and the run goes on with it", async () => {
  const desk = await startOAuthFixture();
  onTestFinished(() => desk.close());
  const team = {
    models: { m: { provider: "replay", file: "replies.yml" } },
    sandbox: { executor: "off" },
    tools: { desk: { kind: "mcp", url: desk.url, approval: "never" } },
    teams: {
      desk: {
        description: "Looks things up.",
        agents: [{ name: "Ana", model: "m", description: "Looks.", tools: ["desk"] }],
        speakers: { policy: "round-robin" },
        stop: { textMention: "DONE" },
      },
    },
  };
  const replies = { Ana: [{ toolCalls: [{ name: "desk__whoami", args: {} }] }, "{{last}} DONE"] };
  const cwd = folderWith({ "parley.yml": stringify(team), "replies.yml": stringify({ replies }) });
  const here = terminal({ cwd, tty: true });
  const ended = main(["run", "who am I?"], here.io);
  await here.printed("To connect desk, open http");
  const [link = ""] = /http:\/\/localhost:\d+\/logins\/[\w-]+/.exec(here.err()) ?? [];
  expect((await visit(link)).back).toContain("desk is connected");
  expect(await ended).toBe(0);
  const printed = here.out() + here.err();
  expect(printed).toContain("You came with [login]");
  expect(desk.calls).toHaveLength(1);
  expect(desk.tokens.filter((token) => printed.includes(token))).toEqual([]);
});
