import { createHash, randomBytes } from "node:crypto";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Person, RunEvent } from "../../../engine/events/events.ts";
import { isTheirs, rewritten, withoutPerson, wordless } from "../../../engine/events/forgotten.ts";
import type { Forgets } from "../../audit.ts";
import type { WordField } from "../../audit-chain.ts";
import { removedNote, type Forgetter, type Forgetting, type Target } from "../../forgetting.ts";
import type { Fork } from "../../forks/forks.ts";
import type { Decision } from "../../settings.ts";
import type { SqliteAudit } from "../audit/audit.ts";
import type { Connection } from "../connection.ts";
import { withoutDeletedWords } from "../runs/run-rows.ts";
import { forgettingRows, type ForgettingRows } from "./rows.ts";

/** Writing the file anew takes some 0.1 s for each 20 MiB, and nobody is served meanwhile. */
const SMALL_BYTES_MAX = 64 * 1024 * 1024;
/** Read at once when files are looked for: about 10 ms. */
const PAGE_EVENTS = 5_000;
const SECRET_BYTES = 16;

/** What the row of one that is under way holds beside its target. */
interface Secrets {
  /** So that a person has one other name in all threads, also after a crash, and nobody can try out whose it is once it is done. */
  readonly secret: string;
  /** How the person is called in the logs, where it is about one. */
  readonly names: readonly string[];
}

