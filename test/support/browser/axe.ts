import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe-core finds wrong in the page as it is now: rules, and where they are broken. Nothing is left out of its rules. */
export async function violationsIn(page: Page): Promise<string[]> {
  // Rows slide in and menus fade; what is half transparent has no contrast to be measured.
  const isThere = await page.evaluate<boolean>(
    "Promise.all(document.getAnimations().map((one) => (one.effect.getTiming().iterations === Infinity ? one.cancel() : one.finish()))).then(() => 'axe' in window)",
  );
  // Half a megabyte, which stays as long as the document does.
  if (!isThere) await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any, html }) => id + ": " + help + " at " + target.join(" ") + " " + html.slice(0, 160) + " " + (any[0]?.message ?? "").slice(0, 160))))`);
}
