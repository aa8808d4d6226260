declare global {
  // Replaced by the test bundler, because a bundled test no longer knows where its source was.
  var PROJECT_ROOT: string;
}

/** The absolute path of the checkout. */
export const projectRoot: string = globalThis.PROJECT_ROOT;
