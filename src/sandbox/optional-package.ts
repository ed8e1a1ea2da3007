import { SandboxUnavailable } from "./executor.ts";

/** Loads a package that is installed only where its executor is wanted. Throws {@link SandboxUnavailable} that says how to install it. */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new SandboxUnavailable(
      `This sandbox needs the package ${name}, which is not installed. Run "npm install ${name}", or choose another sandbox.executor.`,
    );
  }
}
