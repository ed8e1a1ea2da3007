import { outputsOf } from "../../../scripts/process-table.ts";
import { tellProgress } from "./progress.ts";

// Runs in each worker before its tests.
tellProgress({ type: "worker-started", outputs: outputsOf(process.pid) });
