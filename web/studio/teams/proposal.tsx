import { lazy, Suspense, useEffect, useState } from "react";
import type { ProposalAnswer } from "../../../src/studio/api/proposal-shapes.ts";
import { announce } from "../../parts/announce.ts";
import { toast } from "../../parts/toasts.tsx";
import { clean } from "../../text/clean.ts";
import type { Opened } from "./opened.ts";
import { decideProposal, proposal as readProposal, team as readTeam } from "./teams-api.ts";

const Compare = lazy(() => import("./compare.tsx"));

type Waiting = NonNullable<ProposalAnswer["proposal"]>;

interface Props {
  readonly workspace: string;
  readonly name: string;
  /** Why whoever looks may not decide. */
  readonly mayNot: string | undefined;
  /** The team is this by now. */
  readonly taken: (next: Opened) => void;
}

/** A change of this team that was found to help, until somebody decides; nothing where none waits. */
export default function Proposal({ workspace, name, mayNot, taken }: Props) {
  const [waiting, setWaiting] = useState<Waiting | undefined>();
  const [isOpen, setOpen] = useState(false);
  const [isDeciding, setDeciding] = useState(false);
  useEffect(() => {
    let isLeft = false;
    setWaiting(undefined);
    // A studio that changes nothing has none.
    readProposal(workspace, name).then(
      (answer) => !isLeft && setWaiting(answer.proposal),
      () => undefined,
    );
    return () => void (isLeft = true);
  }, [workspace, name]);
  if (!waiting) return null;

  const decide = async (take: boolean): Promise<void> => {
    if (isDeciding) return;
    setDeciding(true);
    try {
      const { revision, mistakes } = await decideProposal(workspace, name, { at: waiting.at, take });
      if (mistakes.length > 0) {
        toast(mistakes.map(({ path, message }) => `${path}: ${message}`).join("\n"));
        return;
      }
      setOpen(false);
      setWaiting(undefined);
      announce(take ? `Taken as revision ${revision}` : "Declined; the team stays as it is");
      if (!take) return;
      toast(`Taken as revision ${revision}`, "info");
      const now = await readTeam(workspace, name);
      taken({ yaml: now.yaml, isFile: false, revision: now.revision, mistakes: now.mistakes, keptAs: name });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
      setWaiting((await readProposal(workspace, name).catch(() => ({ proposal: undefined }))).proposal);
      setOpen(false);
    } finally {
      setDeciding(false);
    }
  };
  const acts = [
    ...(mayNot === undefined && waiting.state === "open" ? [{ label: "Take it", act: () => void decide(true) }] : []),
    ...(mayNot === undefined ? [{ label: "Decline", act: () => void decide(false) }] : []),
  ];
  return (
    <section className="team-proposal" aria-label="Proposal">
      <p>
        {words(waiting)} {waiting.state === "changed" && "The team was changed since: it does not fit any more and cannot be taken."}
      </p>
      <button type="button" className="plain-button" onClick={() => setOpen(true)}>
        Look at the proposal
      </button>
      {isOpen && (
        <Suspense fallback={null}>
          <Compare
            title={`A proposal for ${name}`}
            told={[words(waiting), ...waiting.reasons.map((one) => clean(one)), ...(mayNot === undefined ? [] : [mayNot])].join(" ")}
            before={{ name: `revision ${waiting.revision}`, text: waiting.before }}
            after={{ name: "as proposed", text: waiting.after }}
            close={() => setOpen(false)}
            acts={acts}
          />
        </Suspense>
      )}
    </section>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const points = (share: number): string => (share * 100).toFixed(1);

function words({ heldOut, askedBy, file }: Waiting): string {
  const { cases, before, after, difference } = heldOut;
  const tried = `On ${cases} cases that nobody had seen it solves ${percent(after.value)}, and as it was ${percent(before.value)}`;
  return `A change was tried. ${tried}: ${points(difference.value)} points (${points(difference.low)} to ${points(difference.high)}). parley tune was run by ${clean(askedBy)} with ${clean(file)}.`;
}
