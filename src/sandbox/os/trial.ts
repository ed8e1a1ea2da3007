import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runToEnd } from "../box/run.ts";
import type { ShellBox } from "../box/shell.ts";

const LOOK_MS_MAX = 20_000;

/** What code in a box could reach that it must not; `undefined`: nothing. On the host itself each look finds something. */
export async function leaks(box: Pick<ShellBox, "start">): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "parley-trial-"));
  const listener = createServer((socket) => socket.destroy());
  let connections = 0;
  listener.on("connection", () => connections++);
  try {
    await writeFile(join(folder, "marker"), "seen");
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const port = (listener.address() as { port: number }).port;
    const script = `
[ -e '${folder}/marker' ] && echo files
[ -e /etc/shadow ] && echo files
for one in /proc/[0-9]*; do read -r line < "$one/comm" 2>/dev/null; case "$line" in node|MainThread) echo processes;; esac; done
[ -e /proc/${process.pid}/comm ] && [ ${process.pid} -gt 100 ] && echo processes
while read -r name rest; do case "$name" in lo:|Inter-\\||face) ;; *:*) echo network;; esac; done < /proc/net/dev
command -v bash >/dev/null && (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo network
(unshare -U true) 2>/dev/null && echo namespaces
read -r line < /proc/1/environ 2>/dev/null && echo processes
grep -q '^Seccomp:.2' /proc/self/status || echo calls
echo looked`;
    const said = await runToEnd((command) => box.start({ ...command, args: ["/bin/bash", "-c", script] }), "", LOOK_MS_MAX);
    const seen = said?.stdout.trim().split("\n") ?? [];
    if (seen.at(-1) !== "looked") return "the look around did not come to its end";
    const wrong = new Set(seen.slice(0, -1));
    if (connections > 0) wrong.add("network");
    return wrong.size > 0 ? `code could reach what it must not (${[...wrong].join(", ")})` : undefined;
  } finally {
    listener.close();
    await rm(folder, { recursive: true, force: true });
  }
}
