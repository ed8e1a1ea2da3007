import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * A process that runs in one of the process sandboxes that this process has made; `undefined`: none. Each has a file system of its own, by
 * which whatever runs there is known, whoever its parent is by now: what others run on the machine, another Parley too, is not looked at.
 */
export async function processInNamespaces(): Promise<string | undefined> {
  const own = { spaces: await spacesOf("self"), fileSystems: await fileSystemsOf("self") };
  const isApart = (spaces: readonly string[]): boolean => spaces.length > 0 && !spaces.some((space) => own.spaces.includes(space));
  const boxes = new Set<string>();
  // What holds a box is a child of this process, and has namespaces for files and users alone.
  for (const child of await childrenOfOurs())
    for (const fileSystem of await fileSystemsOf(child)) if (!own.fileSystems.has(fileSystem)) boxes.add(fileSystem);
  for (const pid of boxes.size === 0 ? [] : await readdir("/proc")) {
    if (!/^\d+$/.test(pid) || !isApart(await spacesOf(pid)) || ![...(await fileSystemsOf(pid))].some((one) => boxes.has(one))) continue;
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    // A zombie only waits for its parent to take note of its end.
    if (status !== "" && !/^State:\s+Z/m.test(status)) return /^Name:\s+(.*)/m.exec(status)?.[1];
  }
  return undefined;
}

/** The namespaces of processes and of users; nothing of a process that is gone or may not be looked at. */
function spacesOf(pid: string): Promise<readonly string[]> {
  return Promise.all(["pid", "user"].map((kind) => readlink(`/proc/${pid}/ns/${kind}`))).catch(() => []);
}

/** The device numbers of what is mounted for a process. */
async function fileSystemsOf(pid: string): Promise<Set<string>> {
  const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
  return new Set(mounts.split("\n").flatMap((line) => line.split(" ")[2] ?? []));
}

async function childrenOfOurs(): Promise<readonly string[]> {
  const threads = await readdir("/proc/self/task").catch(() => []);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/self/task/${thread}/children`, "utf8").catch(() => "")));
  return lists.flatMap((list) => list.split(" ").filter((pid) => pid !== ""));
}
