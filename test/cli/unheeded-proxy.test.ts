import { expect, test } from "vitest";
import { unheededProxy } from "../../src/cli/unheeded-proxy.ts";

test("a proxy that Node does not go by is told, with what has to be set where Parley is started", () => {
  const proxy = { HTTPS_PROXY: "http://proxy:3128" };
  expect(unheededProxy({}, {}, false)).toBeUndefined();
  expect(unheededProxy(proxy, proxy, true)).toBeUndefined();
  expect(unheededProxy(proxy, proxy, false)).toMatch(/^HTTPS_PROXY names a proxy, .*: set NODE_USE_ENV_PROXY=1 where Parley is started/);
  // In .env alone.
  expect(unheededProxy({}, { ...proxy, NODE_USE_ENV_PROXY: "1" }, false)).toContain(": set HTTPS_PROXY and NODE_USE_ENV_PROXY=1 where");
  expect(unheededProxy({}, { https_proxy: "http://proxy:3128" }, true)).toContain(": set https_proxy where");
});
