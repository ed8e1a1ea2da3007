import { expect, onTestFinished, test } from "vitest";
import { openKnowledge } from "../../../src/open-knowledge.ts";
import { createPostedFiles } from "../../../src/slack/knowledge/posted-files.ts";
import type { Web } from "../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { manualClock } from "../../support/clock.ts";
import { payer } from "../../support/payer.ts";

const NEVER = new AbortController().signal;
const CHANNEL = "C0PROJECT";

/** A channel with so many files, the newest first, by pages; which of them were asked for. */
function channelWith(total: number) {
  const clock = manualClock();
  const pages: number[] = [];
  const fileAt = (nth: number) => ({ id: `F${nth}`, title: `file ${nth}.txt`, mimetype: "text/plain", size: 10, updated: 1 });
  const files = {
    async list({ count = 100, page = 1 }: { readonly count?: number; readonly page?: number }) {
      pages.push(page);
      const ids = Array.from({ length: total }, (_one, nth) => nth).slice((page - 1) * count, page * count);
      return { ok: true, files: ids.map(fileAt), paging: { count, page, total, pages: Math.ceil(total / count) } };
    },
    info: async ({ file }: { readonly file: string }) => ({ ok: true, file: fileAt(Number(file.slice(1))) }),
  };
  const posted = createPostedFiles({
    web: { read: { files } } as unknown as Web,
    people: { affiliationOf: async () => "member" },
    contentOf: async ({ id = "" }) => Buffer.from(`whale ${id}`),
    me: { team: "T1", user: "U0PARLEY" },
    clock,
    log: (problem) => expect.fail(problem),
  });
  return { posted, pages, clock };
}

test("of a channel with very many files no more pages are asked for than are taken, and the others are counted", async () => {
  const { posted, pages } = channelWith(900);
  const listed = async (filesMax: number) => {
    const { files, leftOut } = await posted.list({ channel: CHANNEL }, filesMax, NEVER);
    return [files.length, files[0]?.id, leftOut, pages.splice(0)];
  };
  expect(await listed(150)).toEqual([150, "F0", 750, [1]]);
  expect(await listed(300)).toEqual([300, "F0", 600, [1, 2]]);
  expect(await listed(900)).toEqual([900, "F0", 0, [1, 2, 3, 4, 5]]);
});

test("two sources of one channel with other limits take nothing from each other", async () => {
  const { posted, clock } = channelWith(2);
  const { knowledge, store } = openSqlite({ path: ":memory:" });
  const { lookUp, close } = openKnowledge({
    knowledge,
    store,
    sources: [],
    filesIn: async () => posted,
    embedder: () => undefined,
    clock,
    log: (what) => expect.fail(what),
  });
  onTestFinished(async () => {
    await close();
    await store.close();
  });
  const common = { description: "", channel: CHANNEL, include: ["**/*"], exclude: [], mbMax: 1, vectorsMax: 1 };
  const thread = `T1/${CHANNEL}/1.1`;
  const desk = lookUp([{ ...common, name: "few", filesMax: 1 }, { ...common, name: "all", filesMax: 9 }], thread); // prettier-ignore
  const search = async (source: string) => {
    const answer = await desk.search({ thread, person: { id: "U1", name: "Maria" }, query: "whale", source, limit: 5, payer: payer() });
    return answer.kind === "failed" ? answer : [answer.passages.map(({ document }) => document).toSorted(), answer.notes];
  };
  const left = "1 older file of few left out: it is indexed up to 1 files (filesMax) and 1 MiB (mbMax).";
  expect(await search("few")).toEqual([["F0"], [left]]);
  expect(await search("all")).toEqual([["F0", "F1"], []]);
  expect(await search("few")).toEqual([["F0"], [left]]);
});
