import type Docker from "dockerode";
import type { Owner } from "./container.ts";
import { callEngine, reasonOf } from "./engine.ts";
import type { Removal } from "./removal.ts";

const CLOCKS_DIFFER_MS = 60_000; // The engine may be another machine, or another Parley's clock a little off.

/**
 * Removes what earlier processes left behind: all of this instance, and of other instances what has outlived its time. What another
 * Parley on the same engine is using is left alone. Never fails: what cannot be removed is reported, and ends by its time to live.
 */
export async function removeOrphans(docker: Docker, owner: Owner, removal: Removal, report: (problem: string) => void): Promise<void> {
  const filters = { label: ["parley.managed=1"] };
  const isOrphan = (labels: Record<string, string> = {}): boolean => {
    if (labels["parley.process"] === owner.process) return false;
    if (labels["parley.instance"] === owner.instance) return true;
    return Date.parse(labels["parley.expires"] ?? "") + CLOCKS_DIFFER_MS < Date.now();
  };
  try {
    const containers = await callEngine((options) => docker.listContainers({ all: true, filters, ...options }));
    for (const { Id, Labels } of containers) if (isOrphan(Labels)) await removal.remove(docker.getContainer(Id));
    const { Volumes } = await callEngine((options) => docker.listVolumes({ filters: { ...filters, dangling: ["true"] }, ...options }));
    for (const { Name, Labels } of Volumes ?? []) {
      if (!isOrphan(Labels)) continue;
      await callEngine((options) => docker.getVolume(Name).remove({ force: true, ...options })).catch((error: unknown) =>
        report(`A workspace that an earlier process left could not be removed (${reasonOf(error)}).`),
      );
    }
  } catch (error) {
    report(`What an earlier process left in the engine could not be looked for (${reasonOf(error)}); it ends by its time to live.`);
  }
}
