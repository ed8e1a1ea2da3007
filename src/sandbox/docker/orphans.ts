import type Docker from "dockerode";
import { findOrphans, marksOf, type Owner } from "../owner.ts";
import { callEngine, reasonOf } from "./engine.ts";
import type { Removal } from "./removal.ts";

/**
 * Removes what others left behind of whom it is certain that they are gone: see {@link findOrphans}. Never fails: what cannot be removed is
 * reported, and ends by its time to live.
 */
export async function removeOrphans(docker: Docker, owner: Owner, removal: Removal, report: (problem: string) => void): Promise<void> {
  const filters = { label: ["parley.managed=1"] };
  try {
    // Before it is asked who is there: whoever comes in between is in neither list.
    const containers = await callEngine((options) => docker.listContainers({ all: true, filters, ...options }));
    const { Volumes } = await callEngine((options) => docker.listVolumes({ filters: { ...filters, dangling: ["true"] }, ...options }));
    const isOrphan = await findOrphans(owner);
    for (const { Id, Labels } of containers) if (isOrphan(marksOf(Labels))) await removal.remove(docker.getContainer(Id));
    for (const { Name, Labels } of Volumes ?? []) {
      if (!isOrphan(marksOf(Labels))) continue;
      await callEngine((options) => docker.getVolume(Name).remove({ force: true, ...options })).catch((error: unknown) =>
        report(`A workspace that an earlier process left could not be removed (${reasonOf(error)}).`),
      );
    }
  } catch (error) {
    report(`What earlier processes left in the engine could not be looked for (${reasonOf(error)}); it ends by its time to live.`);
  }
}
