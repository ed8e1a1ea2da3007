import { lazy, Suspense } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import type { RunState } from "../../../src/engine/reading/run-state.ts";
import type { ActsOffer, RunName } from "../state/api.ts";
import type { Offered } from "./use-acts.ts";

/** Comes with the first run that goes on and is shown here alone. */
const Acts = lazy(() => import("./acts.tsx"));

export function ActsHere({
  name,
  events,
  state,
  offer,
}: {
  readonly name: RunName;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  readonly offer: Offered | undefined;
}) {
  if (!state.running || !offer?.isHere) return null;
  return (
    <Suspense>
      <Acts name={name} events={events} state={state} offer={offer} />
    </Suspense>
  );
}

/** To where people talk in the run; an address of the service that it is in, and of no other kind. */
export function PlaceLink({ offer, words }: { readonly offer: ActsOffer | undefined; readonly words: string }) {
  if (offer?.link === undefined || !/^https?:\/\//.test(offer.link)) return null;
  return (
    <>
      {" · "}
      <a href={offer.link} target="_blank" rel="noreferrer">
        {words}
      </a>
    </>
  );
}
