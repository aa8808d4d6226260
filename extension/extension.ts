/** The extension's entry. It only composes: what is done is done by the features. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { breakLockOfThisProcess } from '../simulator/cli/node/recording-lock.ts';
import { registerCommands } from './commands/command-table.ts';
import { conversationCommands, registerPromises } from './commands/conversation-commands.ts';
import { faultCommands } from './commands/fault-commands.ts';
import { lookCommands } from './commands/look-commands.ts';
import { runCommands } from './commands/run-commands.ts';
import { Runner } from './commands/runner.ts';
import { serveCommands } from './commands/serve-commands.ts';
import { Targets } from './commands/targets.ts';
import { worldCommands } from './commands/world-commands.ts';
import { bookmarkCommands } from './debugging/bookmark-commands.ts';
import { ConsoleTravel } from './debugging/console-travel.ts';
import { Debugging, debugCommands, replay } from './debugging/debugging.ts';
import { registerSourceValues } from './debugging/source-values.ts';
import { travelCommands } from './debugging/travel-commands.ts';
import { valueCommands } from './debugging/value-commands.ts';
import { CoverageMarks } from './exploring/coverage-marks.ts';
import { registerExplorationStatus } from './exploring/exploration-status.ts';
import { ExplorationView } from './exploring/exploration-view.ts';
import { Explorations } from './exploring/explorations.ts';
import { exploreCommands } from './exploring/explore-commands.ts';
import { exploreInHosts } from './exploring/explore-hosts.ts';
import { registerFindingProblems } from './exploring/finding-problems.ts';
import { PlanDocuments } from './exploring/plan-documents.ts';
import { registerScenarioTests } from './exploring/scenario-tests.ts';
import { registerTasks } from './exploring/tasks.ts';
import { Bookmarks } from './model/bookmarks.ts';
import { Problems } from './problems.ts';
import { questionCommands, registerQuestions } from './questions.ts';
import { startWorkerHost } from './simulations/host.ts';
import { ServingHost } from './simulations/serving-host.ts';
import { Simulations } from './simulations/simulations.ts';
import { registerBookmarksView } from './views/bookmarks-view.ts';
import { registerCodeLenses } from './views/code-lenses.ts';
import { SimulationDocuments } from './views/documents.ts';
import { ExecutionsView } from './views/executions-view.ts';
import { ProgramChannels } from './views/program-channels.ts';
import { registerRecordingEditor } from './views/recording-editor.ts';
import { SourceMarks } from './views/source-marks.ts';
import { registerStatusBar } from './views/status-bar.ts';
import { registerWorkflowsView } from './views/workflows-view.ts';
import { WorldView } from './views/world-view.ts';
import { Recordings } from './workspace/recordings.ts';
import { WorkflowIndex } from './workspace/workflow-index.ts';

export function activate(context: vscode.ExtensionContext): void {
  const startedMs = performance.now();
  const log = vscode.window.createOutputChannel('Backstitch', { log: true });
  const script = join(context.extensionPath, 'dist', 'simulator-host.js');
  const startHost = () => startWorkerHost(script);
  const simulations = new Simulations({
    startHost,
    freeRecording: breakLockOfThisProcess,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  const index = new WorkflowIndex();
  const recordings = new Recordings();
  const marks = new SourceMarks();
  const view = new ExecutionsView(simulations);
  const documents = new SimulationDocuments(simulations);
  const channels = new ProgramChannels(simulations);
  const problems = new Problems(log, marks);
  const targets = new Targets(simulations, view);
  const world = new WorldView(simulations, view);
  const onNote = (text: string) => log.info(text);
  const startServing = (port: number) => new ServingHost({ script, port, onNote });
  const runner = new Runner({ simulations, view, index, recordings, startServing });
  const debugging = new Debugging({ simulations, startHost, index, recordings });
  const consoleTravel = new ConsoleTravel();
  const explorations = new Explorations(exploreInHosts(script));
  const explorationView = new ExplorationView(explorations);
  const coverage = new CoverageMarks(explorations);
  const plans = new PlanDocuments();
  const exploring = { runner, explorations, view: explorationView, documents, plans, coverage };
  const bookmarks = new Bookmarks(context.workspaceState);
  const extensionId = context.extension.id;
  const looking = {
    runner,
    recordings,
    targets,
    view,
    documents,
    channels,
    marks,
    log,
    extensionId,
  };
  const commands = {
    ...runCommands(runner, targets, simulations, debugging),
    ...serveCommands(runner, targets),
    ...faultCommands({ runner, targets, debugged: debugging, world }),
    ...worldCommands({ runner, targets, debugged: debugging, world }),
    ...lookCommands(looking),
    ...questionCommands(targets, debugging),
    ...conversationCommands(targets, debugging),
    ...debugCommands(debugging, runner, targets),
    ...travelCommands(),
    ...valueCommands(),
    ...consoleTravel.commands(),
    ...bookmarkCommands(bookmarks, replay),
    ...exploreCommands({ ...exploring, replay }),
    refreshWorkflows: () => index.forget(),
  };
  context.subscriptions.push(
    log,
    simulations,
    index,
    marks,
    view,
    world,
    documents,
    channels,
    debugging,
    consoleTravel,
    explorations,
    explorationView,
    coverage,
    plans,
    registerCommands(commands, problems),
    registerQuestions(simulations, problems, debugging),
    registerPromises(simulations, problems, debugging),
    registerCodeLenses(index),
    registerWorkflowsView(index),
    registerRecordingEditor(runner),
    registerStatusBar(simulations),
    registerExplorationStatus(explorations),
    registerBookmarksView(bookmarks),
    registerSourceValues(),
    registerFindingProblems(explorations),
    registerTasks(index, join(context.extensionPath, 'dist', 'cli.js')),
    registerScenarioTests({ hostScript: script, runner, replay }),
    reportProblems(simulations, problems),
  );
  log.info(`activated in ${(performance.now() - startedMs).toFixed(1)} ms`);
}

/** What goes wrong inside a simulation is told by its host, not by an answer. */
function reportProblems(simulations: Simulations, problems: Problems): vscode.Disposable {
  const listening = simulations.onEvent(({ event }) => {
    if (event.kind === 'problem') void problems.show(event.problem);
  });
  return new vscode.Disposable(() => listening.dispose());
}
