/** The history of one finished run of temporal-workflow.cjs, as Temporal's servers would have it. */

interface HistoryEvent {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly [attributes: string]: unknown;
}

const START_SECONDS = Date.UTC(2026, 0, 1) / 1000;
const TASK_QUEUE = { name: 'bench', kind: 'TASK_QUEUE_KIND_NORMAL' };

export function timersHistory(timers: number): { readonly events: readonly HistoryEvent[] } {
  const events: HistoryEvent[] = [];
  let seconds = START_SECONDS;
  const add = (type: string, attributes: object): string => {
    const eventId = String(events.length + 1);
    const eventTime = new Date(seconds * 1000).toISOString();
    const words = type.toLowerCase().split('_');
    const camel = words.map((word, at) => (at === 0 ? word : capital(word))).join('');
    const key = `${camel}EventAttributes`;
    events.push({ eventId, eventTime, eventType: `EVENT_TYPE_${type}`, [key]: attributes });
    return eventId;
  };
  const payload = jsonPayload(timers);
  add('WORKFLOW_EXECUTION_STARTED', {
    workflowType: { name: 'timers' },
    taskQueue: TASK_QUEUE,
    input: { payloads: [payload] },
    workflowTaskTimeout: '10s',
    originalExecutionRunId: 'run',
    firstExecutionRunId: 'run',
    attempt: 1,
  });
  const task = (): string => {
    const scheduledEventId = add('WORKFLOW_TASK_SCHEDULED', { taskQueue: TASK_QUEUE, attempt: 1 });
    const startedEventId = add('WORKFLOW_TASK_STARTED', { scheduledEventId, requestId: 'r' });
    return add('WORKFLOW_TASK_COMPLETED', { scheduledEventId, startedEventId });
  };
  for (let timer = 1; timer <= timers; timer++) {
    const timerId = String(timer);
    const workflowTaskCompletedEventId = task();
    const startedEventId = add('TIMER_STARTED', {
      timerId,
      startToFireTimeout: '1s',
      workflowTaskCompletedEventId,
    });
    seconds++;
    add('TIMER_FIRED', { timerId, startedEventId });
  }
  const workflowTaskCompletedEventId = task();
  add('WORKFLOW_EXECUTION_COMPLETED', {
    result: { payloads: [payload] },
    workflowTaskCompletedEventId,
  });
  return { events };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function jsonPayload(value: unknown) {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    metadata: { encoding: base64('json/plain') },
    data: base64(JSON.stringify(value)),
  };
}
