import { once } from "node:events";
import Docker from "dockerode";
import { describe, expect, onTestFinished, test } from "vitest";
import { removeOrphans } from "../../../src/sandbox/docker/orphans.ts";
import { Removal } from "../../../src/sandbox/docker/removal.ts";
import { createOwner, findOrphans, labelsOf, type Marks, type OwnerSettings } from "../../../src/sandbox/owner.ts";
import { hereAndNow, isHere } from "../../../src/processes/place.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { startChild } from "../../support/children.ts";

const MINE = crypto.randomUUID();
const HERE = hereAndNow() ?? "";
const ELSEWHERE = HERE.replace(/^[^.]+/, crypto.randomUUID());
const peers = (living: readonly string[]): OwnerSettings => ({
  instance: MINE,
  peers: { me: "me", living: async () => new Set(["me", ...living]) },
});
const later = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Where a process is that has lived and does not. */
async function deadPlace(): Promise<string> {
  const code = `import(${JSON.stringify(new URL("../../../src/processes/place.ts", import.meta.url).href)}).then(({ hereAndNow }) => { console.log(hereAndNow()); setInterval(() => {}, 1000); })`;
  const child = startChild(process.execPath, ["-e", code]);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const place = said.toString().trim();
  expect(isHere(place)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(isHere(place)).toBe(false);
  return place;
}

describe.skipIf(process.platform !== "linux")("whose a sandbox is", () => {
  test("one process of one host is told from all others, also from a later one with its number", async () => {
    expect(isHere(HERE)).toBe(true);
    expect(isHere(await deadPlace())).toBe(false);
    expect(isHere(HERE.replace(/\d+$/, "1"))).toBe(false);
    expect(isHere(ELSEWHERE)).toBeUndefined();
    for (const nonsense of ["", "x", `${HERE}.1`, "../../etc.1.1.1", HERE.replace(/\d+\.\d+$/, "-1.5")])
      expect(isHere(nonsense)).toBeUndefined();
  });

  test("what of others is an orphan", async () => {
    const dead = await deadPlace();
    const other = crypto.randomUUID();
    const expires = later(1);
    const cases: readonly [string, Marks, boolean][] = [
      ["one's own", { instance: MINE, process: "me", place: HERE, expires: later(-1) }, false],
      ["of one that lives on another host", { instance: MINE, process: "there", place: ELSEWHERE, expires }, false],
      ["of one on another host that is not heard of any more", { instance: MINE, process: "gone", place: ELSEWHERE, expires }, true],
      ["of one here that was killed, before the others miss it", { instance: MINE, process: "there", place: dead, expires }, true],
      ["of one here that stands still, and that the others miss", { instance: MINE, process: "gone", place: HERE, expires }, false],
      ["of another database, here, alive", { instance: other, process: "x", place: HERE, expires }, false],
      ["of another database, here, killed", { instance: other, process: "x", place: dead, expires }, true],
      ["of another database, elsewhere", { instance: other, process: "gone", place: ELSEWHERE, expires }, false],
      ["of another database, from before places were marked", { instance: other, process: "gone", expires }, false],
      ["of another database, past its time", { instance: other, process: "x", place: ELSEWHERE, expires: later(-1) }, true],
      ["of nobody", {}, false],
    ];
    const isOrphan = await findOrphans(createOwner(peers(["there"])));
    expect(cases.map(([name, marks]) => [name, isOrphan(marks)])).toEqual(cases.map(([name, , orphan]) => [name, orphan]));
    const alone = await findOrphans(createOwner({ instance: MINE }));
    expect(alone({ instance: MINE, process: "before", place: HERE, expires })).toBe(true);
    expect(alone({ instance: other, process: "before", place: HERE, expires })).toBe(false);
  });
});

describe.skipIf(!(await dockerAvailable()))("orphans in a real engine", () => {
  const docker = new Docker();
  const leave = async (of: string, process: string, place: string): Promise<string> => {
    const made = await docker.createContainer({
      Image: sandboxImage(),
      Cmd: ["sleep", "1"],
      Labels: { ...labelsOf({ instance: of, process, place }), "parley.expires": later(1) },
    });
    onTestFinished(() => made.remove({ force: true }).catch(() => undefined));
    return made.id;
  };
  const there = async (ids: readonly string[]): Promise<readonly boolean[]> => {
    const found = new Set((await docker.listContainers({ all: true, filters: { id: [...ids] } })).map(({ Id }) => Id));
    return ids.map((id) => found.has(id));
  };

  test("those of an owner that is gone are removed, of one that is alive elsewhere and of one unknown they stay; nobody is judged by a database that does not answer", async () => {
    const ids = [
      await leave(MINE, "there", ELSEWHERE),
      await leave(MINE, "gone", ELSEWHERE),
      await leave(crypto.randomUUID(), "gone", ELSEWHERE),
    ];
    const told: string[] = [];
    const report = (problem: string): void => void told.push(problem);
    const look = (settings: OwnerSettings) => removeOrphans(docker, createOwner(settings), new Removal(report), report);

    await look({ instance: MINE, peers: { me: "me", living: () => Promise.reject(new Error("the database does not answer")) } });
    expect(await there(ids)).toEqual([true, true, true]);
    expect(told.splice(0)).toEqual([
      "What earlier processes left in the engine could not be looked for (the database does not answer); it ends by its time to live.",
    ]);

    await look(peers(["there"]));
    expect([await there(ids), told]).toEqual([[true, false, true], []]);
  });
});
