import { lazy, Suspense, useEffect, useState } from "react";
import { Mark } from "../parts/icon.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { Runs } from "./list/runs.tsx";
import { Run } from "./run/run.tsx";
import { forkedHref, readAddress, useHash, type Address } from "./state/address.ts";
import { Refused, session as readSession, signOut, type SessionAnswer } from "./state/api.ts";
import { Rooms } from "./rooms.tsx";
import { goBack, Shut } from "./shut.tsx";

/** Loaded when they are opened. */
const Costs = lazy(() => import("./costs/costs.tsx"));
const Quality = lazy(() => import("./costs/quality.tsx"));
const Evaluations = lazy(() => import("./evaluations/list.tsx"));
const Evaluation = lazy(() => import("./evaluations/one.tsx"));
const Forked = lazy(() => import("./fork/forked.tsx"));
/** The graph and the editor come when they are wanted. */
const TeamPage = lazy(() => import("./teams/team-page.tsx"));
const TeamsPage = lazy(() => import("./teams/teams-page.tsx"));

/** The studio: a list of runs, one of them, what was spent, and what came of it. */
export function Studio() {
  const address = readAddress(useHash());
  const [session, setSession] = useState<SessionAnswer | Refused | undefined>();
  const read = (): void =>
    void readSession().then(
      (found) => (goBack(), setSession(found)),
      (error: unknown) => setSession(error instanceof Refused ? error : new Refused(0, "no_answer", "The studio does not answer.")),
    );
  useEffect(read, []);
  useEffect(() => {
    if (session !== undefined) document.body.classList.add("ready");
  }, [session]);
  if (session === undefined) return <p className="loading">Opening the studio…</p>;
  return (
    <>
      <header className="bar">
        <a className="bar-home" href="#/" aria-label="Parley studio">
          <span className="bar-mark">
            <Mark />
          </span>
          <span className="bar-name">Parley studio</span>
        </a>
        {!(session instanceof Refused) && <Rooms page={address.page} />}
        <p className="keys" aria-hidden="true">
          {KEYS[address.page]}
        </p>
        {!(session instanceof Refused) && session.signsInBy !== undefined && (
          <p className="bar-person">
            <bdi>{session.name}</bdi>{" "}
            <button type="button" className="plain-button" onClick={() => void signOut(session.csrf, "session").finally(read)}>
              Sign out
            </button>
            <button
              type="button"
              className="plain-button bar-everywhere"
              aria-label="Sign out everywhere"
              title="Sign out everywhere, also in other browsers"
              onClick={() => void signOut(session.csrf, "sessions").finally(read)}
            >
              everywhere
            </button>
          </p>
        )}
      </header>
      {session instanceof Refused ? (
        <Shut why={session.message} signIn={session.signIn} />
      ) : (
        <Suspense fallback={<p className="loading">One moment…</p>}>
          <Page address={address} workspaces={session.workspaces} />
        </Suspense>
      )}
      <Toasts />
    </>
  );
}

const KEYS: { readonly [page in Address["page"]]: string } = {
  runs: "/ search · ↑ ↓ move · Enter open",
  forked: "n next difference · p the one before · Esc the run",
  run: "← → step · Shift+← → turns · Space play · Esc runs",
  teams: "Tab move · Enter open",
  team: "Ctrl+S save · Ctrl+Z undo · Del removes what is chosen",
  costs: "",
  quality: "",
  evaluations: "",
  evaluation: "",
};

function Page({ address, workspaces }: { readonly address: Address; readonly workspaces: readonly string[] }) {
  switch (address.page) {
    case "run":
      return <Run key={`${address.run.thread}#${address.run.seq}`} name={address.run} at={address.at} />;
    case "forked":
      return <Forked key={forkedHref(address.run, address.fork)} run={address.run} fork={address.fork} />;
    case "teams":
      return <TeamsPage workspaces={workspaces} wanted={address.workspace} />;
    case "team":
      return (
        <TeamPage
          key={`${address.workspace}/${address.name ?? ""}/${address.from ?? ""}`}
          workspace={address.workspace}
          name={address.name}
          from={address.from}
        />
      );
    case "runs":
      return <Runs query={address.query} workspaces={workspaces} />;
    case "costs":
      return <Costs query={address.query} workspaces={workspaces} />;
    case "quality":
      return <Quality query={address.query} workspaces={workspaces} />;
    case "evaluations":
      return <Evaluations />;
    case "evaluation":
      return <Evaluation key={address.id} id={address.id} query={address.query} />;
  }
}
