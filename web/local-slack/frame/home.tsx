import { useMemo } from "react";
import { Mark } from "../../parts/icon.tsx";
import { Blocks } from "../blocks/blocks.tsx";
import { jsonOf } from "../state/json.ts";
import { useStore } from "../state/page.tsx";

/** The app's Home tab, as the app published it for this person. */
export function HomeTab() {
  const { home } = useStore();
  const where = useMemo(() => home && { viewId: home.id }, [home]);
  return (
    <div className="home" role="tabpanel" aria-label="Home" tabIndex={-1}>
      <div className="home-inner">
        {home && where ? (
          <Blocks blocks={jsonOf(home.view)["blocks"]} where={where} />
        ) : (
          <div className="empty">
            <div className="intro-mark">
              <Mark />
            </div>
            <p>The app has not published its Home tab yet. It does so when it hears that you opened it.</p>
          </div>
        )}
      </div>
    </div>
  );
}
