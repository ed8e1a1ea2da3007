import { missingParts, SANDBOX_IMAGE } from "../report/requirements.ts";

/** Whether a Docker engine with the sandbox image was found before the tests began; the closing report names the reason when not. */
export const dockerAvailable = async (): Promise<boolean> => !missingParts().some(({ name }) => name === "docker");

export const sandboxImage = (): string => SANDBOX_IMAGE;
