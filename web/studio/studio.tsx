import { useEffect, useState } from "react";
import { Mark } from "../parts/icon.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { Runs } from "./list/runs.tsx";
import { Run } from "./run/run.tsx";
import { readAddress, useHash } from "./state/address.ts";
import { Refused, session as readSession, type SessionAnswer } from "./state/api.ts";

/** The studio: a list of runs, and one of them. */
export function Studio() {
  const address = readAddress(useHash());
  const [session, setSession] = useState<SessionAnswer | string | undefined>();
  useEffect(() => {
    readSession().then(setSession, (error: unknown) =>
      setSession(error instanceof Refused ? error.message : "The studio does not answer."),
    );
  }, []);
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
      </header>
      {typeof session === "string" ? (
        <main className="told">
          <h1>The door is shut</h1>
          <p>{session}</p>
        </main>
      ) : address.page === "run" ? (
        <Run key={`${address.run.thread}#${address.run.seq}`} name={address.run} at={address.at} />
      ) : (
        <Runs query={address.query} workspaces={session.workspaces} />
      )}
      <Toasts />
    </>
  );
}
