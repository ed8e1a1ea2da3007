import { lazy, Suspense, useEffect, useState } from "react";
import { Mark } from "../parts/icon.tsx";
import { Toasts } from "../parts/toasts.tsx";
import { Runs } from "./list/runs.tsx";
import { Run } from "./run/run.tsx";
import { forkedHref, readAddress, useHash, type Address } from "./state/address.ts";
import { Refused, session as readSession, signOut, type SessionAnswer } from "./state/api.ts";
import { goBack, Shut } from "./shut.tsx";

const Forked = lazy(() => import("./fork/forked.tsx"));
/** The graph and the editor come when they are wanted. */
const TeamPage = lazy(() => import("./teams/team-page.tsx"));
const TeamsPage = lazy(() => import("./teams/teams-page.tsx"));

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
      ) : address.page === "run" ? (
        <Run key={`${address.run.thread}#${address.run.seq}`} name={address.run} at={address.at} />
      ) : address.page === "forked" ? (
        <Suspense fallback={<p className="loading">Opening…</p>}>
          <Forked key={forkedHref(address.run, address.fork)} run={address.run} fork={address.fork} />
        </Suspense>
      ) : address.page === "teams" ? (
        <Suspense fallback={OPENING}>
          <TeamsPage workspaces={session.workspaces} wanted={address.workspace} />
        </Suspense>
      ) : address.page === "team" ? (
        <Suspense fallback={OPENING}>
          <TeamPage
            key={`${address.workspace}/${address.name ?? ""}/${address.from ?? ""}`}
            workspace={address.workspace}
            name={address.name}
            from={address.from}
          />
        </Suspense>
      ) : (
        <Runs query={address.query} workspaces={session.workspaces} />
      )}
      <Toasts />
    </>
  );
}

const OPENING = <p className="loading">Opening…</p>;

const KEYS: { readonly [page in Address["page"]]: string } = {
  runs: "/ search · ↑ ↓ move · Enter open",
  forked: "",
  run: "← → step · Shift+← → turns · Space play · Esc runs",
  teams: "Tab move · Enter open",
  team: "Ctrl+S save · Ctrl+Z undo · Del removes what is chosen",
};

const ROOMS: readonly { readonly name: string; readonly href: string; readonly pages: readonly Address["page"][] }[] = [
  { name: "Runs", href: "#/", pages: ["runs", "run", "forked"] },
  { name: "Teams", href: "#/teams", pages: ["teams", "team"] },
];

/** The rooms of the studio. */
function Rooms({ page }: { readonly page: Address["page"] }) {
  return (
    <nav className="rooms" aria-label="Rooms">
      {ROOMS.map(({ name, href, pages }) => (
        <a key={name} className="room" href={href} aria-current={pages.includes(page) ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}
