import { expect, test, vi } from "vitest";
import { createNews } from "../../../src/engine/agents/news.ts";

test("words are told as they come, the last of several, and nothing once the call is over", async () => {
  const { tell, until } = createNews();
  const call = Promise.withResolvers<void>();
  tell("one");
  tell("two");
  expect(await until(call.promise)).toBe("two");
  const next = until(call.promise);
  tell("three");
  expect(await next).toBe("three");
  const last = until(call.promise);
  call.resolve();
  expect(await last).toBeUndefined();
});

test("of a call that fails nothing is told, and what one has told is not told of the next", async () => {
  const { tell, until } = createNews();
  const [failing, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const waits = until(failing.promise);
  failing.reject(new Error("lost"));
  expect(await waits).toBeUndefined();
  const next = until(other.promise);
  tell("of the other");
  expect(await next).toBe("of the other");
});

test("a call that tells how far it is again and again is asked once whether it is over", async () => {
  const { tell, until } = createNews();
  const call = new Promise<void>(() => undefined);
  const asked = vi.spyOn(call, "then");
  for (let step = 0; step < 1_000; step++) {
    tell(`${step} of 1000`);
    expect(await until(call)).toBe(`${step} of 1000`);
  }
  expect(asked).toHaveBeenCalledTimes(1);
});
