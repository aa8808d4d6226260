/** What texts of a configuration look like: a pattern, and the same in words for messages. */
export interface TextPattern {
  readonly pattern: RegExp;
  readonly words: string;
}

export const NAME: TextPattern = {
  pattern: /^[A-Za-z][A-Za-z0-9._-]{0,63}$/,
  words: 'a name: a letter, then letters, digits, ".", "_" or "-", 64 at most',
};

export const FILE_PATH: TextPattern = {
  pattern: /^[^\0]+$/,
  words: 'the path of a file or directory',
};

export const SOURCE_PATH: TextPattern = {
  pattern: /^[^\0]*\.(c|cc|cpp|cxx)$/,
  words:
    'a .c, .cc, .cpp or .cxx file; for other languages name the built file in "module" ' +
    'and the command that builds it in "build"',
};

export const SCRIPT_PATH: TextPattern = {
  pattern: /^[^\0]*\.(js|mjs|ts|mts)$/,
  words: 'a .js, .mjs, .ts or .mts file',
};

export const RECORDING_PATH: TextPattern = {
  pattern: /^[^\0]*\.backstitch$/,
  words: 'a .backstitch file',
};

export const COMPONENT_PATH: TextPattern = {
  pattern: /^[^\0]*\.wasm$/,
  words: 'a .wasm file',
};

export const ARGUMENT: TextPattern = {
  pattern: /^[^\0]*$/,
  words: 'an argument: text without \\u0000',
};

export const ENV_NAME: TextPattern = {
  pattern: /^[^=\0]+$/,
  words: 'the name of an environment variable: not empty, without "="',
};

export const MOUNT_PATH: TextPattern = {
  pattern: /^(\/(?!\.\.?(\/|$))[^/\0]+)+$/,
  words: 'an absolute path below "/", like "/data", without ".", ".." and "//"',
};

export const REQUEST_PATTERN: TextPattern = {
  pattern: /^(\*|[A-Za-z]{1,20}) \S+$/,
  words: 'a method and a URL, like "POST https://payment.example/*"; "*" stands for anything',
};

/** 1 to 65535. */
const PORT =
  '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

export const HOST: TextPattern = {
  pattern: new RegExp(`^[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?(:${PORT})?$`),
  words: 'a host in lower case, like "payment.example" or "localhost:8080"',
};

export const METHOD: TextPattern = {
  pattern: /^[A-Za-z]{1,20}$/,
  words: 'a method, like "GET" or "POST"',
};

export const REQUEST_PATH: TextPattern = {
  pattern: /^\/[!-~]*$/,
  words: 'a path, like "/charges?of=today"; it begins with "/" and has no spaces',
};

export const HEADER_NAME: TextPattern = {
  pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,
  words: 'the name of a header',
};

export const HEADER_VALUE: TextPattern = {
  pattern: /^([!-~\x80-\xff]([\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/,
  words: 'the value of a header: one line of text without spaces around it',
};

export const START_TIME: TextPattern = {
  pattern: /^(19[7-9]\d|2[0-3]\d\d)-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/,
  words: 'a time from 1970 to 2399 with its zone, like "2026-01-01T00:00:00Z" or "2026-01-01"',
};

export const LINK: TextPattern = {
  pattern: /^[A-Za-z][A-Za-z0-9._-]{0,63} *-> *[A-Za-z][A-Za-z0-9._-]{0,63}$/,
  words: '"default" or a direction like "node-a -> payment"',
};
