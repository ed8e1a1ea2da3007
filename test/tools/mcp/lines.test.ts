import fc from "fast-check";
import { expect, test } from "vitest";
import { Lines } from "../../../src/tools/mcp/lines.ts";

/** What was said, in pieces that end at these bytes. */
function inPieces(said: Buffer, ends: readonly number[]): readonly Buffer[] {
  const cuts = [0, ...ends.map((end) => end % (said.length + 1)).toSorted((one, other) => one - other), said.length];
  return cuts.slice(1).map((end, at) => said.subarray(cuts[at], end));
}

test("lines are the same in whatever pieces they come", () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some.map((one) => (one % 7 === 0 ? 0x0a : one))));
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (said, ends) => {
      const lines = new Lines(100);
      const got = inPieces(said, ends).flatMap((piece) => lines.take(piece));
      const whole = said.toString("latin1").split("\n").slice(0, -1);
      expect(got).toEqual(whole.map((line) => Buffer.from(line, "latin1").toString("utf8")));
    }),
  );
});

test("a letter that is cut in two is one again, and what is no UTF-8 spoils its own line alone", () => {
  const lines = new Lines(100);
  const [first, second] = [Buffer.from("schön\nund ").subarray(0, 5), Buffer.from("schön\nund ").subarray(5)];
  expect([...lines.take(first), ...lines.take(second)]).toEqual(["schön"]);
  expect(lines.take(Buffer.from([0xff, 0x0a, 0x61, 0x0a]))).toEqual(["und �", "a"]);
});

test("a line may be as long as it may, in one piece or in many, and no longer", () => {
  const long = Buffer.from(`${"x".repeat(200_000)}\n`);
  for (const bytes of [long.length, 70_000, 1_000]) {
    const lines = new Lines(200_000);
    const pieces = inPieces(
      long,
      Array.from({ length: Math.ceil(long.length / bytes) - 1 }, (_, at) => (at + 1) * bytes),
    );
    expect(pieces.flatMap((piece) => lines.take(piece)).map((line) => line.length)).toEqual([200_000]);
    expect(lines.take(Buffer.from("and on\n"))).toEqual(["and on"]);
    const short = new Lines(199_999);
    expect(() => pieces.flatMap((piece) => short.take(piece))).toThrow(new RangeError("a line has more than 199999 bytes"));
  }
});
