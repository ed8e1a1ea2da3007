/** A folder that is built from sources: whether it is as they are, one builder at a time, and putting a new one in place under whoever uses the old. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STAMP = "sources.sha256";
/** What the builds before this one load when they need it is kept for as many of them: a process may have begun with one of these. */
const OLDER_BUILDS_MAX = 10;
/** In the folder of what is loaded lazily: its files by build, newest first. */
const BUILDS = "builds.json";
/** No build takes so long: whoever holds the lock then has been stopped, or its number is another process's by now. */
const LOCK_MS_MAX = 10 * 60_000;
const LOCK_LOOK_MS = 100;

/** Whether it was made of the sources that this is the signature of. */
export const isMadeOf = (out, signature) => existsSync(join(out, STAMP)) && readFileSync(join(out, STAMP), "utf8") === signature;

/** Of files, and of all files in folders, by size and time; a copy of the sources has another one, and one that is not there yet has one too. */
export function signatureOf(root, sources) {
  const hash = createHash("sha256");
  for (const source of sources) {
    const path = join(root, source);
    const files = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? filesIn(path).map((file) => join(path, file)) : [path];
    for (const file of files) {
      const found = statSync(file, { throwIfNoEntry: false });
      hash.update(found ? `${file} ${found.size} ${found.mtimeMs}\n` : `${file} is not there\n`);
    }
  }
  return hash.digest("hex");
}

/**
 * Makes `out` anew, where it is not made of the sources as they are. Others who build it are waited for. `signature`: of the sources as they are
 * now; `make`: builds into a new folder; `lazy`: a folder in it that processes load from long after they have begun, under names that are
 * another's never again.
 */
export async function buildInto(out, { signature, make, lazy }) {
  let unlock = lockOf(out);
  for (; !unlock; unlock = lockOf(out)) await sleep(LOCK_LOOK_MS);
  try {
    // Before it is made: what is edited meanwhile is seen the next time.
    const made = signature();
    if (isMadeOf(out, made)) return;
    const fresh = freshFor(out);
    await make(fresh);
    putInPlace(fresh, out, { signature: made, lazy });
  } finally {
    unlock();
  }
}

/** The same, at once: `make` resolves nothing, and others are waited for by standing still. Whether there was something to build. */
export function buildIntoSync(out, { signature, make }) {
  if (isMadeOf(out, signature())) return false;
  let unlock = lockOf(out);
  for (; !unlock; unlock = lockOf(out)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_LOOK_MS);
  try {
    const made = signature();
    if (isMadeOf(out, made)) return false;
    const fresh = freshFor(out);
    make(fresh);
    putInPlace(fresh, out, { signature: made });
    return true;
  } finally {
    unlock();
  }
}

/** The lock of whoever builds it; nothing while another has it. Two who find a dead one's at the same moment may both have it, and make the same. */
function lockOf(out) {
  const lock = `${out}.lock`;
  mkdirSync(dirname(out), { recursive: true });
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return () => rmSync(lock, { force: true });
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const found = statSync(lock, { throwIfNoEntry: false });
  if (found && (Date.now() - found.mtimeMs > LOCK_MS_MAX || !isAlive(pidIn(lock)))) rmSync(lock, { force: true });
  return undefined;
}

function pidIn(lock) {
  try {
    return Number(readFileSync(lock, "utf8"));
  } catch {
    return process.pid;
  }
}

/** Just made, a lock has no number yet. */
function isAlive(pid) {
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Where to build it. What those have left who were killed is removed. */
function freshFor(out) {
  for (const name of readdirSync(dirname(out))) {
    const [, pid] = /^\.(\d+)$/.exec(name.startsWith(basename(out)) ? name.slice(basename(out).length) : "") ?? [];
    if (pid && (Number(pid) === process.pid || !isAlive(Number(pid)))) rmSync(join(dirname(out), name), { recursive: true, force: true });
  }
  return `${out}.${process.pid}`;
}

/**
 * File by file, each at once, and those first that others refer to: whoever starts meanwhile has the old or the new, and never half of one. The
 * stamp goes first and comes last, so that whoever is killed here leaves what is built again.
 */
function putInPlace(fresh, out, { signature, lazy }) {
  const kept = lazy === undefined ? [] : keepOlder(join(out, lazy), join(fresh, lazy)).map((file) => join(lazy, file));
  const files = filesIn(fresh);
  const isLazy = (file) => lazy !== undefined && file.startsWith(lazy + sep);
  rmSync(join(out, STAMP), { force: true });
  for (const file of [...files.filter(isLazy), ...files.filter((file) => !isLazy(file))]) replaceFile(join(fresh, file), join(out, file));
  const stays = new Set([...files, ...kept]);
  for (const file of filesIn(out)) if (!stays.has(file)) rmSync(join(out, file));
  removeEmpty(out);
  writeFileSync(join(fresh, STAMP), signature);
  replaceFile(join(fresh, STAMP), join(out, STAMP));
  rmSync(fresh, { recursive: true });
}

/** Writes down which files each build has; answers with those of older ones. What is packed has none of these. */
function keepOlder(before, now) {
  const older = buildsIn(before).slice(0, OLDER_BUILDS_MAX);
  const own = filesIn(now);
  const kept = [...new Set(older.flat())].filter((file) => !own.includes(file));
  writeFileSync(join(now, BUILDS), JSON.stringify([own, ...older]));
  writeFileSync(join(now, ".npmignore"), [BUILDS, ...kept].map((file) => `/${file}\n`).join(""));
  return kept;
}

function buildsIn(folder) {
  if (!existsSync(folder)) return [];
  if (existsSync(join(folder, BUILDS))) return JSON.parse(readFileSync(join(folder, BUILDS), "utf8"));
  return [filesIn(folder)];
}

function replaceFile(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    // A folder had its name.
    if (!statSync(to, { throwIfNoEntry: false })?.isDirectory()) throw error;
    rmSync(to, { recursive: true });
    renameSync(from, to);
  }
}

function removeEmpty(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeEmpty(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** All files, by their path in it, in order. */
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
