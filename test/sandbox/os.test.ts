import { executorContract } from "../contracts/executor.ts";
import { createOsExecutor } from "../../src/sandbox/os.ts";

executorContract("The process sandbox", () => createOsExecutor(), { languages: ["python", "sh", "bash", "javascript"] });
