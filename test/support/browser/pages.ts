import { buildWeb } from "../../../scripts/build-web.ts";

/** The pages as they are now, built once before any test. */
export default function setup(): void {
  buildWeb((line) => console.log(line));
}
