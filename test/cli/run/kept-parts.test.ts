import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { describe, expect, onTestFinished, test } from "vitest";
import { folderWith } from "../../config/team-files.ts";
import { startModelServer } from "../../models/servers/model-server.ts";
import { sealed, THINKING_MODELS, THOUGHT, type ThinkingModel } from "../../support/thinking-models.ts";
import { parley } from "../here.ts";
import { eventsIn } from "../stories.ts";

const QUESTION = { id: "c1", name: "transfer_to_human", args: '{"question":"Which?"}' };

/** Two teams of one, alike but for the model, and a run of the first that has asked a person and was answered. */
async function story(thinking: ThinkingModel) {
  const server = await startModelServer();
  onTestFinished(() => server.close());
  const model = { ...thinking.entry, baseUrl: server.url + thinking.path, attempts: 1 };
  const team = (own: string) => ({
    description: "Answers.",
    speakers: { policy: "round-robin" },
    agents: [{ name: "Ana", description: "Answers.", model: own, handoffs: ["human"] }],
    stop: { textMention: "DONE" },
  });
  const cwd = folderWith({
    "parley.yml": stringify({
      models: { m: model, other: { ...model, model: `${thinking.entry.model}-2` } },
      sandbox: { executor: "off" },
      defaultTeam: "one",
      teams: { one: team("m"), another: team("other") },
    }),
  });
  const ran = (...args: readonly string[]) => parley(args, { cwd, env: { ...thinking.env, PARLEY_DB: "log.db" }, typed: "green\n" });
  server.will({ body: thinking.calls(1, [QUESTION]) }, { body: thinking.says("Green tea. DONE") });
  const { out, err, code } = await ran("run", "--json", "--db", "log.db", "Drink?");
  expect({ code, err }).toMatchObject({ code: 0 });
  const events = eventsIn(out);
  const started = events.find((event) => event.type === "run.started");
  const thread = started?.run.split("#")[0] ?? "";
  const asked = events.find((event) => event.type === "handoff.made")?.seq ?? 0;
  const given = (nth: number) => thinking.given(server.requests[nth]?.body ?? {});
  /** How often it stands in the files of the database. */
  const stands = (words: string) =>
    readdirSync(cwd)
      .filter((name) => name.startsWith("log.db"))
      .some((name) => readFileSync(join(cwd, name)).includes(words));
  return { server, events, thread, asked, ran, given, stands };
}

describe.each(THINKING_MODELS)("$name", (thinking) => {
  const want = { kept: thinking.kept(1), calls: [QUESTION] };

  test("go back from a fork to the same model, and are left out where another one goes on", async () => {
    const { server, asked, ran, given } = await story(thinking);
    server.answer = () => ({ body: thinking.says("Milk. DONE") });
    expect(given(1)).toEqual([want]);
    expect(await ran("run", "--db", "log.db", "--fork", `last@${asked}`, "milk")).toMatchObject({ code: 0 });
    expect(given(2)).toEqual([want]);
    expect(await ran("run", "--db", "log.db", "--fork", `last@${asked}`, "--team", "another", "milk")).toMatchObject({ code: 0 });
    expect(server.requests[3]?.body["model"]).toBe(`${thinking.entry.model}-2`);
    expect(given(3)).toEqual([{ kept: [], calls: [QUESTION] }]);
    for (const words of [THOUGHT, sealed(1)]) expect(JSON.stringify(server.requests[3]?.body)).not.toContain(words);
  });

  test("are no difference to a run that is played again", async () => {
    const { ran, events } = await story(thinking);
    expect(events.some((event) => event.type === "tool.called" && event.kept !== undefined)).toBe(true);
    expect(await ran("replay", "last")).toEqual({ code: 0, out: `${events.length} events, identical\n`, err: "" });
  });

  test("are forgotten with the words of the run", async () => {
    const { ran, stands, thread } = await story(thinking);
    const parts = JSON.stringify(thinking.kept(1));
    const held = [THOUGHT, sealed(1), sealed(-1)].filter((words) => parts.includes(words));
    expect(held.map(stands)).not.toContain(false);
    expect(await ran("forget", "thread", thread)).toMatchObject({ code: 0 });
    expect(held.map(stands)).not.toContain(true);
  });
});
