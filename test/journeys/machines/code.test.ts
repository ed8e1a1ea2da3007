import Docker from "dockerode";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { codingTeam, fence } from "../../support/coding-team.ts";
import { openMachines } from "../../support/machines/machines.ts";
import { canHaveOwnFiles } from "../../support/machines/own-files.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { doorToEngine } from "../../support/sandbox/sandboxes.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const hasDocker = await dockerAvailable();
/** Elsewhere both hosts write to one disk. */
const hasOwnFiles = await canHaveOwnFiles();
const WAITS = [
  "import os, time",
  "open('runs.txt', 'a').write('ran ')",
  "while not os.path.exists('go'): time.sleep(0.02)",
  "print(open('data/deep/a.txt').read(), open('runs.txt').read())",
].join("\n");

describeOnPostgres("code on two hosts", (server) => {
  test.skipIf(!hasDocker)(
    "a host that dies after a block's files are kept, and before its result is, takes nothing along: another one with an engine of its own goes on with the files",
    async () => {
      const desk = await openModelDesk();
      const team = codingTeam({ runner: { approval: "auto" } });
      const sandbox = { executor: "docker", image: sandboxImage(), memoryMb: 64, timeoutSeconds: 60 };
      const file = { ...team, models: { scripted: desk.model }, sandbox };
      const doors = [await doorToEngine(), await doorToEngine()];
      const env: { [name: string]: string } = { DOCKER_HOST: doors[0]?.address ?? "" };
      const machines = await openMachines(server, { file, door: "http", env, shareFiles: !hasOwnFiles });
      const docker = new Docker();
      const containers = async (label: string) => docker.listContainers({ all: true, filters: { label: [label] } });
      const running = async (label: string) => {
        const found = await containers(label);
        const tops = await Promise.all(
          found.map(({ Id }) =>
            docker
              .getContainer(Id)
              .top()
              .catch(() => undefined),
          ),
        );
        return found.find((_, index) => JSON.stringify(tops[index] ?? "").includes("main.py"))?.Id;
      };

      const dying = await machines.start();
      machines.sendTo(dying);
      const [row] = await machines.rows<{ name: string; instance: string }>(
        "SELECT name, (SELECT value::json ->> 'id' FROM $.notes WHERE key = 'instance') AS instance FROM $.openers",
      );
      const [its, all] = [`parley.process=${row?.name}`, `parley.instance=${row?.instance}`];
      const thread = await machines.mention("@parley reckon");
      (await desk.asked("Coder")).answer(fence("import os\nos.makedirs('data/deep')\nopen('data/deep/a.txt', 'w').write('one')"));
      const second = await desk.asked("Coder");
      const before = (await containers(its)).map(({ Id }) => Id).toSorted();
      env["DOCKER_HOST"] = doors[1]?.address ?? "";
      const living = await machines.start();
      machines.sendTo(living);
      // Both name one database, and the later one leaves alone what the other uses.
      expect((await containers(its)).map(({ Id }) => Id).toSorted()).toEqual(expect.arrayContaining(before));
      second.answer(fence(WAITS));
      await expect.poll(() => running(its), { timeout: PATIENCE_MS }).toBeDefined();

      const revision = async () => (await machines.rows<{ revision: string }>("SELECT revision FROM $.workspaces"))[0]?.revision;
      const kept = await revision();
      const lock = new pg.Client({ connectionString: machines.address });
      await lock.connect();
      onTestFinished(() => lock.end());
      const schema = new URL(machines.address).searchParams.get("schema") ?? "parley";
      await lock.query(`BEGIN; LOCK TABLE ${schema}.events IN SHARE ROW EXCLUSIVE MODE`);
      const box = docker.getContainer((await running(its)) ?? "");
      await (await box.exec({ Cmd: ["touch", "/work/go"], User: "65534:65534" })).start({});
      await expect.poll(revision, { timeout: PATIENCE_MS }).not.toBe(kept);
      await dying.end("SIGKILL");
      // What a server was asked it does, though nobody waits for it any more.
      const waiting = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO events%'";
      await machines.rows(`SELECT pg_terminate_backend(pid) ${waiting}`);
      await expect.poll(() => machines.rows(`SELECT pid ${waiting}`), { timeout: PATIENCE_MS }).toEqual([]);
      doors[0]?.shut();
      for (const { Id } of await containers(its)) {
        const removed = docker.getContainer(Id).remove({ force: true, v: true });
        // Some are on their way out already.
        await removed.catch((error: { readonly statusCode?: number }) => expect([404, 409]).toContain(error.statusCode));
      }
      await lock.query("ROLLBACK");

      // Its result was never recorded, so the block is run again, over what it left.
      const { read, answer } = await desk.asked("Coder");
      expect(read).toContain("one ran ran");
      answer("It is one. DONE");
      await thread.ended();
      const ran = (await thread.log()).flatMap((event) => (event.type === "code.ran" ? [event.output.trim()] : []));
      expect(ran).toEqual(["", "one ran ran"]);
      expect(await living.end("SIGTERM")).toBe(0);
      expect(await containers(all)).toEqual([]);
    },
  );
});
