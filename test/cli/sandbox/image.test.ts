import { expect, test } from "vitest";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { fakeEngine } from "../../support/sandbox/fake-engine.ts";
import { parley } from "../here.ts";

const builder = () =>
  fakeEngine(({ path }) => {
    if (path === "/info") return { status: 200, json: {} };
    if (path === "/build") return (response) => void response.writeHead(200).end(`${JSON.stringify({ stream: "Step 1/1\n" })}\n`);
    if (path.startsWith("/images/")) return { status: 200, json: { Id: "sha256:built" } };
    return undefined;
  });

test("build makes Parley's image and the one with the team's packages, and says the name and the id of what code will run in", async () => {
  const cwd = folderWith({ "parley.yml": `${SMALL}sandbox: { packages: { pip: [seaborn==0.13.2] } }\n` });
  const { host, calls } = await builder();
  const { code, out, err } = await parley(["sandbox", "build"], { cwd, env: { DOCKER_HOST: host, ANTHROPIC_API_KEY: "k" } });
  expect(out).toMatch(/^parley-sandbox-team:[0-9a-f]{16} sha256:built\n$/);
  expect(err).toBe("Step 1/1\nStep 1/1\n");
  expect(code).toBe(0);
  const built = calls.filter(({ path }) => path === "/build").map(({ query }) => query.get("t"));
  expect(built).toEqual(["parley-sandbox", out.split(" ")[0]]);
});

test("an image of somebody else's is not built over", async () => {
  const cwd = folderWith({ "parley.yml": `${SMALL}sandbox: { image: 'registry.example/data:3' }\n` });
  const { host, calls } = await builder();
  const { code, err } = await parley(["sandbox", "build"], { cwd, env: { DOCKER_HOST: host, ANTHROPIC_API_KEY: "k" } });
  expect(err).toContain("There is nothing to build: sandbox.image names registry.example/data:3");
  expect(code).toBe(0);
  expect(calls.filter(({ path }) => path === "/build")).toEqual([]);
});

test("the attacks on an image that cannot be started are all unheld, and it is said why", async () => {
  const cwd = folderWith({ "parley.yml": SMALL });
  const { code, out } = await parley(["sandbox", "test", "--image", "parley-no-such-image:1"], {
    cwd,
    env: { DOCKER_HOST: "tcp://127.0.0.1:1", ANTHROPIC_API_KEY: "k" },
  });
  expect(out).toMatch(/^not ok control-python: .*No Docker engine answers/m);
  expect(out).toMatch(/\n0 held, 3 not held, \d+ skipped\n$/);
  expect(code).toBe(1);
});
