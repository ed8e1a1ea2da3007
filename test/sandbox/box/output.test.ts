import fc from "fast-check";
import { expect, test } from "vitest";
import { CappedOutput, cleanText } from "../../../src/sandbox/box/output.ts";

test("what stays under the cap is kept whole and in order", () => {
  const kept = new CappedOutput(100);
  kept.write("stdout", Buffer.from("one\n"));
  kept.write("stderr", Buffer.from("two\n"));
  kept.write("stdout", Buffer.from("three\n"));
  expect(kept.overflowed).toBe(false);
  expect(kept.read()).toEqual({ output: "one\ntwo\nthree\n", stdout: "one\nthree\n", stderr: "two\n", outputBytesCut: 0 });
});

test("head and tail are kept, and the line between them counts what was cut", () => {
  const kept = new CappedOutput(20);
  for (let i = 0; i < 100; i++) kept.write("stdout", Buffer.from(`${String(i).padStart(4, "0")}\n`));
  expect(kept.overflowed).toBe(true);
  expect(kept.read().output).toBe("0000\n0001\n\n[… 480 bytes of output cut …]\n0098\n0099\n");
});

test("a letter that is split over two chunks is put together, and one at the cut is left out whole", () => {
  const kept = new CappedOutput(11);
  const euro = Buffer.from("€");
  kept.write("stdout", euro.subarray(0, 1));
  kept.write("stdout", euro.subarray(1));
  kept.write("stdout", Buffer.from("€€€€€"));
  const { stdout } = kept.read();
  expect(stdout).not.toContain("\ufffd");
  expect(stdout).toMatch(/^€€\n\[… 9 bytes of output cut …\]\n€$/);
});

test("what is shown at once stops at the cap", () => {
  let shown = "";
  const kept = new CappedOutput(10, (text) => (shown += text));
  for (let i = 0; i < 100; i++) kept.write("stdout", Buffer.from("abcde"));
  expect(shown.length).toBeLessThanOrEqual(15);
});

test("whatever is printed, no more than the cap is kept, and what is kept and cut adds up", () => {
  const piece = fc.record({
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    text: fc.string({ unit: "grapheme", maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 8, max: 200 }), (pieces, bytesMax) => {
      const kept = new CappedOutput(bytesMax);
      let bytes = 0;
      for (const { stream, text } of pieces) {
        kept.write(stream, Buffer.from(text));
        bytes += Buffer.byteLength(Buffer.from(text).toString());
      }
      const { output, outputBytesCut } = kept.read();
      const marker = /\n\[… \d+ bytes of output cut …\]\n/;
      expect(Buffer.byteLength(output.replace(marker, ""))).toBeLessThanOrEqual(bytesMax);
      expect(outputBytesCut > 0 || bytes <= bytesMax).toBe(true);
      expect(kept.overflowed).toBe(bytes > bytesMax);
    }),
  );
});

test("text for people holds no terminal sequence, no control mark and no mark that turns the direction", () => {
  expect(cleanText("\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u202ey\u0000z\tq\r\nnext\rover")).toBe("red xyz\tq\nnext\nover");
});
