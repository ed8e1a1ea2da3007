import { describe, expect, test } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import { stdoutFirst } from "../../../src/sandbox/box/streams.ts";
import { runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

function written() {
  const texts: string[] = [];
  const streams = stdoutFirst((stream, bytes) => void texts.push(`${stream}: ${Buffer.from(bytes).toString()}`));
  return {
    texts,
    flush: () => streams.flush(),
    write: (stream: "stdout" | "stderr", text: string) => streams.write(stream, Buffer.from(text)),
  };
}

test("what a program dies of stands behind what it printed, in whatever order the engine brings them", () => {
  const { texts, write, flush } = written();
  write("stdout", "one");
  write("stderr", "Traceback");
  write("stdout", "two");
  write("stderr", "ValueError");
  write("stdout", "three");
  flush();
  expect(texts).toEqual(["stdout: one", "stdout: two", "stdout: three", "stderr: Traceback", "stderr: ValueError"]);
});

test("once stdout is quiet stderr need not wait for the program's end", async () => {
  const { texts, write } = written();
  write("stderr", "a warning");
  await expect.poll(() => texts).toEqual(["stderr: a warning"]);
  write("stdout", "the result");
  expect(texts).toEqual(["stderr: a warning", "stdout: the result"]);
});

test("a flood on stderr is not held in memory", () => {
  const { texts, write } = written();
  for (let n = 0; n < 100; n++) write("stderr", "x".repeat(1_000));
  expect(texts.length).toBeGreaterThan(60);
});

describe.skipIf(!(await dockerAvailable()))("in a container", () => {
  test("the traceback of a program that printed a lot comes last, every time", async () => {
    const executor = await createDockerExecutor({ image: sandboxImage(), poolSize: 0 });
    const session = await executor.open("a");
    for (let n = 0; n < 5; n++) {
      const { output } = await runIn(session, "for n in range(300): print('line', n)\nraise ValueError('the end')");
      expect(output).toMatch(/^line 0\nline 1\n[\s\S]*\nline 299\nTraceback [\s\S]*\nValueError: the end\n$/);
    }
    await executor.close();
  });
});
