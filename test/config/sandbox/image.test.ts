import { expect, test } from "vitest";
import { recipesFor } from "../../../src/config/sandbox/image.ts";
import { imageOf } from "../../../src/config/sandbox/executor.ts";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const files = (sandbox: string) => ({ "parley.yml": `${SMALL}sandbox: ${sandbox}\n` });
const mistakes = (sandbox: string) => mistakesOf(files(sandbox), { ANTHROPIC_API_KEY: "k" }).join("\n");
const settings = (sandbox: string) => load(files(sandbox), { ANTHROPIC_API_KEY: "k" }).sandbox;

test("more languages name a program of the image, which is checked before anything runs", () => {
  expect(settings("{ languages: { r: Rscript --vanilla, perl: perl } }").languages).toEqual({ r: "Rscript --vanilla", perl: "perl" });
  for (const command of ["'Rscript; rm -rf /'", "'$(id)'", "'a | b'", "'`id`'", "''", "'perl > out'"])
    expect(mistakes(`{ languages: { r: ${command} } }`)).toMatch(/sandbox\.languages\.r: .*is no command; name a program of the image/);
  expect(mistakes("{ languages: { 'R Script': Rscript } }")).toMatch(/is no label of a code block/);
});

test("packages are pinned, and give an image of their own", () => {
  const wanted = settings("{ packages: { pip: [seaborn==0.13.2], apt: [graphviz] } }");
  expect(imageOf(wanted)).toMatch(/^parley-sandbox-team:[0-9a-f]{16}$/);
  expect(imageOf(settings("{ image: 'mine:3' }"))).toBe("mine:3");
  expect(mistakes("{ packages: { pip: [seaborn] } }")).toMatch(
    /sandbox\.packages\.pip\[0\]: .*names no version; pin it, such as seaborn==0\.13\.2/,
  );
  expect(mistakes("{ packages: { apt: ['graphviz; id'] } }")).toMatch(/is no Debian package/);
  expect(mistakes('{ image: "a\\nRUN evil" }')).toMatch(/is no name of an image/);
});

test("Parley's own image is built first, one of somebody else's never", () => {
  const images = (sandbox: string) => recipesFor(settings(sandbox)).map(({ image }) => image.replace(/:[0-9a-f]{16}$/, ":hash"));
  expect(images("{}")).toEqual(["parley-sandbox"]);
  expect(images("{ packages: { apt: [graphviz] } }")).toEqual(["parley-sandbox", "parley-sandbox-team:hash"]);
  expect(images("{ image: 'registry.example/data:3', packages: { apt: [graphviz] } }")).toEqual(["parley-sandbox-team:hash"]);
  expect(images("{ image: 'registry.example/data:3' }")).toEqual([]);
  expect(recipesFor(settings("{}"))[0]?.dockerfile).toMatch(
    /numpy==[\s\S]*pandas==[\s\S]*matplotlib==[\s\S]*scipy==[\s\S]*pillow==[\s\S]*openpyxl==/,
  );
});

test("what only Docker can do is refused where something else is asked for", () => {
  expect(mistakes("{ executor: wasm, state: kernel }")).toContain('sandbox.state: only "executor: docker" keeps variables');
  expect(mistakes("{ executor: wasm, languages: { r: Rscript } }")).toContain("sandbox.languages: only");
  expect(mistakes("{ executor: wasm, packages: { pip: [a==1] } }")).toContain("sandbox.packages: only");
});
