/** Slack, or an address for it, cannot be had at the start; `message` says what to do, in a sentence for people. */
export class CannotStart extends Error {
  override readonly name = "CannotStart";
}
