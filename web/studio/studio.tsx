import { lazy, Suspense, useEffect, useState } from "react";
import { Mark } from "../parts/icon.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { Runs } from "./list/runs.tsx";
import { Run } from "./run/run.tsx";
import { forkedHref, readAddress, useHash } from "./state/address.ts";
import { Refused, session as readSession, signOut, type SessionAnswer } from "./state/api.ts";
import { goBack, Shut } from "./shut.tsx";

const Forked = lazy(() => import("./fork/forked.tsx"));

/** The studio: a list of runs, and one of them. */
export function Studio() {
  const address = readAddress(useHash());
  const [session, setSession] = useState<SessionAnswer | Refused | undefined>();
  const read = (): void =>
    void readSession().then(
      (found) => (goBack(), setSession(found)),
      (error: unknown) => setSession(error instanceof Refused ? error : new Refused(0, "The studio does not answer.")),
    );
  useEffect(read, []);
  useEffect(() => {
    if (session !== undefined) document.body.classList.add("ready");
  }, [session]);
  if (session === undefined) return <p className="loading">Opening the studio…</p>;
  return (
    <>
      <header className="bar">
        <a className="bar-home" href="#/">
          <span className="bar-mark">
            <Mark />
          </span>
          <span className="bar-name">Parley studio</span>
        </a>
        <p className="keys" aria-hidden="true">
          {address.page === "run" ? "← → step · Shift+← → turns · Space play · Esc runs" : "/ search · ↑ ↓ move · Enter open"}
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
      ) : address.page === "run" ? (
        <Run key={`${address.run.thread}#${address.run.seq}`} name={address.run} at={address.at} />
      ) : address.page === "forked" ? (
        <Suspense fallback={<p className="loading">Opening…</p>}>
          <Forked key={forkedHref(address.run, address.fork)} run={address.run} fork={address.fork} />
        </Suspense>
      ) : (
        <Runs query={address.query} workspaces={session.workspaces} />
      )}
      <Toasts />
    </>
  );
}
