import { access, constants, mkdtemp, rmdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Settings } from "../../config/load.ts";
import type { Finding } from "./finding.ts";

const FREE_BYTES_MIN = 100 * 1024 * 1024; // The log, its write-ahead file and a day of kept files.
const FREE_BYTES_WISHED = 1024 * 1024 * 1024;
const MIB = 1024 * 1024;

/**
 * Whether the log can be kept: the file opens and is of this version, its folder can be written, and there is room. `own`: the stores of
 * extensions; not asked where it is not said which there are.
 */
export async function* checkDatabase(address: string, own?: Settings["registry"]["store"]): AsyncGenerator<Finding, void, void> {
  const thing = "database";
  const { fileOf, isPostgres, noStoreFor } = await import("../../parley.ts");
  const unknown = own && noStoreFor(address, own);
  if (unknown !== undefined) return yield { grade: "fail", thing, message: unknown };
  if (isPostgres(address)) return yield await checkServer(address);
  let path: string;
  try {
    path = fileOf(address);
  } catch (error) {
    return yield { grade: "warn", thing, message: error instanceof Error ? error.message : String(error) };
  }
  if (path === ":memory:")
    return yield { grade: "warn", thing, message: "is in memory: a restart loses every thread. Set PARLEY_DB to a file." };
  const folder = await nearestFolder(dirname(path));
  try {
    // A trial, because the rights alone do not tell of a read-only disk.
    await rmdir(await mkdtemp(join(folder, ".parley-doctor-")));
  } catch (error) {
    const mend = codeOf(error) === "ENOTDIR" ? "it is no folder; move it away" : "give this user the right to";
    yield { grade: "fail", thing, message: `${folder} cannot be written (${codeOf(error)}); ${mend}, or set PARLEY_DB to another place.` };
    return;
  }
  yield await checkFile(path);
  yield* checkRights(path);
  yield await checkRoom(folder);
}

/** The folder, or the nearest one above it that is there: the rest is made at the first start. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    return folder === dirname(folder) ? folder : nearestFolder(dirname(folder));
  }
}

async function checkFile(path: string): Promise<Finding> {
  const thing = "database";
  try {
    await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { grade: "ok", thing, message: `${path} is not there yet; parley start makes it` };
    return { grade: "fail", thing, message: `${path} cannot be looked at (${codeOf(error)}).` };
  }
  try {
    await access(path, constants.W_OK);
    const { readStore } = await import("../../parley.ts");
    const store = await readStore(path);
    const unfinished = await store.unfinished();
    await store.close();
    return {
      grade: "ok",
      thing,
      message: `${path} opens; ${unfinishedRuns(unfinished.length)}`,
    };
  } catch (error) {
    if (codeOf(error) === "EACCES")
      return {
        grade: "fail",
        thing,
        message: `${path} cannot be written by this user; change its owner, or set PARLEY_DB to another place.`,
      };
    return { grade: "fail", thing, message: error instanceof Error ? error.message : String(error) };
  }
}

async function checkServer(address: string): Promise<Finding> {
  const thing = "database";
  const { isStoreThere, readStore, shownAddress } = await import("../../parley.ts");
  try {
    if (!(await isStoreThere(address)))
      return {
        grade: "ok",
        thing,
        message: `${shownAddress(address)} answers, and has no tables of Parley's yet; parley start makes them`,
      };
    const store = await readStore(address);
    const unfinished = await store.unfinished();
    await store.close();
    return { grade: "ok", thing, message: `${shownAddress(address)} answers; ${unfinishedRuns(unfinished.length)}` };
  } catch (error) {
    return { grade: "fail", thing, message: error instanceof Error ? error.message : String(error) };
  }
}

const unfinishedRuns = (count: number): string => `${count} ${count === 1 ? "run is" : "runs are"} unfinished`;

/** What was said in private is in these files. */
async function* checkRights(path: string): AsyncGenerator<Finding, void, void> {
  const thing = "database";
  const { readableByOthers } = await import("../../parley.ts");
  const open = readableByOthers(path);
  if (open.length > 0) {
    const named = open.map(({ file, mode }) => `${file} (${modeOf(mode)})`).join(", ");
    const files = open.map(({ file }) => file).join(" ");
    yield {
      grade: "fail",
      thing,
      message: `other users of this machine can read or write ${named}; run chmod 600 ${files}, or start Parley as their owner, which does so.`,
    };
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  // A sticky folder, as /tmp is, keeps them from taking a file's place.
  if (folder && process.platform !== "win32" && (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0)
    yield {
      grade: "warn",
      thing,
      message: `other users of this machine may write in ${dirname(path)} (${modeOf(folder.mode)}), and put another file in the place of the database; run chmod go-w ${dirname(path)}.`,
    };
}

const modeOf = (mode: number): string => `0${(mode & 0o777).toString(8).padStart(3, "0")}`;

async function checkRoom(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const told = `${Math.floor(free / MIB)} MiB free in ${folder}`;
  if (free < FREE_BYTES_MIN) return { grade: "fail", thing: "disk", message: `only ${told}; make room, or set PARLEY_DB to another disk.` };
  return free < FREE_BYTES_WISHED
    ? { grade: "warn", thing: "disk", message: `${told}; make room before it fills.` }
    : { grade: "ok", thing: "disk", message: told };
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