/** See {@link Forgetter}. `isPinned`: files that are kept and that no event refers to yet. */
export function sqliteForgetting(
  connection: Connection,
  parts: {
    readonly audit: SqliteAudit;
    readonly isPinned: (hash: string) => boolean;
    readonly now: () => number;
    /** Told once a log has been put anew, and once a forgetting is done. */
    readonly rewritten: (thread: string, workspace: string) => void;
    readonly forgotten: () => void;
  },
): Forgetter {
  const { db, write, read } = connection;
  const { audit, isPinned, now } = parts;
  let prepared: ForgettingRows | undefined;
  const rows = () => (prepared ??= forgettingRows(connection));
  const timeNow = () => new Date(now()).toISOString();

  function secretsOf({ id }: Forgetting): Secrets {
    const found = rows().secrets.get(id);
    if (found === undefined) throw new Error(`forgetting ${id} is not under way`);
    return JSON.parse(found) as Secrets;
  }

  function rewriteThread({ target, at, ...rest }: Forgetting, thread: string): number {
    const found = rows().thread.get(thread);
    if (!found) return 0;
    const secrets = secretsOf({ target, at, ...rest });
    const events = rows().events.all(found.id);
    const put = penFor(target, secrets, at);
    const copy = forksIn(target).find((fork) => fork.thread === thread);
    let changed = 0;
    for (const { id, body } of copy ? events.slice(0, copy.seq) : events) {
      const before = JSON.parse(body) as RunEvent;
      const after = put(before);
      if (after === before) continue;
      rows().putEvent.run(JSON.stringify(after), id);
      changed++;
    }
    // Nobody knows whose words are in files that code wrote.
    rows().forgetWorkspace(thread);
    rows().rewriteRuns(found.id, found.workspace);
    if (target.kind === "person" || copy) return changed;
    const stays = target.kind === "older" ? { memory: target.memory, forks: true } : { memory: false, forks: false };
    rows().forgetThread(found.id, thread, stays);
    if (target.kind === "older" && !target.costs) rows().dropThread(found.id, thread);
    return changed;
  }

  /** With the threads that hold a copy of it, as they are now: what is forgotten here names them no more. */
  function withForks(target: Target): Target {
    if (target.kind === "person" || target.kind === "older") return target;
    const threads = rows().threadsOf({ ...target, forks: [] });
    return { ...target, forks: rows().forksUnder(threads) };
  }

  function telling(thread: string, rewrite: () => number): number {
    const workspace = read(() => rows().thread.get(thread))?.workspace;
    const changed = rewrite();
    if (workspace !== undefined) parts.rewritten(thread, workspace);
    return changed;
  }

  async function sweepFiles(): Promise<number> {
    if (read(() => rows().hashes.all()).length === 0) return 0;
    const used = new Set<string>();
    let after = 0;
    const look = (upTo: number): number => {
      const found = rows().referring.all(after, upTo);
      for (const { body } of found) for (const [, hash = ""] of body.matchAll(HASH)) used.add(hash);
      return found.length;
    };
    const last = read(() => rows().lastEvent.get()) ?? 0;
    for (; after < last; after += PAGE_EVENTS) {
      read(() => look(after + PAGE_EVENTS));
      await eventLoopTurn();
    }
    return write("full", () => {
      // What has come meanwhile.
      after = last;
      look(Number.MAX_SAFE_INTEGER);
      const unused = rows()
        .hashes.all()
        .filter((hash) => !used.has(hash) && !isPinned(hash));
      for (const hash of unused) rows().dropFile.run(hash);
      return unused.length;
    });
  }

  return {
    find: async (target) => read(() => rows().find(withForks(target))),
    threads: async (target) => read(() => rows().threadsOf(target)),
    async begin(wanted, by) {
      const target = read(() => withForks(wanted));
      const at = timeNow();
      const secrets: Secrets = {
        secret: randomBytes(SECRET_BYTES).toString("hex"),
        names: target.kind === "person" ? read(() => rows().namesOf(target.person)) : [],
      };
      const id = write("full", () => rows().begin(target, { at, others: JSON.stringify(secrets), by: JSON.stringify(by) }));
      return { id, target, at };
    },
    underWay: async () => read(() => rows().underWay()),
    rewrite: async (forgetting, thread) => telling(thread, () => write("full", () => rewriteThread(forgetting, thread))),
    async finish(forgetting) {
      const { id, target } = forgetting;
      await sweepFiles();
      // Before it is done, so that it is made up for after a crash.
      await withoutDeletedWords(connection);
      audit.telling(() =>
        write("full", () => {
          const secrets = secretsOf(forgetting);
          const other = (person: string) => otherOf(secrets, person);
          rows().forgetElsewhere(target, { at: now(), other });
          const decision = JSON.parse(rows().decision.get(id) ?? "{}") as Decision;
          audit.forget(forgetsFor(target, secrets), told(decision, target, other));
          rows().done.run(id);
        }),
      );
      parts.forgotten();
    },
    async message(thread, { id, receipt }, copiedIn) {
      const changed = telling(copiedIn?.thread ?? thread, () =>
        write("full", () => {
          const found = rows().thread.get(copiedIn?.thread ?? thread);
          if (!found) return 0;
          let count = 0;
          const posted = rows().turnPosted.get(thread, receipt);
          for (const row of rows().eventsWith.all(found.id, JSON.stringify(id), posted ?? 0)) {
            const before = JSON.parse(row.body) as RunEvent;
            if (copiedIn && before.seq > copiedIn.seq) continue;
            if (before.seq !== posted && (!("id" in before) || before.id !== id)) continue;
            const after = rewritten(
              before,
              wordless((person) => person),
              timeNow(),
            );
            if (after === before) continue;
            rows().putEvent.run(JSON.stringify(after), row.id);
            count++;
          }
          if (count > 0) rows().rewriteRuns(found.id, found.workspace);
          if (count > 0) rows().makeDue.run(timeNow());
          return count;
        }),
      );
      if (changed === 0) return 0;
      await withoutDeletedWords(connection);
      await sweepFiles();
      return changed;
    },
    forks: async (thread) => read(() => rows().forksUnder([thread])),
    removed: async (before) => read(() => rows().removed.all(before, removedNote(""), removedNote(""), removedNote(""), before)),
    sweepFiles,
    async compact(when) {
      const due = read(() => rows().due.all());
      const bytes = Number(db.pragma("page_count", { simple: true })) * Number(db.pragma("page_size", { simple: true }));
      const anew = when === "now" || (due.length > 0 && (when === "if due" || (when === "if small" && bytes <= SMALL_BYTES_MAX)));
      if (anew) await withoutDeletedWords(connection);
      return read(() => {
        if (anew) {
          db.exec("VACUUM");
          for (const id of due) rows().remove.run(id);
        }
        db.pragma("wal_checkpoint(TRUNCATE)");
        return anew;
      });
    },
  };
}

