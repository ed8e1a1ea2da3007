import type Docker from "dockerode";
import { removeBox, type Owner } from "./docker-container.ts";
import { callEngine } from "./docker-engine.ts";

const CLOCKS_DIFFER_MS = 60_000; // The engine may be another machine, or another Parley's clock a little off.

/**
 * Removes what earlier processes left behind: all of this instance, and of other instances what has outlived its time. What another
 * Parley on the same engine is using is left alone. Never fails: what cannot be removed now ends by its time to live.
 *
 * @returns how many containers were removed
 */
export async function removeOrphans(docker: Docker, owner: Owner): Promise<number> {
  const filters = { label: ["parley.managed=1"] };
  const isOrphan = (labels: Record<string, string> = {}): boolean => {
    if (labels["parley.process"] === owner.process) return false;
    if (labels["parley.instance"] === owner.instance) return true;
    return Date.parse(labels["parley.expires"] ?? "") + CLOCKS_DIFFER_MS < Date.now();
  };
  try {
    const containers = await callEngine((options) => docker.listContainers({ all: true, filters, ...options }));
    const orphans = containers.filter((container) => isOrphan(container.Labels));
    for (const { Id } of orphans) await removeBox(docker.getContainer(Id));
    const { Volumes } = await callEngine((options) => docker.listVolumes({ filters: { ...filters, dangling: ["true"] }, ...options }));
    for (const { Name, Labels } of Volumes ?? []) {
      if (isOrphan(Labels)) await callEngine((options) => docker.getVolume(Name).remove({ force: true, ...options })).catch(() => {});
    }
    return orphans.length;
  } catch {
    return 0;
  }
}
