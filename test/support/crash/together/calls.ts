/** Calls of models, of all lives of all processes. */
export interface Calls {
  readonly made: number;
  /** Made, and not told in a log yet, when what made them was killed, stood still or was cut off: so many may have been made in vain. */
  readonly inFlight: number;
}

/** From what each process has told, in order; see `Orders.reportPath`. A new life of a process has nothing in flight. */
export function callsIn(places: readonly (readonly string[])[]): Calls {
  let [made, inFlight] = [0, 0];
  for (const lines of places) {
    const open = new Set<string>();
    for (const line of lines) {
      const [word = "", id = ""] = line.split(" ", 2);
      if (word === "call") {
        made++;
        open.add(id);
      } else if (word === "paid") open.delete(id);
      else if (word === "killed" || word === "frozen" || word === "troubled") {
        inFlight += open.size;
        open.clear();
      }
    }
  }
  return { made, inFlight };
}