const HASH = /"(?:hash|teamHash)":"([0-9a-f]{64})"/g;

const forksIn = (target: Target): readonly Fork[] => ("forks" in target && target.forks) || [];

/** Nobody in particular: what Parley itself does, and a call of a tool. */
const NOBODY: ReadonlySet<string> = new Set(["parley", "slack", "caller"]);
const OTHERS = "forgotten-";
const OTHER_CHARS = 12;

/** The other name of a person, the same in all that one forgetting goes through. */
function otherOf({ secret }: Secrets, id: string): Person {
  if (NOBODY.has(id) || id.startsWith(OTHERS)) return { id, name: id };
  const other = createHash("sha256").update(`${secret} ${id}`).digest("hex").slice(0, OTHER_CHARS);
  return { id: `${OTHERS}${other}`, name: `Somebody ${other.slice(0, 4)}` };
}

/** How each event of a log is put, in order. */
function penFor(target: Target, secrets: Secrets, at: string): (event: RunEvent) => RunEvent {
  const others = (person: Person): Person => (NOBODY.has(person.id) || person.id.startsWith(OTHERS) ? person : otherOf(secrets, person.id));
  if (target.kind !== "person") {
    const pen = wordless(others);
    return (event) => rewritten(event, pen, at);
  }
  const other = otherOf(secrets, target.person);
  const renamed = withoutPerson(target.person, secrets.names, other);
  const silent = wordless(renamed.person);
  let isTheirRun = false;
  let isTaskNext = false;
  return (event) => {
    // Read again after a crash, it may have the other name already.
    const isThem = ({ id }: Person) => id === target.person || id === other.id;
    if (event.type === "run.started") {
      isTheirRun = isThem(event.startedBy);
      isTaskNext = event.forkedFrom !== undefined;
    }
    // A fork was started by whoever made it, and works on a task that may be another's.
    if (isTaskNext && event.type === "message.posted" && "person" in event) {
      isTheirRun ||= isThem(event.person);
      isTaskNext = false;
    }
    if (isTheirRun || isTheirs(event, target.person)) return rewritten(event, silent, at);
    return rewritten(event, renamed, at);
  };
}

/** What the audit log forgets with it: the decisions stay, and for the rest of them who made them. */
function forgetsFor(target: Target, { names }: Secrets): Forgets {
  const about = (field: WordField, is: boolean): WordField[] => (is ? [field] : []);
  switch (target.kind) {
    case "thread":
      return ({ subject }) => about("detail", subject === target.thread || subject.startsWith(`${target.thread} `));
    case "scope": {
      const [workspace, place = ""] = target.scope.split("/");
      return (entry) =>
        about(
          "detail",
          entry.subject.startsWith(`${target.scope}/`) || (entry.workspace === workspace && entry.subject.split("/").includes(place)),
        );
    }
    case "workspace":
      return ({ workspace }) => (workspace === target.workspace ? ["personId", "personName", "subject", "detail"] : []);
    case "older":
      return ({ at }) => about("detail", at < target.before);
    case "person": {
      const isNamed = (text = "") => text.includes(target.person) || names.some((name) => text.includes(name));
      return ({ person, subject, detail }) =>
        person.id === target.person
          ? ["personId", "personName", "detail", ...about("subject", isNamed(subject))]
          : [...about("subject", isNamed(subject)), ...about("detail", isNamed(detail))];
    }
  }
}

/** The entry that tells of it does not bring back who was forgotten. */
function told(decision: Decision, target: Target, other: (person: string) => Person): Decision {
  if (target.kind !== "person") return decision;
  const person = decision.person.id === target.person ? other(target.person) : decision.person;
  return { ...decision, person, subject: other(target.person).id };
}
