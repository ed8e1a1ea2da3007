/** Calls of models, of all lives of all processes. */
export interface Calls {
  readonly made: number;
  /** Never told in a log, because what made them was killed, stood still, or could not write while they were under way: made in vain. */
  readonly inFlight: number;
}

/**
 * From what each life of each process has told, in order; see `Orders.reportPath`. A new life has nothing in flight, and knows of no trouble that it was not told of. What
 * a process had in flight when it hears that it was taken for gone was in vain, too: as on a machine that did not come to it in time.
 */
export function callsIn(places: readonly (readonly (readonly string[])[])[]): Calls {
  let [made, inFlight] = [0, 0];
  for (const lines of places.flat()) {
    const [open, excused] = [new Set<string>(), new Set<string>()];
    let troubles = 0;
    const excuse = () => {
      for (const id of open) excused.add(id);
      open.clear();
    };
    for (const line of lines) {
      const [word = "", id = ""] = line.split(" ", 2);
      switch (word) {
        case "call":
          made++;
          (troubles > 0 ? excused : open).add(id);
          break;
        case "paid":
          open.delete(id);
          excused.delete(id);
          break;
        case "killed":
          excuse();
          break;
        case "frozen":
        case "troubled":
          excuse();
          troubles++;
          break;
        case "over":
          excuse();
          troubles = Math.max(0, troubles - 1);
          break;
        case "log":
          if (line.includes(TAKEN_FOR_GONE)) excuse();
      }
    }
    inFlight += excused.size;
  }
  return { made, inFlight };
}

/** As a process tells its operator. */
const TAKEN_FOR_GONE = "was taken for gone";
