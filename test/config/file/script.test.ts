import { expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { createModelFor } from "../../../src/config/build/models.ts";
import { openLog } from "../../support/scripted.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { instantly } from "../instantly.ts";
import { load, mistakesOf } from "../team-files.ts";

const TEAM = `models: { m: { provider: replay, file: scripts.yml } }
teams:
  pair:
    description: Two.
    speakers: { policy: selector, model: m, allowRepeats: true }
    agents: [{ name: Ana, description: A., model: m, handoffs: [human] }, { name: Ben, description: B., model: m }]
`;
const SCRIPTS = `scripts:
  - match: [tea, coffee]
    replies:
      selector: [{ next: Ana }, { next: Ben }, { next: finish, reason: drunk }]
      Ana: [{ toolCalls: [{ name: transfer_to_human, args: { question: "Which?", options: [black, green] } }] }, "You said {{last}}."]
      Ben: ["Cheers."]
  - match: [bread]
    replies:
      selector: [{ next: Ben }, { next: Ana }, { next: finish, reason: baked }]
      Ana: ["Eaten."]
      Ben: ["Baked."]
otherwise:
  selector: [{ next: Ana }, { next: finish, reason: nothing to do }]
  Ana: ["I only know tea and bread."]
`;

const build = () => {
  const settings = load({ "parley.yml": TEAM, "scripts.yml": SCRIPTS });
  return buildTeams(settings, {
    createModel: createModelFor({ env: {}, clock: instantly }),
    executor: fakeExecutor(() => ran("")),
    keepFile: async () => "",
  }).build("pair", "t");
};

test("one thread plays several tasks one after the other, each its own script, and says so when there is none", async () => {
  const log = openLog();
  for (const task of ["Bake some BREAD", "Make tea", "Sing", "bread again"]) {
    log.start(task);
    await log.run(build());
    if (task === "Make tea") {
      log.reply("green");
      await log.run(build());
    }
  }
  expect(log.said()).toEqual([
    "Maria: Bake some BREAD", "Ben: Baked.", "Ana: Eaten.",
    "Maria: Make tea", "Ana → human: Which?", "Maria: green", "Ana: You said green.", "Ben: Cheers.",
    "Maria: Sing", "Ana: I only know tea and bread.",
    "Maria: bread again", "Ben: Baked.", "Ana: Eaten.",
  ]); // prettier-ignore
});

test("broken off after any event and taken up by a new process, the same is said", async () => {
  const whole = openLog();
  whole.start("bread");
  await whole.run(build());
  const steps = whole.events.length;
  const log = openLog();
  log.start("bread");
  // One event at a time, each in a process of its own; the log grows until the run has stopped.
  for (let step = 0; step < steps && !log.stopped(); step++) await log.run(build(), { until: () => true });
  expect(log.said()).toEqual(whole.said());
  expect(log.stopped()?.reason).toBe("baked");
});

test("a mistake in a script is told with the script's own file and line", () => {
  expect(mistakesOf({ "parley.yml": TEAM, "scripts.yml": SCRIPTS.replace('["Cheers."]', '[{ txt: "Cheers." }]') })[0]).toMatch(
    /^scripts\.yml:6: scripts\[0\]\.replies\.Ben\[0\]/,
  );
  expect(mistakesOf({ "parley.yml": TEAM })).toEqual(["scripts.yml: there is no such file"]);
  expect(mistakesOf({ "parley.yml": TEAM, "scripts.yml": SCRIPTS.replace("otherwise:", "otherwis:") }).join("\n")).toContain(
    'unknown key "otherwis"; did you mean "otherwise"?',
  );
});
