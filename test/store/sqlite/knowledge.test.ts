import { expect, test } from "vitest";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { documentOf, knowledgeContract, passage } from "../../contracts/knowledge.ts";
import { decision, hits, newFolder } from "./planted-database.ts";

knowledgeContract(
  "SQLite in memory",
  async (at) => {
    const { knowledge, store } = openSqlite({ path: ":memory:", now: () => at });
    return { openers: [knowledge], close: () => store.close() };
  },
  { fills: true },
);

knowledgeContract(
  "SQLite, of two openers",
  async (at) => {
    const one = openSqlite({ path: ":memory:", now: () => at });
    const other = one.beside();
    const close = async () => void (await Promise.all([one.store.close(), other.store.close()]));
    return { openers: [one.knowledge, other.knowledge], close };
  },
  { fills: false },
);

/** Words that stand nowhere else; also as the index writes them. */
const [HERE, THERE, FOLDER] = ["xylophone", "quokka", "zeppelin"];

test("what lay in a channel or a workspace is gone from the file once that is forgotten, and a folder's stays", async () => {
  const { folder, path } = newFolder();
  const opened = openSqlite({ path });
  const { knowledge, store, forgetter } = opened;
  await knowledge.put("T1/C1/files", documentOf("F1", { title: `${HERE} title` }), [passage(`one ${HERE}`), passage(`two ${HERE}s`)]);
  await knowledge.put("T1/C2/files", documentOf("F2"), [passage(`a ${THERE}`)]);
  await knowledge.put("folder/abc", documentOf("a.md"), [passage(`a ${FOLDER}`)]);
  const { forget } = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
  await forget({ kind: "scope", scope: "T1/C1" }, decision("forget channel"));
  expect((await knowledge.sources()).map(({ source }) => source)).toEqual(["T1/C2/files", "folder/abc"]);
  expect([HERE, THERE, FOLDER].map((word) => hits(folder, word ?? "") > 0)).toEqual([false, true, true]);
  await forget({ kind: "workspace", workspace: "T1" }, decision("forget workspace"));
  expect([THERE, FOLDER].map((word) => hits(folder, word ?? "") > 0)).toEqual([false, true]);
  expect(await knowledge.find(["folder/abc"], { query: FOLDER ?? "", limit: 1 })).toHaveLength(1);
  await store.close();
});

test("it is there after the next opening, and a reader sees what is in it", async () => {
  const { path } = newFolder();
  const first = openSqlite({ path });
  await first.knowledge.put("folder/abc", documentOf("a.md"), [passage("blue whales")]);
  await first.store.close();
  const reader = openSqliteReadOnly({ path });
  expect(await reader.knowledge.sources()).toMatchObject([{ source: "folder/abc", documents: 1, passages: 1 }]);
  await reader.close();
  const again = openSqlite({ path });
  expect(await again.knowledge.find(["folder/abc"], { query: "whale", limit: 1 })).toMatchObject([{ text: "blue whales" }]);
  await again.store.close();
});
