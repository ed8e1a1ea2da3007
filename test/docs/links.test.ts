import { existsSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { fromMarkdown } from "mdast-util-from-markdown";
import { expect, test } from "vitest";
import { pages, textOf } from "../support/pages.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const INDEX = "docs/README.md";

interface Node {
  readonly type: string;
  readonly url?: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

const nodesOf = (node: Node): readonly Node[] => [node, ...(node.children ?? []).flatMap(nodesOf)];
const treeOf = (page: string): readonly Node[] => nodesOf(fromMarkdown(textOf(page)) as Node);

const wordsIn = (node: Node): string => node.value ?? (node.children ?? []).map(wordsIn).join("");

/** What GitHub calls a heading in an address. */
const anchorOf = (heading: Node): string =>
  wordsIn(heading)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-");

const anchors = new Map<string, readonly string[]>();
function anchorsOf(page: string): readonly string[] {
  const known = anchors.get(page) ?? treeOf(page).flatMap((node) => (node.type === "heading" ? [anchorOf(node)] : []));
  anchors.set(page, known);
  return known;
}

/** Of a page: the files that its links lead to, each with the heading in it. Links to elsewhere are left out. */
const linksOf = (page: string) =>
  treeOf(page).flatMap(({ type, url = "" }) => {
    if (!["link", "image", "definition"].includes(type) || /^\w+:/.test(url)) return [];
    const [file = "", anchor = ""] = url.split("#");
    return [{ page, url, to: file === "" ? page : normalize(join(dirname(page), file)).replace(/\/$/, ""), anchor }];
  });

test("every link of a page, and of the changelog, leads to a file that is there, and to a heading in it", () => {
  const links = [...pages(), "CHANGELOG.md"].flatMap(linksOf);
  expect(links.length).toBeGreaterThan(150);
  const broken = links.filter(
    ({ to, anchor }) => !existsSync(join(ROOT, to)) || (anchor !== "" && to.endsWith(".md") && !anchorsOf(to).includes(anchor)),
  );
  expect(broken.map(({ page, url }) => `${page}: ${url}`)).toEqual([]);
});

test("from the README to the index is one step, and from the index to every page another", () => {
  expect(linksOf("README.md").map(({ to }) => to)).toContain(INDEX);
  const listed = linksOf(INDEX).map(({ to }) => to);
  const inGuide = linksOf("docs/guide/README.md").map(({ to }) => to);
  const reached = new Set(["README.md", INDEX, ...listed, ...inGuide]);
  expect(pages().filter((page) => !reached.has(page))).toEqual([]);
});
