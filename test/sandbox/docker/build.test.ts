import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { buildImage } from "../../../src/sandbox/docker/image/build.ts";
import { recipeWith } from "../../../src/sandbox/docker/image/recipe.ts";
import { SandboxUnavailable } from "../../../src/sandbox/executor.ts";
import { fakeEngine, type EngineCall } from "../../support/sandbox/fake-engine.ts";

const WANTED = { pip: ["seaborn==0.13.2", "polars==1.40.0"], apt: ["graphviz"] };

test("the recipe pins what was asked for on top of the image, and lists it for the agents", () => {
  expect(recipeWith("parley-sandbox", WANTED)?.dockerfile)
    .toBe(`# Made by Parley from sandbox.packages of the team file. Code that runs in it has no network: what it may import is installed here.
FROM parley-sandbox
USER 0:0
RUN apt-get update \\
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends 'graphviz' \\
  && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \\
  && printf '%s\\n' 'graphviz' >> /etc/parley-packages
RUN PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir --only-binary :all: 'polars==1.40.0' 'seaborn==0.13.2'
`);
});

test("the image is named by its recipe: another order is the same image, another version another one", () => {
  const image = recipeWith("parley-sandbox", WANTED)?.image;
  expect(image).toMatch(/^parley-sandbox-team:[0-9a-f]{16}$/);
  expect(recipeWith("parley-sandbox", { ...WANTED, pip: WANTED.pip.toReversed() })?.image).toBe(image);
  expect(recipeWith("parley-sandbox", { ...WANTED, pip: ["seaborn==0.13.3"] })?.image).not.toBe(image);
  expect(recipeWith("other:1", WANTED)?.image).not.toBe(image);
  expect(recipeWith("parley-sandbox", { pip: [], apt: [] })).toBeUndefined();
});

test("what could break out of a line of the recipe is no part of one", () => {
  for (const word of ["x'; rm -rf /", "a\nRUN evil", "$(id)", "a`b`", "a b"])
    expect(() => recipeWith("parley-sandbox", { pip: [word], apt: [] })).toThrow(RangeError);
  expect(() => recipeWith("parley\nRUN evil", WANTED)).toThrow(RangeError);
});

const recipe = { dockerfile: "FROM scratch\n", image: "parley-sandbox-team:0123456789abcdef" };

const builder = (lines: readonly object[]) =>
  fakeEngine(({ path }) => {
    if (path === "/info") return { status: 200, json: {} };
    if (path === "/build")
      return (response) => void response.writeHead(200).end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
    if (path === `/images/${recipe.image}/json`) return { status: 200, json: { Id: "sha256:built" } };
    return undefined;
  });

test("the engine is given the recipe and nothing else, and says what it does line by line", async () => {
  const { host, calls } = await builder([
    { stream: "Step 1/1 : FROM scratch\n" },
    { status: "Pulling \u001b[31mlayers" },
    { stream: "\n" },
  ]);
  const lines: string[] = [];
  expect(await buildImage({ dockerHost: host }, recipe, (line) => void lines.push(line))).toBe("sha256:built");
  expect(lines).toEqual(["Step 1/1 : FROM scratch", "Pulling layers"]);
  const asked = calls.find(({ path }) => path === "/build");
  expect(asked?.query.get("t")).toBe(recipe.image);
  expect(await entriesOf(asked)).toEqual([["Dockerfile", "FROM scratch\n"]]);
});

test("a build that fails tells what failed, and where to mend it", async () => {
  const { host } = await builder([{ stream: "Step 1/1\n" }, { error: "No matching distribution found for seaborn==99" }]);
  const building = buildImage({ dockerHost: host }, recipe, () => {});
  await expect(building).rejects.toThrow(SandboxUnavailable);
  await expect(building).rejects.toThrow(/could not be built .*seaborn==99.*sandbox\.packages/);
});

async function entriesOf(call: EngineCall | undefined): Promise<readonly (readonly [string, string])[]> {
  const entries: (readonly [string, string])[] = [];
  const reader = extract();
  Readable.from([call?.body ?? Buffer.alloc(0)]).pipe(reader as unknown as NodeJS.WritableStream);
  for await (const entry of reader as unknown as AsyncIterable<Readable & { readonly header: { readonly name: string } }>)
    entries.push([entry.header.name, Buffer.concat((await Array.fromAsync(entry)) as Buffer[]).toString()]);
  return entries;
}
