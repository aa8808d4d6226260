import { type ImportEdge, isHostModule } from './import-graph.ts';

interface Rule {
  /** The rule as a sentence, for whoever breaks it. */
  readonly says: string;
  readonly broken: (edge: ImportEdge) => boolean;
}

const OWN = ['simulator/', 'debug-adapter/', 'extension/', 'test/', 'scripts/', 'examples/'];

const within = (path: string, ...folders: readonly string[]) =>
  folders.some((folder) => path.startsWith(folder));

const isOwnFile = (path: string) => within(path, ...OWN);

/** The dependency rule of the project: extension -> debug-adapter -> simulator, never back. */
const RULES: readonly Rule[] = [
  {
    says: 'simulator/ imports none of our other folders',
    broken: ({ from, to }) =>
      within(from, 'simulator/') && isOwnFile(to) && !within(to, 'simulator/'),
  },
  {
    says: 'debug-adapter/ imports only simulator/ of our other folders',
    broken: ({ from, to }) =>
      within(from, 'debug-adapter/') &&
      isOwnFile(to) &&
      !within(to, 'debug-adapter/', 'simulator/'),
  },
  {
    says: 'extension/ imports only debug-adapter/ and simulator/ of our other folders',
    broken: ({ from, to }) =>
      within(from, 'extension/') &&
      isOwnFile(to) &&
      !within(to, 'extension/', 'debug-adapter/', 'simulator/'),
  },
  {
    says: 'only extension/ imports vscode, and its webviews do not',
    broken: ({ from, to }) =>
      to === 'vscode' && (!within(from, 'extension/') || within(from, 'extension/webview/')),
  },
  {
    says: 'in simulator/, only cli/ imports host modules',
    broken: ({ from, to }) =>
      isHostModule(to) && within(from, 'simulator/') && !within(from, 'simulator/cli/'),
  },
  {
    says: 'simulator/ outside cli/ does not import cli/',
    broken: ({ from, to }) =>
      within(from, 'simulator/') && !within(from, 'simulator/cli/') && within(to, 'simulator/cli/'),
  },
  {
    says: 'code of a webview imports only extension/webview/',
    broken: ({ from, to }) =>
      within(from, 'extension/webview/') &&
      (isHostModule(to) || (isOwnFile(to) && !within(to, 'extension/webview/'))),
  },
  {
    says: 'the rest of extension/ imports only protocol.ts of extension/webview/',
    broken: ({ from, to }) =>
      within(to, 'extension/webview/') &&
      to !== 'extension/webview/protocol.ts' &&
      !within(from, 'extension/webview/'),
  },
];

/** Every broken rule, as a line that names the import and the rule. */
export function brokenRules(edges: readonly ImportEdge[]): string[] {
  const lines = edges.flatMap((edge) =>
    RULES.filter((rule) => rule.broken(edge)).map(
      (rule) => `${edge.from} imports ${edge.to}: ${rule.says}`,
    ),
  );
  return [...new Set(lines)].sort();
}
