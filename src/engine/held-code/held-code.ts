import type { HeldCode } from "../events/events.ts";
import { read, type Fold } from "../reading/fold.ts";
import type { Transcript } from "../reading/transcript.ts";
import type { FencedBlock } from "../code-blocks.ts";
import { holding, type Holding } from "./holding.ts";
import { isMeant } from "./same-code.ts";

/**
 * What stands in the way of a block that comes again unchanged in the run: a person has refused it, let the time for it pass, skipped the
 * turn that was to run it, or was asked about it in words and gave no plain yes. `isToBeAsked`: somebody has written in the thread since;
 * then it is asked for, whatever the rule, and else it is not run.
 */
export function heldBack(
  transcript: Transcript,
  fold: Fold<Holding>,
  block: FencedBlock,
): (HeldCode & { readonly isToBeAsked: boolean }) | undefined {
  const { held, saidSeq } = read(transcript, fold);
  const found = held.findLast((one) => isMeant(one, block));
  if (!found || found.why === "allowed") return undefined;
  return { ...found, isToBeAsked: found.why === "changed" || saidSeq > found.seq };
}

/** Whether it would be held back if it came now. */
export const isHeld = (transcript: Transcript, block: FencedBlock): boolean => heldBack(transcript, holdingOfAll, block) !== undefined;

/** For the agents: why a block was not run, and what can be done. */
export const whyHeld = (held: HeldCode): string =>
  `${WHY[held.why](held)} It is not run again unchanged in this run. Change it, or do without it; when a person has written here, it is asked for.`;

const WHY: { readonly [why in HeldCode["why"]]: (held: HeldCode) => string } = {
  refused: ({ by, reason }) => `${by ?? "A person"} said no to this block before${reason ? `: ${reason}` : "."}`,
  expired: () => "Nobody allowed this block in time when it was asked for before.",
  skipped: ({ by }) => `${by ?? "A person"} skipped the turn that was to run this block.`,
  asked: () => "A person was asked about this block and has not said yes.",
  changed: ({ by }) => `${by ?? "A person"} changed this block before it ran.`,
  // Stryker disable next-line StringLiteral: nobody is told of it, for what is allowed is not held back.
  allowed: () => "",
};

/** What is held back in the current run, for a conversation inside of it. */
export const heldIn = (transcript: Transcript): readonly HeldCode[] => forInside(read(transcript, holdingOfAll));

/** A conversation inside counts its events anew; 0 says that a person has written since. */
export const forInside = ({ held, saidSeq }: Holding): readonly HeldCode[] =>
  held.map((one) => (saidSeq > one.seq ? { ...one, seq: 0 } : one));

/** Whoever runs it. */
const holdingOfAll = holding({ languages: [], runners: [] });
