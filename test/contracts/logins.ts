import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyRing } from "../../src/store/key-ring.ts";
import type { LoginKey, Logins } from "../../src/store/sealed/logins.ts";
import type { Opened } from "../../src/store/own-store.ts";

const MARIA: LoginKey = { workspace: "T1", server: "github", owner: "person/U0MARIA" };
const JONAS: LoginKey = { ...MARIA, owner: "person/U0JONAS" };
const [old, fresh] = [randomBytes(32), randomBytes(32)];

/** What every store does with logins. `open` makes an empty one. */
export function loginsContract(
  name: string,
  open: (clock: { now(): number }) => Promise<Pick<Opened, "logins" | "forgetter" | "store">>,
): void {
  describe(`${name}, with logins`, () => {
    let now = 0;
    let logins: Logins;
    let withKeys: (...keys: Uint8Array[]) => Logins;
    let forgetter: Opened["forgetter"];
    let close: () => Promise<void>;
    beforeEach(async () => {
      now = Date.UTC(2026, 0, 5, 9);
      const opened = await open({ now: () => now });
      ({ forgetter } = opened);
      close = () => opened.store.close();
      withKeys = (...keys) => opened.logins(createKeyRing(keys));
      logins = withKeys(old);
    });
    afterEach(() => close());

    test("a login is its owner's for one server of one workspace, and nobody else's", async () => {
      await logins.put(MARIA, "her secret", { giver: "U0MARIA" });
      expect(await logins.get(MARIA)).toBe("her secret");
      for (const other of [JONAS, { ...MARIA, server: "linear" }, { ...MARIA, workspace: "T2" }])
        expect(await logins.get(other)).toBeUndefined();
      expect(await logins.list("T1", "U0JONAS")).toEqual([]);
      expect(await logins.list("T1", "U0MARIA")).toEqual([{ ...MARIA, at: "2026-01-05T09:00:00.000Z" }]);
    });

    test("renewed, it keeps the time at which it was given", async () => {
      await logins.put(MARIA, "first", { giver: "U0MARIA" });
      now += 3_600_000;
      await logins.replace(MARIA, "second");
      expect(await logins.get(MARIA)).toBe("second");
      expect(await logins.list("T1", "U0MARIA")).toEqual([{ ...MARIA, at: "2026-01-05T09:00:00.000Z" }]);
    });

    test("what was taken away meanwhile is not brought back by who replaces it", async () => {
      await logins.put(MARIA, "first");
      expect(await logins.replace(MARIA, "second")).toBe(true);
      expect(await logins.get(MARIA)).toBe("second");
      await logins.remove(MARIA);
      expect(await logins.replace(MARIA, "third")).toBe(false);
      expect(await logins.get(MARIA)).toBeUndefined();
    });

    test("of two who take the same one away, one has", async () => {
      await logins.put(MARIA, "secret");
      expect((await Promise.all([logins.remove(MARIA), logins.remove(MARIA)])).toSorted()).toEqual([false, true]);
      expect(await logins.get(MARIA)).toBeUndefined();
    });

    test("what has run out goes, and what never does stays", async () => {
      await logins.put(MARIA, "stays");
      await logins.put(JONAS, "goes", { expiresAt: now + 1_000 });
      now += 999;
      expect(await logins.get(JONAS)).toBe("goes");
      expect(await logins.dropExpired(now)).toBe(0);
      now += 1;
      // Whether it has been dropped or not.
      expect(await logins.get(JONAS)).toBeUndefined();
      expect(await logins.dropExpired(now)).toBe(1);
      expect([await logins.get(MARIA), await logins.get(JONAS)]).toEqual(["stays", undefined]);
    });

    test("without its key it does not open, and it is sealed again with a new one", async () => {
      await logins.put(MARIA, "secret");
      expect(await withKeys(fresh).get(MARIA)).toBeUndefined();
      expect(await withKeys(fresh, old).reseal()).toBe(1);
      expect(await withKeys(fresh, old).reseal()).toBe(0);
      expect([await withKeys(fresh).get(MARIA), await withKeys(old).get(MARIA)]).toEqual(["secret", undefined]);
    });

    test("it goes with what is forgotten of its person, and of its workspace", async () => {
      const elsewhere = { ...JONAS, workspace: "T2" };
      const channel = { ...MARIA, owner: "place/T1/C1" };
      for (const key of [MARIA, channel]) await logins.put(key, "secret", { giver: "U0MARIA" });
      for (const key of [JONAS, elsewhere]) await logins.put(key, "secret", { giver: "U0JONAS" });
      await forget({ kind: "person", person: "U0MARIA" });
      expect([await logins.get(MARIA), await logins.get(channel), await logins.get(JONAS)]).toEqual([undefined, undefined, "secret"]);
      await forget({ kind: "workspace", workspace: "T1" });
      expect([await logins.get(JONAS), await logins.get(elsewhere)]).toEqual([undefined, "secret"]);
    });

    async function forget(target: Parameters<Opened["forgetter"]["begin"]>[0]): Promise<void> {
      const by = { workspace: "T1", person: { id: "U0ADMIN", name: "Ada" }, deed: "forget", subject: "", allowed: true };
      await forgetter.finish(await forgetter.begin(target, by));
    }
  });
}
