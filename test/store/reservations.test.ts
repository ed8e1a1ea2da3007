import { expect, onTestFinished, test } from "vitest";
import { AT, commitOf, started } from "../../src/store/contracts/commits.ts";
import { createReservations } from "../../src/store/one-process/reservations.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";

const call = (usd: number) => ({
  workspace: "T1",
  day: AT.slice(0, "2026-01-05".length),
  usd,
  budgets: [{ account: "workspace", limit: 1 }],
});
const spoke = (usd: number) =>
  ({ type: "message.posted", agent: "Ana", text: "…", usage: { inputTokens: 1, outputTokens: 1, usd } }) as const;
const { signal } = new AbortController();

test("of two costs that are told in one transaction neither counts twice for whoever waits", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const setAside = async (usd: number) => {
    const reserved = await store.reserve(call(usd), signal);
    return reserved.kind === "reserved" ? reserved.reservation : "";
  };
  const [one, two, underWay] = [await setAside(0.3), await setAside(0.3), await setAside(0.4)];
  const waiting = store.reserve(call(0.1), signal);
  await store.callEnded(one, 0.4);
  await store.callEnded(two, 0.4);
  await Promise.all(
    [one, two].map((reservation, index) =>
      store.commit(commitOf(`t${index}`, 0, [started(), spoke(0.4)], { accounts: ["workspace"], settles: [reservation] })),
    ),
  );
  await store.callEnded(underWay, 0);
  expect((await waiting).kind).toBe("reserved");
});

test("where the costs cannot be read, whoever waits is told, and not the commit that made them be looked at", async () => {
  let isBroken = false;
  const reservations = createReservations(() => {
    if (isBroken) throw new Error("the disk failed");
    return 0;
  });
  const { reserve } = reservations.of({});
  await reserve(call(1), signal);
  const waiting = reserve(call(1), signal);
  isBroken = true;
  reservations.spent();
  await expect(waiting).rejects.toThrow("the disk failed");
});
