import { test } from "vitest";
import { alikeRuns } from "../../alike.ts";
import { open } from "./finished.ts";

test("runs about what is asked are found by their words, of one team and workspace, and behind them the newest", () => alikeRuns(open()));
