import { textArg, type Args } from "./args.ts";
import type { Local } from "../state/local.ts";
import type { Fault } from "../contract.ts";

export function addFault(local: Local, fault: Fault): void {
  local.state.faults.push({ fault, left: fault.times ?? 1 });
}

/** The oldest fault that fits this call, used up by one. */
export function takeFault(local: Local, method: string, args: Args): Fault | undefined {
  const channel = textArg(args, "channel") || textArg(args, "channel_id");
  const index = local.state.faults.findIndex(
    ({ fault }) => (fault.method === "*" || fault.method === method) && (fault.channel === undefined || fault.channel === channel),
  );
  const found = local.state.faults[index];
  if (!found) return undefined;
  found.left -= 1;
  if (found.left <= 0) local.state.faults.splice(index, 1);
  return found.fault;
}
