import { clean } from "../text/clean.ts";

let announced = 0;

/** Says a line to screen readers; two regions in turn, so that the same words twice are read twice. */
export function announce(text: string): void {
  announced = 1 - announced;
  for (const region of [0, 1]) {
    const element = document.getElementById(`live-${region}`);
    if (element) element.textContent = region === announced ? clean(text) : "";
  }
}
