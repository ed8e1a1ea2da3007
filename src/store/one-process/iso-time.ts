/** @throws RangeError when the text is not a time: that is a bug of the caller. */
export function timeOf(iso: string): number {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) throw new RangeError(`"${iso}" is not an ISO 8601 time`);
  return ms;
}
