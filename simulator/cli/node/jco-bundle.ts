/** The entry of the bundle `lazy/jco.js`: jco on a WASI of our own. Only load-jco.ts loads it. */
export { generate } from '@bytecodealliance/jco/component';
export { takeSaid } from './jco-wasi.ts';
