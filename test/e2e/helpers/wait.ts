const POLL_MS = 50;
/** How long a test waits for something that the editor does on its own screen. */
export const UI_TIMEOUT_MS = 30_000;

/**
 * Polls `probe` until it answers something other than undefined or false, and returns that.
 * Throws after `timeoutMs`, naming `what`, with what `describe` tells of the last state.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  options: { readonly timeoutMs?: number; readonly describe?: () => Promise<string> } = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? UI_TIMEOUT_MS;
  const deadlineMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      lastError = undefined;
    } catch (error) {
      // A probe reads a page that is changing, so that one failure only means "not yet".
      lastError = error;
    }
    if (performance.now() > deadlineMs) break;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const state = options.describe ? `; it shows ${await options.describe().catch(String)}` : '';
  throw new Error(`waited ${timeoutMs} ms for ${what}${state}`, { cause: lastError });
}
